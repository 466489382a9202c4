using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Contract;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>Psql as a second judge: what the lab's schedules show, independent processes show as well.</summary>
public sealed class PsqlWitnessTests(TestPostgres postgres)
{
    private const int Witnesses = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Strategies of content that are SQL and nothing else, spread over all scenarios: the first of each, then the second, and so on.</summary>
    public static TheoryData<string, string> Strategies
    {
        get
        {
            var data = new TheoryData<string, string>();
            var all = TestContent.Scenarios.SelectMany(scenario => scenario.Strategies.Where(s => IsPlain(scenario, s) && s.Witness.Count > 0).Select((s, place) => (scenario, s, place)));
            foreach (var (scenario, strategy, _) in all.OrderBy(s => s.place).Take(Witnesses)) data.Add(scenario.Id, strategy.Id);
            return data;
        }
    }

    /// <summary>Of some strategies all ends that an exploration finds, those without a violation included.</summary>
    public static TheoryData<string, string> Explored => new()
    {
        { "sign-up", "serializable" },
        { "sign-up", "upsert" },
        { "lost-update", "select-for-update" },
        { "time-slots", "exclusion-constraint" },
        { "table-lock", "weak-lock-first" },
        { "update-collisions", "swap-deferred" },
    };

    [Fact]
    public void Strategies_OfContent_AreThirty() => Assert.Equal(Witnesses, Strategies.Count);

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Strategies))]
    public async Task Witness_PlayedByPsql_EndsAsItDoesInTheLab(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);
        var result = await PlayBothAsync(scenario, strategy, strategy.Witness, Math.Max(2, strategy.Witness.Max(s => s.Session)));

        Assert.Contains(result.Invariants, i => i is { Promise: Promise.Some, Violations: > 0 });
    }

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Explored))]
    public async Task Outcomes_PlayedByPsql_EndAsTheyDoInTheLab(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);
        Assert.True(IsPlain(scenario, strategy));
        var explored = await CatalogueExplorations.OfAsync(postgres.Lab, scenario, strategy, 2, Cancellation);
        foreach (var outcome in explored.Outcomes) await PlayBothAsync(scenario, strategy, outcome.Witness, 2);
    }

    private async Task<ScheduleResult> PlayBothAsync(Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> witness, int sessions)
    {
        var result = await new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(scenario, strategy, witness, sessions, Cancellation);
        var victims = result.Played.Where(p => p.Error is { SqlState: PlayedOutcome.Deadlock }).Select(p => p.Step.Session).ToHashSet();
        await using var schedule = await PsqlSchedule.OpenAsync(postgres.Lab, ScheduleRunner.RequestFor(scenario, strategy, sessions), victims, Cancellation);
        Assert.Equal(PlayedOutcome.Of(result), await schedule.PlayAsync(witness));
        return result;
    }

    /// <summary>Whether psql can play it: nothing of it happens in the application, at a standby or in Redis, nothing is drawn, nobody crashes, and nothing arrives a second time.</summary>
    private static bool IsPlain(Scenario scenario, Strategy strategy) =>
        scenario.Deliveries == 1
        && strategy.Connection is null
        && strategy.Program.Drawn.Count == 0
        && strategy.Program.Services.Count == 0
        && strategy.Program.Steps.All(s => s.Kind is not (StepKind.Crash or StepKind.Enter or StepKind.Leave) && s.Sql is null or { EndsSessions: false });
}
