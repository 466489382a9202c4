using RaceLab.Engine.Programs;
using static RaceLab.Engine.Tests.Programs.Steps;

namespace RaceLab.Engine.Tests.Programs;

public sealed class ProgramCompilerTests
{
    [Fact]
    public void Compile_Blocks_AreListedInReadingOrder()
    {
        var program = Compile(
            Transaction(Check("id"), Say(Outcome.Found, "found"), Pause(), Savepoint(Insert()) with { Retry = Retry() }, Say(Outcome.Created)) with
            {
                Isolation = IsolationLevel.RepeatableRead,
                Retry = Retry(),
            });

        Assert.Equal(
            ["begin 0", "check 1", "pause 1", "savepoint 1", "insert 2", "release 1", "rollback-2 1", "back-off-2 1", "commit 0", "rollback 0", "back-off 0"],
            program.Steps.Select(s => $"{s.Name} {s.Depth}"));
        Assert.Equal(Enumerable.Range(0, program.Steps.Count), program.Steps.Select(s => s.Index));
        Assert.Equal("BEGIN ISOLATION LEVEL REPEATABLE READ", program.Steps[0].Sql!.Numbered);
        Assert.Equal(["SAVEPOINT s1", "RELEASE s1", "ROLLBACK TO s1"], new[] { 3, 5, 6 }.Select(i => program.Steps[i].Sql!.Numbered));
        Assert.Equal(["rollback-2", "back-off-2", "rollback", "back-off"], program.Steps.Where(s => s.IsRecovery).Select(s => s.Name));
        Assert.Equal(["key", "attempt", "worker", "id"], program.Variables);
        Assert.Equal([false, true, true, true, true, true, true, true, false, false, false], program.Steps.Select(s => s.InTransaction));
        Assert.Equal(["commit"], program.Steps.Where(s => s.LeavesUnknown).Select(s => s.Name));
    }

    [Fact]
    public void Compile_SeveralPauses_GetNumbers() =>
        Assert.Equal(["pause", "pause-2"], Compile(Pause(), Pause(), Say(Outcome.Created)).Steps.Select(s => s.Name));

    [Fact]
    public void Compile_When_IsTheNote() =>
        Assert.Equal([null, "not found", "not found in check"],
            Compile(Check(), Pause("not found"), Insert(when: "not found in check"), Say(Outcome.Created)).Steps.Select(s => s.Note));

    [Fact]
    public void Compile_UnknownParameter_IsRefused() =>
        Refused(7, "@oops is not known here", Sql("a", "SELECT @oops", line: 7), Say(Outcome.Created));

    [Fact]
    public void Compile_ParameterKeptByTheSameStep_IsRefused() =>
        Refused(3, "@id is not known here", Sql("a", "SELECT @id AS id", keep: "id", line: 3), Say(Outcome.Created));

    [Fact]
    public void Compile_KeepingIntoAnInput_IsRefused() =>
        Refused(3, "given by the race", Sql("a", "SELECT 1 AS attempt", keep: "attempt", line: 3), Say(Outcome.Created));

    [Fact]
    public void Compile_SameNameTwice_IsRefused() =>
        Refused(4, "two steps are called 'a'", Sql("a", "SELECT 1"), Sql("a", "SELECT 2", line: 4), Say(Outcome.Created));

    [Fact]
    public void Compile_ContinueInsideATransaction_IsRefused() =>
        Refused(1, "25P02", Transaction(Insert(Rules(Continue("23505")))), Say(Outcome.Created));

    [Fact]
    public void Compile_SavepointOutsideATransaction_IsRefused() => Refused(1, "needs a transaction around it", Savepoint(Insert()), Say(Outcome.Created));

    [Fact]
    public void Compile_TransactionInATransaction_IsRefused() => Refused(1, "savepoints", Transaction(Transaction(Insert())), Say(Outcome.Created));

    [Fact]
    public void Compile_FoundBeforeTheFirstStep_IsRefused() => Refused(2, "before the first one", Say(Outcome.Found, "found", 2), Say(Outcome.Created));

    [Fact]
    public void Compile_FoundInALaterStep_IsRefused() => Refused(2, "does not come before it", Check(), Say(Outcome.Found, "found in insert", 2), Insert(), Say(Outcome.Created));

    [Fact]
    public void Compile_UnknownVariableInACondition_IsRefused() => Refused(2, "@n is not known", Check(), Say(Outcome.Found, "@n = 1", 2), Say(Outcome.Created));

    [Theory]
    [InlineData(Outcome.Rejected)]
    [InlineData(Outcome.Unknown)]
    public void Compile_SayingWhatOnlyHappens_IsRefused(Outcome answer) => Refused(5, "what happens to it", Check(), Say(answer, line: 5));

    [Fact]
    public void Compile_StepBehindAnAnswer_IsRefused() => Refused(6, "never reached", Say(Outcome.Created), Say(Outcome.Found, line: 6));

    [Fact]
    public void Compile_WayWithoutAnAnswer_IsRefused()
    {
        Refused(99, "without a 'say'", Check());
        Refused(99, "without a 'say'", Check(), Say(Outcome.Found, "found"));
        Refused(99, "without a 'say'", Transaction(Insert(), Say(Outcome.Created)) with { OnError = Rules(Continue("23505")) });
        Refused(99, "without a 'say'", Transaction(Say(Outcome.Created)) with { OnError = Rules(Continue("23505")) });
    }

    private static void Refused(int line, string reason, params Step[] steps)
    {
        var thrown = Assert.Throws<ProgramException>(() => Compile(steps));
        Assert.Equal(line, thrown.Line);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }
}
