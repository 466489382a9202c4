using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>
/// Races against explorations: what a race shows (a broken invariant, a SQLSTATE), some order shows. A race is no proof that something cannot be, but what it shows can be: so it must be
/// among what exploring finds, unless it needs what exploring does not do.
/// </summary>
public sealed class RaceAgainstScheduleTests(TestPostgres postgres)
{
    private const int Keys = 60;

    /// <summary>What races show and schedules of as many sessions cannot, with the reason. Words are an invariant's name or a SQLSTATE.</summary>
    private static readonly Dictionary<(string Scenario, string Strategy, string Shown), string> Exceptions = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Strategies => [.. StrategyContractTests.Broken, .. StrategyContractTests.Sound];

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(Strategies))]
    public async Task Soak_Race_StrategyOfContent_ShowsNothingThatNoOrderShows(string scenarioId, string strategyId)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);
        var sessions = strategy.IsSound ? 2 : WitnessVerdict.SessionsOf(strategy);
        var result = await RaceAsync(scenario, strategy, sessions);
        var explored = await CatalogueExplorations.OfAsync(postgres.Lab, scenario, strategy, sessions, Cancellation);

        string[] raced = [.. result.Invariants.Where(i => i.Violations > 0).Select(i => i.Name), .. result.Rejections.Select(r => r.SqlState).Distinct()];
        var inSomeOrder = explored.Outcomes.SelectMany(o => o.Violations.Where(v => v.Value > 0).Select(v => v.Key).Concat(o.SqlStates)).ToHashSet();
        Assert.All(raced, shown => Assert.True(
            inSomeOrder.Contains(shown) || Exceptions.ContainsKey((scenarioId, strategyId, shown)),
            $"the race shows {shown}, and no order of {sessions} sessions does: those show {string.Join(", ", inSomeOrder)}"));
    }

    /// <summary>Each worker meets each key once, so that at a key just as many attempts meet as an exploration has sessions.</summary>
    private async Task<RaceResult> RaceAsync(Scenario scenario, Strategy strategy, int workers)
    {
        var workload = new Workload
        {
            Workers = workers,
            Keys = Keys,
            Attempts = Keys,
            Duration = null,
            ArrivalSpread = TimeSpan.FromMilliseconds(4),
            PauseLow = TimeSpan.FromMilliseconds(1),
            PauseHigh = TimeSpan.FromMilliseconds(3),
            Seed = scenario.Workload?.Seed ?? 1,
        };
        await using var registry = new RaceRegistry(
            new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var result = await registry.Start(new RaceRequest(scenario, strategy, workload), "test").Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, $"{result.End}: {result.Problem}");
        return result;
    }
}
