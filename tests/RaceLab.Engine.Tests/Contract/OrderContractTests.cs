using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Holds every strategy of every scenario in content to what it promises, one order of statements after another: by its witness, and by all orders of a few sessions.</summary>
public sealed class OrderContractTests(TestPostgres postgres)
{
    private const int WitnessRuns = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(StrategyContractTests.Broken), MemberType = typeof(StrategyContractTests))]
    public async Task Witness_BrokenStrategy_ShowsItsFlawEveryTime(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        var runner = new ScheduleRunner(postgres.Lab, TimeProvider.System);
        for (var run = 0; run < WitnessRuns; run++)
        {
            var result = await runner.RunAsync(scenario, strategy, strategy.Witness, WitnessVerdict.SessionsOf(strategy), Cancellation);
            Assert.Null(WitnessVerdict.FindFault(strategy, result));
            Assert.Contains(result.Invariants, i => i is { Promise: Promise.Some, Violations: > 0 });
        }
    }

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(StrategyContractTests.Broken), MemberType = typeof(StrategyContractTests))]
    public async Task Explore_BrokenStrategy_BreaksInSomeOrderAndTheWitnessIsAsShortAsAny(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        var explored = await CatalogueExplorations.OfAsync(postgres.Lab, scenario, strategy, WitnessVerdict.SessionsOf(strategy), Cancellation);

        Assert.True(explored.IsComplete);
        Assert.All(explored.Invariants, i => Assert.Equal(Verdict.Kept, i.Verdict));

        // What is played to its end behind the last entry need not be written.
        Assert.Equal(strategy.Witness.Count, explored.Outcomes.Where(o => o.IsViolation).Min(o => o.Witness.Count));
    }

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(StrategyContractTests.Sound), MemberType = typeof(StrategyContractTests))]
    public async Task Explore_SoundStrategyTwoSessions_NoOrderBreaksIt(string scenarioId, string strategyId)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        var explored = await CatalogueExplorations.OfAsync(postgres.Lab, scenario, strategy, 2, Cancellation);

        Assert.True(explored.IsComplete);
        Assert.All(explored.Outcomes, o => Assert.False(o.IsViolation));
        Assert.True(explored.Orders > explored.Infeasible);
    }

    /// <summary>Skips what content itself says is not for this server.</summary>
    private Task<(Scenario Scenario, Strategy Strategy)> FindAsync(string scenarioId, string strategyId) =>
        TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);
}
