using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public class ScheduleRunnerTests(TestPostgres postgres)
{
    private static readonly Workload Any = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_SecondChecksAfterFirstInserted_FindsIt()
    {
        var result = await PlayAsync(SmallScenario.Naive(Any), "1.check", "1.insert", "2.check");
        Assert.Equal([Outcome.Created, Outcome.Found], result.Outcomes);
        Assert.Equal(0, result.Invariants[0].Violations);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_BothCheckFirst_MakesADuplicate()
    {
        var result = await PlayAsync(SmallScenario.Naive(Any), "1.check", "2.check", "1.insert", "2.insert");
        Assert.Equal([Outcome.Created, Outcome.Created], result.Outcomes);
        Assert.Equal((1, 1), (result.Invariants[0].Violations, result.Invariants[0].Excess));
        Assert.All(result.Played, p => Assert.Empty(p.BlockedBy));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_SecondWantsTheLock_IsBlockedByTheFirstUntilItCommits()
    {
        var result = await PlayAsync(SmallScenario.Locked(Any), "1.begin", "1.lock", "2.begin", "2.lock", "1.check", "1.insert", "1.commit", "2.check");
        Assert.Equal([Outcome.Created, Outcome.Found], result.Outcomes);
        var waited = Assert.Single(result.Played, p => p.BlockedBy.Count > 0);
        Assert.Equal(new ScheduledStep(2, "lock"), waited.Step);
        Assert.Equal([1], waited.BlockedBy);
        Assert.True(Index(result, "1.commit") < Index(result, "2.lock"), "it came back only after the first had committed");
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_FirstWaitsForTheSecond_AnswersBehindWhatLetItGo()
    {
        var result = await PlayAsync(SmallScenario.Locked(Any), "2.begin", "2.lock", "1.begin", "1.lock", "2.check", "2.insert", "2.commit", "1.check");
        Assert.Equal(
            ["2.begin 0", "2.lock 1", "1.begin 2", "2.check 3", "2.insert 4", "2.commit 5", "1.lock 3", "1.check 7", "1.commit 8"],
            result.Played.Select(p => $"{p.Step} {p.SentAfter}"));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_StepOfASessionThatWaits_IsInfeasible()
    {
        var infeasible = await Assert.ThrowsAsync<InfeasibleScheduleException>(
            () => PlayAsync(SmallScenario.Locked(Any), "1.begin", "1.lock", "2.begin", "2.lock", "2.check"));
        Assert.Equal(new ScheduledStep(2, "check"), infeasible.At);
        Assert.Contains("still waits", infeasible.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_StepThatIsNotNext_IsInfeasibleAndSaysWhatIs()
    {
        var infeasible = await Assert.ThrowsAsync<InfeasibleScheduleException>(() => PlayAsync(SmallScenario.Naive(Any), "1.insert"));
        Assert.Contains("'check'", infeasible.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_UniqueInsertBehindAnUncommittedOne_WaitsAndIsRejected()
    {
        var request = SmallScenario.Request(Any, Promise.None, "ALTER TABLE things ADD CONSTRAINT things_name_key UNIQUE (name)",
            new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
                [SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1)], 1));
        var result = await PlayAsync(request, "1.begin", "1.insert", "2.begin", "2.insert", "1.commit");

        Assert.Equal([Outcome.Created, Outcome.Rejected], result.Outcomes);
        var waited = result.Played[Index(result, "2.insert")];
        Assert.Equal([1], waited.BlockedBy);
        Assert.Equal(("23505", "things_name_key"), (waited.Error!.Value.SqlState, waited.Error.Value.Constraint));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_TwoLocksInOppositeOrder_OneSessionIsTheDeadlocksVictim()
    {
        // Which lock comes first depends on the attempt: 1 takes 1 then 2, 2 takes 2 then 1.
        var request = SmallScenario.Request(Any, Promise.None, null,
            new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
            [
                SmallScenario.Sql("first", "SELECT pg_advisory_xact_lock(@attempt::bigint)"),
                SmallScenario.Sql("second", "SELECT pg_advisory_xact_lock(3 - @attempt::bigint)"),
                new SayStep(Outcome.Found, null, 1),
            ], 1));
        var result = await PlayAsync(request, "1.begin", "1.first", "2.begin", "2.first", "1.second", "2.second");

        Assert.Equal([Outcome.Rejected, Outcome.Found], result.Outcomes.Order().Reverse().OrderBy(o => o == Outcome.Found));
        Assert.Contains(result.Played, p => p.Error?.SqlState == "40P01");
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_TwoRoles_SessionsTakeThemInTurn()
    {
        var request = SmallScenario.InsertersAndDeleters(Any);
        var runner = new ScheduleRunner(postgres.Lab, TimeProvider.System);
        var result = await runner.RunAsync(request.Scenario, request.Strategy,
            [new ScheduledStep(1, "insert"), new ScheduledStep(3, "insert"), new ScheduledStep(4, "delete"), new ScheduledStep(2, "delete")], 4, Cancellation);

        Assert.Equal([Outcome.Created, Outcome.Updated, Outcome.Created, Outcome.Updated], result.Outcomes);
        Assert.Equal([1, 1, 2, 0], result.Played.Select(p => (int)p.Rows));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_CrashInATransaction_GivesItsLocksBackAndKeepsNothing()
    {
        var request = Unique(SmallScenario.CrashingInTransaction(Any));
        var result = await PlayAsync(request, "1.begin", "1.insert", "2.begin", "2.insert", "1.crash", "2.crash", "e.deliver-1", "1.begin", "1.insert", "1.commit", "e.deliver-2", "2.begin", "2.insert");

        Assert.Equal([1], result.Played[Index(result, "2.insert")].BlockedBy);
        Assert.True(Index(result, "1.crash") < Index(result, "2.insert"), "it came back only after the first had crashed");
        Assert.Null(result.Played[Index(result, "2.insert")].Error);
        Assert.Equal(1, result.Rows);

        // Refused, it is delivered a third time, and refused again.
        Assert.Equal([Outcome.Created, Outcome.Rejected], result.Outcomes);
        Assert.Equal(["e.deliver-2", "e.deliver-2"], result.Played.Select(p => p.Step.ToString()).Where(s => s == "e.deliver-2"));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_CrashBehindAnInsert_WhatWasKeptIsFoundByTheNextDelivery()
    {
        var result = await PlayAsync(SmallScenario.CrashingBehindTheInsert(Any), "1.check", "1.insert", "1.crash", "e.deliver-1", "1.check", "2.check");
        Assert.Equal([Outcome.Found, Outcome.Found], result.Outcomes);
        Assert.Equal((1, 6), (result.Rows, result.Played.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_WhatTheScheduleLeavesOpen_IsDeliveredSessionBySession()
    {
        var result = await PlayAsync(SmallScenario.CrashingInTransaction(Any), "2.begin");
        Assert.Equal([Outcome.Created, Outcome.Created], result.Outcomes);
        Assert.Equal(
            "2.begin 1.begin 1.insert 1.crash e.deliver-1 1.begin 1.insert 1.commit 2.insert 2.crash e.deliver-2 2.begin 2.insert 2.commit",
            string.Join(' ', result.Played.Select(p => p.Step)));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("1.check e.deliver-1", "the next step of session 1 is 'insert'")]
    [InlineData("1.check 1.insert 1.crash 1.check", "has to arrive again first (e.deliver-1)")]
    [InlineData("1.check 1.insert 1.crash e.deliver-2", "the next step of session 2 is 'check'")]
    [InlineData("1.check 1.insert 1.crash e.deliver-1 1.check e.deliver-1", "has ended")]
    [InlineData("1.check 1.insert 1.crash e.deliver-3", "names session 3")]
    public async Task RunAsync_DeliveryOutOfTurn_IsInfeasible(string schedule, string reason)
    {
        var infeasible = await Assert.ThrowsAsync<InfeasibleScheduleException>(
            () => PlayAsync(SmallScenario.CrashingBehindTheInsert(Any), schedule.Split(' ')));
        Assert.Contains(reason, infeasible.Message, StringComparison.Ordinal);
        Assert.Equal(schedule.Split(' ')[^1], infeasible.At.ToString());
    }

    private static RaceRequest Unique(RaceRequest request) => request with { Strategy = request.Strategy with { Setup = "ALTER TABLE things ADD UNIQUE (name)" } };

    private static int Index(ScheduleResult result, string step) => result.Played.ToList().FindIndex(p => p.Step.ToString() == step);

    private Task<ScheduleResult> PlayAsync(RaceRequest request, params string[] schedule)
    {
        var steps = schedule.Select(s => ScheduledStep.TryParse(s, out var step) ? step : throw new FormatException(s)).ToList();
        return new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy, steps, 2, Cancellation);
    }
}
