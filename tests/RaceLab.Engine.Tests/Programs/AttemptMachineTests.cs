using RaceLab.Engine.Programs;
using static RaceLab.Engine.Tests.Programs.Steps;

namespace RaceLab.Engine.Tests.Programs;

public sealed class AttemptMachineTests
{
    private static readonly ErrorRules _continueOnConflict = Rules(Continue("23505"));

    [Fact]
    public void CheckThenInsert_NothingFound_Creates() =>
        CheckThenInsert().Does("check").Does("pause").Does("insert", 1).Ends(Outcome.Created);

    [Fact]
    public void CheckThenInsert_RowFound_StopsThere() => CheckThenInsert().Does("check", 1).Ends(Outcome.Found);

    [Fact]
    public void Start_Again_ForgetsTheAttemptBefore()
    {
        var machine = Start(Check("id"), Say(Outcome.Found, "found"), Insert(), Say(Outcome.Created));
        machine.Values[4] = "7";
        machine.Does("check", 1).Ends(Outcome.Found);

        machine.Start("other", "2", "3");

        Assert.Equal<IEnumerable<string?>>(["other", "2", "3", "1", null], machine.Values);
        machine.Does("check").Meets("insert", "23505", "t_key").Ends(Outcome.Rejected);
        Assert.Equal("t_key", machine.Error?.Constraint);
        machine.Start("k", "3", "3");
        Assert.Null(machine.Error);
    }

    [Fact]
    public void Start_OfEachWorker_BeginsWithItsRole()
    {
        var program = ProgramCompiler.Compile([
            Role("reader", Check(), Say(Outcome.Found)),
            Role("writer", Transaction(Sql("look", "SELECT 1 AS id", keep: "id"), Insert(when: "@id = 1"), Say(Outcome.Created)))]);

        Started(1).Does("check").Ends(Outcome.Found);
        var writer = Started(2).Does("begin");
        writer.Values[program.FindStep("look")!.Keep[0].Slot] = "1";
        writer.Does("look", 1).Does("insert", 1).Does("commit").Ends(Outcome.Created);
        Started(3).Does("check").Ends(Outcome.Found);

        AttemptMachine Started(int worker)
        {
            var machine = new AttemptMachine(program, worker);
            machine.Start("k", "1", "1");
            return machine;
        }
    }

    [Fact]
    public void Say_InsideATransaction_CommitsFirst() => InTransaction().Does("begin").Does("check").Does("insert", 1).Does("commit").Ends(Outcome.Created);

    [Fact]
    public void SayFailed_InsideATransaction_RollsBack() =>
        Start(Transaction(Insert(), Say(Outcome.Failed))).Does("begin").Does("insert", 1).Does("rollback").Ends(Outcome.Failed);

    [Fact]
    public void Say_InsideASavepoint_LeavesBothBlocks() =>
        Start(Transaction(Savepoint(Insert(), Say(Outcome.Created))))
            .Does("begin").Does("savepoint").Does("insert", 1).Does("release").Does("commit").Ends(Outcome.Created);

    [Fact]
    public void StepsOnError_Continue_GoesOnAsIfNothingWasFound() =>
        Start(Insert(_continueOnConflict), Say(Outcome.Created, "found"), Check(), Say(Outcome.Found, "found"), Say(Outcome.Failed))
            .Meets("insert", "23505").Does("check", 1).Ends(Outcome.Found);

    [Fact]
    public void StepsOnError_OtherErrorOrConstraint_Rejects()
    {
        var steps = new Step[] { Insert(Rules(Continue("23505", "t_key"))), Say(Outcome.Created) };
        Start(steps).Meets("insert", "23505", "other_key").Ends(Outcome.Rejected);
        Start(steps).Meets("insert", "23503", "t_key").Ends(Outcome.Rejected);
        Start(steps).Meets("insert", "23505", "t_key").Ends(Outcome.Created);
    }

    [Fact]
    public void StepsOnError_Swallow_GoesOnInTheFailedTransactionUntilTheNextError() =>
        Start(Transaction(Insert(Rules(new ErrorRule("23505", null, ErrorAction.Swallow))), Check(), Say(Outcome.Created)))
            .Does("begin").Meets("insert", "23505").Meets("check", "25P02").Does("rollback").Ends(Outcome.Rejected);

    [Fact]
    public void StepsOnError_Fail_RollsBackAndIsNotRetried() =>
        Start(Transaction(Insert(Rules(Fail("40001"))), Say(Outcome.Created)) with { Retry = Retry(), OnError = Rules(Continue(null)) }, Say(Outcome.Found))
            .Does("begin").Meets("insert", "40001").Does("rollback").Ends(Outcome.Failed);

    [Fact]
    public void BlocksOnError_Continue_GoesOnBehindTheBlock() =>
        Start(Transaction(Insert(), Say(Outcome.Created)) with { OnError = _continueOnConflict }, Say(Outcome.Found))
            .Does("begin").Meets("insert", "23505").Does("rollback").Ends(Outcome.Found);

    [Fact]
    public void BlocksOnError_Fail_TellsFailed() =>
        Start(Transaction(Insert(), Say(Outcome.Created)) with { OnError = Rules(Fail(null)) })
            .Does("begin").Meets("insert", "23505").Does("rollback").Ends(Outcome.Failed);

    [Fact]
    public void BlocksOnError_ConflictAtCommit_IsCaughtWithoutRollback() =>
        Start(Transaction(Insert(), Say(Outcome.Created)) with { OnError = _continueOnConflict }, Say(Outcome.Found))
            .Does("begin").Does("insert", 1).Meets("commit", "23505").Ends(Outcome.Found);

    [Fact]
    public void BlocksOnError_Continue_ForgetsWhatTheBlockFound()
    {
        var machine = Start(
            Transaction(Check("id"), Insert()) with { OnError = _continueOnConflict }, Say(Outcome.Found, "found in check"), Say(Outcome.Updated));
        machine.Does("begin");
        machine.Values[4] = "7";

        machine.Does("check", 1).Meets("insert", "23505").Does("rollback").Ends(Outcome.Updated);

        Assert.Null(machine.Values[4]);
    }

    [Fact]
    public void Savepoint_Continue_KeepsTheTransaction() =>
        Start(Transaction(Savepoint(Insert()) with { OnError = _continueOnConflict }, Say(Outcome.Created, "found"), Check(), Say(Outcome.Found)))
            .Does("begin").Does("savepoint").Meets("insert", "23505").Does("rollback-2").Does("check", 1).Does("commit").Ends(Outcome.Found);

    [Fact]
    public void Savepoint_FailedRelease_IsRolledBackTo() =>
        Start(Transaction(Savepoint(Insert()) with { OnError = _continueOnConflict }, Say(Outcome.Found)))
            .Does("begin").Does("savepoint").Does("insert", 1).Meets("release", "23505").Does("rollback-2").Does("commit").Ends(Outcome.Found);

    [Fact]
    public void Savepoint_UnhandledError_LeavesBothBlocks() =>
        Start(Transaction(Savepoint(Insert()), Say(Outcome.Created)))
            .Does("begin").Does("savepoint").Meets("insert", "23505").Does("rollback-2").Does("rollback").Ends(Outcome.Rejected);

    [Fact]
    public void Retry_AfterAnError_RunsTheBlockAgain()
    {
        var machine = InTransaction(Retry());
        machine.Does("begin").Meets("check", "40001").Does("rollback");
        Assert.Equal(Retry().BackoffHigh, machine.Backoff?.BackoffHigh);
        machine.Does("back-off");
        Assert.Null(machine.Backoff);
        machine.Does("begin").Does("check").Does("insert", 1).Does("commit").Ends(Outcome.Created, retries: 1);
    }

    [Fact]
    public void Retry_FailedCommit_IsRetriedWithoutRollback() =>
        InTransaction(Retry()).Does("begin").Does("check").Does("insert", 1).Meets("commit", "40001").Does("back-off")
            .Does("begin").Does("check", 1).Does("commit").Ends(Outcome.Found, retries: 1);

    [Fact]
    public void Retry_Exhausted_RejectsWithTheError()
    {
        var machine = InTransaction(Retry());
        for (var i = 0; i < 2; i++) machine.Does("begin").Meets("check", "40001").Does("rollback").Does("back-off");
        machine.Does("begin").Meets("check", "40001").Does("rollback").Ends(Outcome.Rejected, retries: 2);
        Assert.Equal("40001", machine.Error?.SqlState);
    }

    [Fact]
    public void Retry_OtherError_IsNotRetried() =>
        InTransaction(Retry()).Does("begin").Meets("check", "42501").Does("rollback").Ends(Outcome.Rejected);

    [Fact]
    public void Retry_SkippedStep_DoesNotKeepTheRowsOfTheTryBefore()
    {
        var block = Transaction(Check(), Insert(when: "not found"), Say(Outcome.Created, "found in insert"), Say(Outcome.Found)) with { Retry = Retry() };
        Start(block).Does("begin").Does("check").Does("insert", 1).Meets("commit", "40001").Does("back-off")
            .Does("begin").Does("check", 1).Does("commit").Ends(Outcome.Found, retries: 1);
    }

    [Fact]
    public void Rejected_Begin_NeedsNoRollback() => InTransaction().Meets("begin", "57P03").Ends(Outcome.Rejected);

    [Fact]
    public void Rejected_Rollback_CountsAsOver() =>
        InTransaction(Retry(0)).Does("begin").Meets("check", "40001").Meets("rollback", "25P01").Ends(Outcome.Rejected);

    [Fact]
    public void Lost_AtCommit_IsUnknown() => InTransaction().Does("begin").Does("check").Does("insert", 1).Loses("commit").Ends(Outcome.Unknown);

    [Fact]
    public void Lost_InsideATransaction_IsFailed()
    {
        InTransaction().Does("begin").Does("check").Loses("insert").Ends(Outcome.Failed);
        InTransaction().Loses("begin").Ends(Outcome.Failed);
        Start(Transaction(Savepoint(Insert(), Say(Outcome.Created)))).Does("begin").Does("savepoint").Does("insert", 1).Loses("release").Ends(Outcome.Failed);
    }

    [Fact]
    public void Lost_AtRollbackOrBackoff_IsFailed()
    {
        InTransaction(Retry()).Does("begin").Meets("check", "40001").Loses("rollback").Ends(Outcome.Failed);
        InTransaction(Retry()).Does("begin").Meets("check", "40001").Does("rollback").Loses("back-off").Ends(Outcome.Failed, retries: 1);
        Start(Transaction(Insert(), Say(Outcome.Failed))).Does("begin").Does("insert", 1).Loses("rollback").Ends(Outcome.Failed);
    }

    [Fact]
    public void Lost_AutocommitInsert_IsUnknown() => CheckThenInsert().Does("check").Does("pause").Loses("insert").Ends(Outcome.Unknown);

    [Fact]
    public void Lost_PlainSelectOrPause_IsFailed()
    {
        CheckThenInsert().Loses("check").Ends(Outcome.Failed);
        CheckThenInsert().Does("check").Loses("pause").Ends(Outcome.Failed);
    }

    [Fact]
    public void Lost_BehindSomethingCommitted_IsUnknown()
    {
        var steps = new Step[] { Insert(), Check(), Say(Outcome.Created) };
        Start(steps).Does("insert", 1).Loses("check").Ends(Outcome.Unknown);
        Start(steps).Does("insert").Loses("check").Ends(Outcome.Failed);
    }

    [Fact]
    public void Crash_BehindSomethingCommitted_IsUnknownAndOtherwiseFailed()
    {
        Start(Insert(), Crash(1), Say(Outcome.Created)).Does("insert", 1).Loses("crash").Ends(Outcome.Unknown);
        Start(Transaction(Insert(), Crash(1), Say(Outcome.Created))).Does("begin").Does("insert", 1).Loses("crash").Ends(Outcome.Failed);
        Start(Check(), Crash(1, "found"), Say(Outcome.Found)).Does("check").Ends(Outcome.Found);
    }

    [Fact]
    public void DeliverAgain_AfterACrash_BeginsAnewAndDoesNotCrashAgain()
    {
        var machine = Start(3, Check("id"), Insert(), Crash(1), Say(Outcome.Created));
        machine.Values[4] = "7";
        machine.Does("check", 1).Does("insert", 1).Loses("crash");
        Assert.False(machine.LeftOpen);

        machine.Arrives(2);
        Assert.Equal<IEnumerable<string?>>(["k", "1", "1", "2", null], machine.Values);
        machine.Does("check").Does("insert", 1).Ends(Outcome.Created);
        Assert.True(machine.LeftOpen);
        Assert.False(machine.AwaitsDelivery);
        Assert.Throws<InvalidOperationException>(machine.DeliverAgain);

        machine.Start("k", "2", "1");
        Assert.Equal((1, false), (machine.Delivery, machine.LeftOpen));
    }

    [Fact]
    public void DeliverAgain_NeverAnsweredWell_StopsAtTheLimit()
    {
        Start(2, Transaction(Insert(), Crash(null))).Does("begin").Does("insert", 1).Loses("crash")
            .Arrives(2).Does("begin").Does("insert", 1).Loses("crash").EndsForGood(Outcome.Failed);
        Start(2, Insert(), Say(Outcome.Failed)).Does("insert").Arrives(2).Does("insert").EndsForGood(Outcome.Failed);
        Start(2, Check(), Say(Outcome.Created)).Meets("check", "42501").Arrives(2).Does("check").EndsForGood(Outcome.Created);
    }

    [Fact]
    public void DeliverAgain_RefusedAfterSomethingWasKept_IsUnknown()
    {
        Start(2, Insert(), Crash(1), Say(Outcome.Created)).Does("insert", 1).Loses("crash").Arrives(2).Meets("insert", "23505").EndsForGood(Outcome.Unknown);

        // The first delivery was told an error, and had inserted before.
        var rejected = Start(2, Insert(), Check(), Say(Outcome.Found));
        rejected.Does("insert", 1).Meets("check", "42501").Arrives(2).Does("insert").Does("check").EndsForGood(Outcome.Found);
        Assert.True(rejected.LeftOpen);
    }

    [Fact]
    public void DeliverAgain_Retries_AreCountedOverAllAndAllowedAnew()
    {
        var machine = Start(2, Transaction(Insert(), Crash(1), Say(Outcome.Created)) with { Retry = Retry(1) });
        machine.Does("begin").Meets("insert", "40001").Does("rollback").Does("back-off").Does("begin").Does("insert", 1).Loses("crash")
            .Arrives(2).Does("begin").Meets("insert", "40001").Does("rollback").Does("back-off").Does("begin").Does("insert", 1).Does("commit")
            .Ends(Outcome.Created, retries: 2);
    }

    private static AttemptMachine CheckThenInsert() => Start(Check(), Say(Outcome.Found, "found"), Pause(), Insert(), Say(Outcome.Created));

    private static AttemptMachine InTransaction(RetryRule? retry = null) =>
        Start(Transaction(Check(), Say(Outcome.Found, "found"), Insert(), Say(Outcome.Created)) with { Retry = retry });
}
