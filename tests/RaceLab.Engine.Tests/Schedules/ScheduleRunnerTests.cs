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

    private static int Index(ScheduleResult result, string step) => result.Played.ToList().FindIndex(p => p.Step.ToString() == step);

    private Task<ScheduleResult> PlayAsync(RaceRequest request, params string[] schedule)
    {
        var steps = schedule.Select(s => new ScheduledStep(s[0] - '0', s[2..])).ToList();
        return new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy, steps, 2, Cancellation);
    }
}
