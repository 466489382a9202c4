using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public sealed class StepperTests(TestPostgres postgres) : SteppedTest(postgres)
{
    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_BothCheckThenBothInsert_ShowsAnswersTablesAndTheDuplicate()
    {
        var stepper = await OpenAsync(SmallScenario.Naive(new Workload()));

        await stepper.PlayAsync(1);
        await stepper.PlayAsync(2);
        await stepper.PlayAsync(2);
        Assert.Equal(0, stepper.State.Turns[0].Result!.Answer!.Total);
        Assert.Equal(["2", "thing-1", "1"], Assert.Single(stepper.State.Committed!.Rows!.Rows));
        Assert.Equal(Outcome.Created, stepper.State.Sessions[1].Outcome);
        Assert.Null(stepper.State.Sessions[0].Outcome);
        Assert.Null(stepper.State.Result);

        await stepper.PlayAsync(1);
        Assert.Equal(["1.check", "2.check", "2.insert", "1.insert"], stepper.State.Turns.Select(t => t.Entry.ToString()));
        Assert.Equal((2, 1), (stepper.State.Result!.Rows, stepper.State.Result.Invariants[0].Violations));
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_SecondWantsTheLock_WaitsUntilTheFirstCommitsAndBothSidesShowIt()
    {
        var stepper = await OpenAsync(SmallScenario.Locked(new Workload()));
        await PlayAsync(stepper, 1, 1, 2, 2);

        var wait = stepper.State.Sessions[1].Wait!;
        Assert.Equal("advisory", wait.For!.Kind);
        Assert.Equal([new LockHolder(1, new ScheduledStep(1, "lock"))], wait.On);
        Assert.Null(stepper.State.Turns[3].ReturnedAt);
        Assert.Contains(stepper.State.Locks, l => l is { Session: 1, Kind: "advisory", IsGranted: true, TakenAt.Step: "lock" });

        await stepper.PlayAsync(2);
        Assert.Contains("still waits", stepper.State.Notice, StringComparison.Ordinal);
        Assert.Equal(4, stepper.State.Turns.Count);

        await PlayAsync(stepper, 1, 1, 1);
        Assert.Null(stepper.State.Notice);
        Assert.Null(stepper.State.Sessions[1].Wait);
        Assert.Equal("1.commit", stepper.State.Turns[^1].Entry.ToString());
        Assert.Equal((3, 6), (3, stepper.State.Turns[3].ReturnedAt));
        Assert.Equal([1], stepper.State.Turns[3].BlockedBy);
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_HolderHasSeveralLocksOnATable_NamesTheStepOfTheOneThatStandsInTheWay()
    {
        var stepper = await OpenAsync(SmallScenario.Request(new Workload(), Promise.None, null,
            new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
            [
                SmallScenario.Sql("look", "SELECT id FROM things"),
                SmallScenario.Sql("lock", "LOCK TABLE things IN SHARE MODE"),
                SmallScenario.Sql("check", "SELECT id FROM things WHERE name = @key"),
                SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
                new SayStep(Outcome.Created, null, 1),
            ], 1)));
        await PlayAsync(stepper, 1, 1, 1, 1, 2, 2, 2, 2, 1);

        var wait = stepper.State.Sessions[0].Wait!;
        Assert.Equal(("relation", "table things", "RowExclusiveLock"), (wait.For!.Kind, wait.For.Target, wait.For.Mode));
        Assert.Equal([new LockHolder(2, new ScheduledStep(2, "lock"))], wait.On);
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_ReadCommitted_SessionSeesItsOwnRowAndOthersDoNot()
    {
        var stepper = await OpenAsync(InTransaction(IsolationLevel.ReadCommitted));
        await PlayAsync(stepper, 1, 1, 1, 2, 2);

        Assert.Equal((LookKind.Own, 1), (stepper.State.Sessions[0].Sees.Kind, stepper.State.Sessions[0].Sees.Rows!.Rows.Count));
        Assert.Equal((LookKind.Own, 0), (stepper.State.Sessions[1].Sees.Kind, stepper.State.Sessions[1].Sees.Rows!.Rows.Count));
        Assert.Empty(stepper.State.Committed!.Rows!.Rows);

        await stepper.PlayAsync(1);
        Assert.Single(stepper.State.Committed!.Rows!.Rows);
        Assert.Single(stepper.State.Sessions[1].Sees.Rows!.Rows);
        Assert.Equal(LookKind.Committed, stepper.State.Sessions[0].Sees.Kind);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(IsolationLevel.RepeatableRead, LookKind.Own)]
    [InlineData(IsolationLevel.Serializable, LookKind.Snapshot)]
    public async Task PlayAsync_OldSnapshot_SessionStillSeesTheTableAsItWas(IsolationLevel level, LookKind kind)
    {
        var stepper = await OpenAsync(InTransaction(level));
        await PlayAsync(stepper, 2);
        Assert.Equal(LookKind.NotYet, stepper.State.Sessions[1].Sees.Kind);

        await PlayAsync(stepper, 2, 1, 1, 1, 1);
        Assert.Single(stepper.State.Committed!.Rows!.Rows);
        Assert.Equal((kind, 0), (stepper.State.Sessions[1].Sees.Kind, stepper.State.Sessions[1].Sees.Rows!.Rows.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_RejectedInATransaction_SessionCanOnlyRollBack()
    {
        var stepper = await OpenAsync(InTransaction(IsolationLevel.ReadCommitted, "ALTER TABLE things ADD CONSTRAINT things_name_key UNIQUE (name)"));
        await PlayAsync(stepper, 1, 2, 1, 2, 1, 2, 1);

        Assert.Equal("23505", stepper.State.Turns[5].Result!.Error!.Value.SqlState);
        Assert.Equal((LookKind.Failed, "rollback"), (stepper.State.Sessions[1].Sees.Kind, stepper.State.Sessions[1].Next!.Name));
        await stepper.PlayAsync(2);
        Assert.Equal((Outcome.Rejected, 1), (stepper.State.Sessions[1].Outcome, stepper.State.Result!.Rows));
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_CircleOfWaits_TheOneThatClosesItIsTheVictimWithoutAnotherTurn()
    {
        var stepper = await OpenAsync(Deadlock);
        await PlayAsync(stepper, 1, 1, 2, 2, 1, 2);
        await UntilAsync(stepper, s => s.Turns.All(t => t.Result is not null));

        Assert.Equal("40P01", stepper.State.Turns[5].Result!.Error!.Value.SqlState);
        Assert.Null(stepper.State.Turns[4].Result!.Error);
        Assert.Equal([2], stepper.State.Turns[4].BlockedBy);

        await PlayAsync(stepper, 2, 1);
        Assert.Equal([Outcome.Created, Outcome.Rejected], stepper.State.Result!.Outcomes);
        var seen = Text(stepper.State);
        await stepper.GoToAsync(0);
        await stepper.GoToAsync(8);
        Assert.Equal(seen, Text(stepper.State));
    }

    [Fact(Timeout = 60_000)]
    public async Task GoToAsync_BackAndForth_ShowsWhatWasThere()
    {
        var stepper = await OpenAsync(SmallScenario.Locked(new Workload()));
        var seen = new List<string> { Text(stepper.State) };
        foreach (var session in (int[])[1, 1, 2, 2, 1, 1, 1, 2, 2])
        {
            await stepper.PlayAsync(session);
            seen.Add(Text(stepper.State));
        }

        Assert.NotNull(stepper.State.Result);
        foreach (var position in (int[])[4, 9, 0, 5, 6, 3])
        {
            await stepper.GoToAsync(position);
            Assert.Null(stepper.State.Notice);
            Assert.Equal(seen[position], Text(stepper.State));
            Assert.Equal(9, stepper.State.Schedule.Count);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_Crash_SessionLosesItsLocksAndGoesOnOnlyWhenItsAttemptIsDeliveredAgain()
    {
        var stepper = await OpenAsync(SmallScenario.CrashingInTransaction(new Workload()));
        await PlayAsync(stepper, 1, 1);
        Assert.Contains(stepper.State.Locks, l => l is { Session: 1, Kind: "transactionid" });
        Assert.Single(stepper.State.Sessions[0].Sees.Rows!.Rows);

        await PlayAsync(stepper, 1);
        Assert.Equal(["1.begin", "1.insert", "1.crash"], stepper.State.Turns.Select(t => t.Entry.ToString()));
        Assert.DoesNotContain(stepper.State.Locks, l => l.Session == 1);
        var crashed = stepper.State.Sessions[0];
        Assert.Equal((true, false, false, null), (crashed.AwaitsDelivery, crashed.IsReady, crashed.IsInTransaction, crashed.Outcome));
        Assert.Equal((LookKind.Committed, 0), (crashed.Sees.Kind, stepper.State.Committed!.Rows!.Rows.Count));
        Assert.Equal([ScheduledStep.DeliveryTo(1)], stepper.State.Environment);

        await stepper.PlayAsync(1);
        Assert.Contains("when it is delivered again (e.deliver-1)", stepper.State.Notice, StringComparison.Ordinal);
        await stepper.PlayAsync(ScheduledStep.DeliveryTo(2));
        Assert.Contains("The next step of session 2 is “begin”", stepper.State.Notice, StringComparison.Ordinal);
        Assert.Equal(3, stepper.State.Turns.Count);

        await stepper.PlayAsync(ScheduledStep.DeliveryTo(1));
        Assert.Null(stepper.State.Notice);
        Assert.Equal((2, "begin", false), (stepper.State.Sessions[0].Delivery, stepper.State.Sessions[0].Next!.Name, stepper.State.Sessions[0].AwaitsDelivery));
        Assert.Empty(stepper.State.Environment);
        await stepper.PlayAsync(new ScheduledStep(1, "begin"));
        await PlayAsync(stepper, 1, 1);
        Assert.Equal((Outcome.Created, 7), (stepper.State.Sessions[0].Outcome, stepper.State.Turns.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task GoToAsync_BehindACrashAndADelivery_ShowsWhatWasThere()
    {
        var stepper = await OpenAsync(SmallScenario.CrashingInTransaction(new Workload()));
        var seen = new List<string> { Text(stepper.State) };
        foreach (var turn in "1.begin 1.insert 2.begin 1.crash 2.insert e.deliver-1 1.begin 1.insert 2.crash 1.commit e.deliver-2 2.begin 2.insert 2.commit".Split(' '))
        {
            Assert.True(ScheduledStep.TryParse(turn, out var entry));
            await stepper.PlayAsync(entry).WaitAsync(Cancellation);
            Assert.Null(stepper.State.Notice);
            seen.Add(Text(stepper.State));
        }

        Assert.Equal([Outcome.Created, Outcome.Created], stepper.State.Result!.Outcomes);
        foreach (var position in (int[])[4, 14, 5, 6, 9, 0, 11])
        {
            await stepper.GoToAsync(position).WaitAsync(Cancellation);
            Assert.Null(stepper.State.Notice);
            Assert.Equal(seen[position], Text(stepper.State));
            Assert.Equal(14, stepper.State.Schedule.Count);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_OtherTurnThanTheOneAhead_DropsWhatWasAhead()
    {
        var stepper = await OpenAsync(SmallScenario.Naive(new Workload()));
        await PlayAsync(stepper, 1, 2, 1);
        await stepper.GoToAsync(1);
        Assert.Equal(["2.check", "1.insert"], stepper.State.Ahead.Select(e => e.ToString()));

        await stepper.PlayAsync(2);
        Assert.Equal(["1.insert"], stepper.State.Ahead.Select(e => e.ToString()));
        await stepper.PlayAsync(2);
        Assert.Empty(stepper.State.Ahead);
    }

    [Fact(Timeout = 60_000)]
    public async Task Start_ScheduleThatCannotBePlayed_StopsThereAndSaysWhy()
    {
        ScheduledStep[] schedule = [new(1, "check"), new(1, "upsert"), new(2, "check")];
        var stepper = Start(SmallScenario.Naive(new Workload()), 2, schedule, 3);
        await UntilAsync(stepper, s => s.Phase == StepperPhase.Ready);

        Assert.Single(stepper.State.Turns);
        Assert.Equal(schedule, stepper.State.Schedule);
        Assert.Contains("stops before 1.upsert", stepper.State.Notice, StringComparison.Ordinal);
        await stepper.PlayAsync(7);
        Assert.Contains("no session 7", stepper.State.Notice, StringComparison.Ordinal);
    }

    private static RaceRequest Deadlock => SmallScenario.Request(new Workload(), Promise.None, null,
        new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
        [
            SmallScenario.Sql("first", "SELECT pg_advisory_xact_lock(@attempt::bigint)"),
            SmallScenario.Sql("second", "SELECT pg_advisory_xact_lock(3 - @attempt::bigint)"),
            new SayStep(Outcome.Created, null, 1),
        ], 1));

    private static RaceRequest InTransaction(IsolationLevel level, string? setup = null) => SmallScenario.Request(new Workload(), Promise.None, setup,
        new WithinStep(BlockKind.Transaction, level, null, ErrorRules.None,
        [
            SmallScenario.Sql("check", "SELECT id FROM things WHERE name = @key"),
            SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
            new SayStep(Outcome.Created, null, 1),
        ], 1));

    /// <summary>What a learner sees, without what differs from one replay to the next: times, transaction numbers, ids of rows' versions.</summary>
    private static string Text(StepperState state) => string.Join('\n',
        string.Join(' ', state.Turns.Select(t => $"{t.Entry}:{t.Result?.Rows}:{t.Result?.Error?.SqlState}:{string.Join('+', t.BlockedBy)}:{t.ReturnedAt}")),
        string.Join(' ', state.Sessions.Select(s => $"{s.Number}:{s.Next?.Name}:{s.Outcome}:{s.Delivery}:{s.Retries}:{s.Wait?.For?.Kind}:{string.Join('+', s.Wait?.On ?? [])}:{s.Sees.Kind}:{Rows(s.Sees)}")),
        Rows(state.Committed!),
        string.Join(' ', state.Locks.Where(l => l.Kind != "transactionid").Select(l => $"{l.Session}:{l.Kind}:{l.Target}:{l.Mode}:{l.IsGranted}:{l.TakenAt}")),
        string.Join(' ', state.Result?.Outcomes ?? []));

    private static string Rows(Look look) => string.Join(';', look.Rows?.Rows.Select(r => string.Join(',', r)) ?? []);
}
