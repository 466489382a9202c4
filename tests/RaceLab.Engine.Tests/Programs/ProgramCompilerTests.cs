using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using static RaceLab.Engine.Tests.Programs.Steps;

namespace RaceLab.Engine.Tests.Programs;

public sealed class ProgramCompilerTests
{
    /// <summary>A step with the number that says "an attempt has ended" would be taken for that.</summary>
    [Fact]
    public void MostSteps_OfAProgram_IsAsManyAsTheLogHasNumbersFor() => Assert.Equal(StepProgram.MostSteps, RaceEvent.AttemptEnded);

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
        Assert.Equal(["key", "attempt", "worker", "delivery", "id"], program.Variables);
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
    public void Compile_Crash_IsAStepWithItsConditionsAsNote()
    {
        var program = Compile(Check(), Crash(2, "found"), Transaction(Insert(), Crash(null, "found in check"), Say(Outcome.Created)));

        Assert.Equal(["check", "crash", "begin", "insert", "crash-2", "commit", "rollback"], program.Steps.Select(s => s.Name));
        Assert.Equal(["@delivery = 2 and found", "found in check"], program.Steps.Where(s => s.Kind == StepKind.Crash).Select(s => s.Note));
        Assert.Equal([false, true], program.Steps.Where(s => s.Kind == StepKind.Crash).Select(s => s.InTransaction));
    }

    [Fact]
    public void Compile_CrashOnEveryDelivery_EndsTheProgram()
    {
        Refused(7, "the 'crash' before it always ends the attempt", Insert(), Crash(null), Say(Outcome.Created, line: 7));
        Assert.Equal(["insert", "crash"], Compile(Insert(), Crash(null)).Steps.Select(s => s.Name));
        Refused(99, "ends without a 'say'", Insert(), Crash(1));
    }

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

    [Fact]
    public void Compile_Roles_AreOneProgramInWhichEveryRoleHasItsOwnEntryStepsAndSlots()
    {
        var program = ProgramCompiler.Compile([
            Role("reader", Transaction(Check("id"), Say(Outcome.Found))),
            Role("writer", Transaction(Sql("look", "SELECT 1 AS id", keep: "id"), Insert(when: "found"), Say(Outcome.Created)))]);

        Assert.Equal(
            ["reader begin", "reader check", "reader commit", "reader rollback", "writer begin-2", "writer look", "writer insert", "writer commit-2", "writer rollback-2"],
            program.Steps.Select(s => $"{s.Role} {s.Name}"));
        Assert.Equal(Enumerable.Range(0, program.Steps.Count), program.Steps.Select(s => s.Index));
        Assert.Equal(["key", "attempt", "worker", "delivery", "id", "id"], program.Variables);
        Assert.Equal([4, 5], program.Steps.SelectMany(s => s.Keep).Select(k => k.Slot));
        Assert.Equal(["reader", "writer", "reader", "writer"], Enumerable.Range(1, 4).Select(w => program.RoleOf(w).Name));
    }

    [Fact]
    public void Compile_OneRoleAlone_HasNoName() => Assert.Null(Assert.Single(Compile(Check(), Say(Outcome.Found)).Roles).Name);

    [Fact]
    public void Compile_WhatAnotherRoleFoundOrKept_IsNotKnown()
    {
        var first = Role("first", Check("id"), Say(Outcome.Found));
        RoleRefused(7, "@id is not known here: known are @key, @attempt, @worker", first, Role("second", Sql("a", "SELECT @id", line: 7), Say(Outcome.Created)));
        RoleRefused(7, "does not come before it", first, Role("second", Say(Outcome.Found, "found in check", 7), Say(Outcome.Created)));
        RoleRefused(7, "before the first one", first, Role("second", Say(Outcome.Found, "found", 7), Say(Outcome.Created)));
    }

    [Fact]
    public void Compile_SameNameInTwoRoles_IsRefused() =>
        RoleRefused(4, "two steps are called 'a'", Role("first", Sql("a", "SELECT 1"), Say(Outcome.Found)), Role("second", Sql("a", "SELECT 2", line: 4), Say(Outcome.Found)));

    [Fact]
    public void Compile_WayThroughTheSecondRoleWithoutAnAnswer_IsRefused() =>
        RoleRefused(99, "without a 'say'", Role("first", Check(), Say(Outcome.Found)), Role("second", Insert()));

    private static void RoleRefused(int line, string reason, params RoleSteps[] roles)
    {
        var thrown = Assert.Throws<ProgramException>(() => ProgramCompiler.Compile(roles));
        Assert.Equal(line, thrown.Line);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    private static void Refused(int line, string reason, params Step[] steps)
    {
        var thrown = Assert.Throws<ProgramException>(() => Compile(steps));
        Assert.Equal(line, thrown.Line);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }
}
