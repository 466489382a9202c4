using RaceLab.Engine.Programs;
using static RaceLab.Engine.Tests.Programs.Steps;

namespace RaceLab.Engine.Tests.Programs;

/// <summary>Blocks of the application, as the machine follows them.</summary>
public sealed class GateTests
{
    [Fact]
    public void Mutex_SayInside_LeavesItFirst() =>
        Start(Mutex(Check(), Say(Outcome.Found, "found"), Insert(), Say(Outcome.Created)))
            .Does("enter").Does("check", 1).Does("leave").Ends(Outcome.Found);

    [Fact]
    public void Mutex_ErrorInside_LeavesItAndIsRejected()
    {
        var machine = Start(Mutex(Insert(), Say(Outcome.Created))).Does("enter").Meets("insert", "23505", "t_key");
        Assert.True(machine.IsUndoing);
        machine.Does("leave").Ends(Outcome.Rejected);
        Assert.Equal("23505", machine.EndedBy?.SqlState);
    }

    [Fact]
    public void Mutex_AroundATransaction_IsLeftBehindTheCommit() =>
        Start(Mutex(Transaction(Insert(), Say(Outcome.Created))))
            .Does("enter").Does("begin").Does("insert", 1).Does("commit").Does("leave").Ends(Outcome.Created);

    [Fact]
    public void Mutex_ErrorInATransactionInside_RollsBackAndLeaves() =>
        Start(Mutex(Transaction(Insert(), Say(Outcome.Created))))
            .Does("enter").Does("begin").Meets("insert", "23505").Does("rollback").Does("leave").Ends(Outcome.Rejected);

    [Fact]
    public void Mutex_InsideATransaction_IsLeftBeforeTheCommit() =>
        Start(Transaction(Mutex(Insert()), Say(Outcome.Created)))
            .Does("begin").Does("enter").Does("insert", 1).Does("leave").Does("commit").Ends(Outcome.Created);

    [Fact]
    public void Mutex_RetryOfTheBlock_EntersItAgain() =>
        Start(Mutex(Insert(), Say(Outcome.Created)) with { Retry = Retry() })
            .Does("enter").Meets("insert", "40001").Does("leave").Does("back-off").Does("enter").Does("insert", 1).Does("leave").Ends(Outcome.Created, retries: 1);

    [Fact]
    public void Mutex_StepOutsideATransaction_MayContinueAfterAnError() =>
        Start(Mutex(Insert(Rules(Continue("23505"))), Say(Outcome.Created, "found"), Say(Outcome.Found)))
            .Does("enter").Meets("insert", "23505").Does("leave").Ends(Outcome.Found);

    [Fact]
    public void SharedCall_Waited_IsToldFoundWithoutDoingAnything()
    {
        var machine = Start(Shared(Check(), Insert(), Say(Outcome.Created)));
        machine.Shared(Outcome.Found);
        machine.Ends(Outcome.Found);
    }

    [Fact]
    public void SharedCall_WaitedInATransaction_CommitsItsOwn()
    {
        var machine = Start(Transaction(Shared(Insert(), Say(Outcome.Created)))).Does("begin");
        machine.Shared(Outcome.Found);
        machine.Does("commit").Ends(Outcome.Found);
    }

    [Fact]
    public void SharedCall_ThatFailed_FailsAndRollsBack()
    {
        var machine = Start(Transaction(Shared(Insert(), Say(Outcome.Failed)))).Does("begin");
        machine.Shared(Outcome.Failed);
        machine.Does("rollback").Ends(Outcome.Failed);
    }

    [Fact]
    public void SharedCall_Left_SaysWhatTheOthersAreTold()
    {
        var machine = Start(Shared(Insert(), Say(Outcome.Created))).Does("enter").Does("insert", 1);
        Assert.Equal(("leave", Outcome.Found, null), (machine.Next!.Name, machine.CallAnswer, machine.CallError?.SqlState));

        var refused = Start(Shared(Insert(), Say(Outcome.Created))).Does("enter").Meets("insert", "23505");
        Assert.Equal(("leave", "23505"), (refused.Next!.Name, refused.CallError?.SqlState));

        var failed = Start(Shared(Insert(Rules(Fail("23505"))), Say(Outcome.Created))).Does("enter").Meets("insert", "23505");
        Assert.Equal(("leave", Outcome.Failed, null), (failed.Next!.Name, failed.CallAnswer, failed.CallError?.SqlState));
    }

    [Fact]
    public void SharedCall_ErrorOfTheCall_GoesByTheBlocksRules()
    {
        Start(Shared(Insert(), Say(Outcome.Created))).Meets("enter", "23505").Ends(Outcome.Rejected);
        Start(Shared(Insert(), Say(Outcome.Created)) with { OnError = Rules(Continue("23505")) }, Say(Outcome.Found)).Meets("enter", "23505").Ends(Outcome.Found);
        Start(Shared(Insert(), Say(Outcome.Created)) with { Retry = Retry() }).Meets("enter", "40001").Does("back-off").Does("enter");
    }

    [Fact]
    public void Connection_Refused_RejectsTheAttempt()
    {
        var machine = Connected(Insert(), Say(Outcome.Created)).Meets("connect", "53300");
        machine.Ends(Outcome.Rejected);
        Assert.Equal("53300", machine.EndedBy?.SqlState);
    }

    [Fact]
    public void Connection_AttemptEnds_IsGivenBack()
    {
        Connected(Insert(), Say(Outcome.Created)).Does("connect").Does("insert", 1).Does("disconnect").Ends(Outcome.Created);
        Connected(Insert(), Say(Outcome.Created)).Does("connect").Meets("insert", "23505").Does("disconnect").Ends(Outcome.Rejected);
        Connected(Transaction(Insert(), Say(Outcome.Failed))).Does("connect").Does("begin").Does("insert", 1).Does("rollback").Does("disconnect").Ends(Outcome.Failed);
    }

    [Fact]
    public void Connection_StatementOfItsOwn_LeavesOpenWhatIsKept()
    {
        var machine = Connected(Insert(), Say(Outcome.Created)).Does("connect").Loses("insert");
        machine.Ends(Outcome.Unknown);
    }

    [Fact]
    public void Compile_Roles_EachHasTurnsOfItsOwn()
    {
        var program = ProgramCompiler.Compile([Role("one", Insert(), Say(Outcome.Created)).Over(new ConnectionUse()), Role("two", Check(), Say(Outcome.Found)).Over(new ConnectionUse())]);
        Assert.Equal(["connect", "insert", "disconnect", "connect-2", "check", "disconnect-2"], program.Steps.Select(s => s.Name));
        Assert.All(program.Steps, s => Assert.False(s.InTransaction));
    }

    [Fact]
    public void Compile_SharedCallThatMayEndSilently_IsRefused()
    {
        var refused = Assert.Throws<ProgramException>(() => Compile(Shared(Check(), Say(Outcome.Found, "found")), Say(Outcome.Created)));
        Assert.Contains("what is shared is what the caller is told", refused.Message, StringComparison.Ordinal);
    }

    private static WithinStep Mutex(params Step[] steps) => new(BlockKind.Mutex, null, null, ErrorRules.None, steps, 1) { Variable = "key" };

    private static WithinStep Shared(params Step[] steps) => new(BlockKind.SingleFlight, null, null, ErrorRules.None, steps, 1) { Variable = "key" };

    private static AttemptMachine Connected(params Step[] steps) => Start([.. new RoleSteps(null, steps, 1).Over(new ConnectionUse()).Steps]);
}
