using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>What a strategy promises, held to races on one server.</summary>
/// <param name="lab">Where races happen.</param>
/// <param name="adminConnectionString">For those who cut connections there.</param>
public sealed class StrategyContract(LabServer lab, string adminConnectionString)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The strategies of these scenarios, each with its scenario.</summary>
    public static TheoryData<string, string> Strategies(bool sound, IEnumerable<string> scenarios)
    {
        var data = new TheoryData<string, string>();
        foreach (var scenario in scenarios.Select(ScenarioOf))
        {
            foreach (var strategy in scenario.Strategies.Where(s => s.IsSound == sound)) data.Add(scenario.Id, strategy.Id);
        }

        return data;
    }

    /// <summary>Engines take turns with the sizes, so that each strategy is raced by both.</summary>
    public static TheoryData<string, string, int, RaceEngine> Sized(TheoryData<string, string> strategies)
    {
        var data = new TheoryData<string, string, int, RaceEngine>();
        foreach (var strategy in strategies)
        {
            var most = ScenarioOf(strategy.Data.Item1).Workload?.Workers ?? int.MaxValue;
            int[] sizes = [.. ((int[])[2, 16, 64]).Select(w => Math.Min(w, most)).Distinct()];
            for (var i = 0; i < Math.Max(2, sizes.Length); i++)
                data.Add(strategy.Data.Item1, strategy.Data.Item2, sizes[Math.Min(i, sizes.Length - 1)], i == 1 ? RaceEngine.Wire : RaceEngine.Npgsql);
        }

        return data;
    }

    /// <summary>Engines take turns with the strategies.</summary>
    public static TheoryData<string, string, RaceEngine> InTurn(TheoryData<string, string> strategies)
    {
        var data = new TheoryData<string, string, RaceEngine>();
        foreach (var strategy in strategies) data.Add(strategy.Data.Item1, strategy.Data.Item2, data.Count % 2 == 0 ? RaceEngine.Wire : RaceEngine.Npgsql);
        return data;
    }

    public static Scenario ScenarioOf(string id) => TestContent.Scenarios.Single(s => s.Id == id);

    /// <summary>A broken strategy shows its flaw.</summary>
    public async Task ShowsItsFlawAsync(string scenarioId, string strategyId, int workers, RaceEngine engine)
    {
        // What takes three to go wrong does not go wrong between two.
        var enough = Math.Max(workers, WitnessVerdict.SessionsOf(ScenarioOf(scenarioId).FindStrategy(strategyId)!));
        var workload = Usual(scenarioId, enough) ?? new Workload
        {
            Workers = enough,
            Keys = 80,

            // As many for each worker as 2 need to be where it hurts.
            Attempts = enough <= 4 ? 80 : 20,
            Duration = null,

            // They meet at each key, where otherwise two would drift apart: some within each other's race window and some behind it, for there are flaws of either kind.
            ArrivalSpread = TimeSpan.FromMilliseconds(enough <= 16 ? 8 : 16),
            PauseLow = TimeSpan.FromMilliseconds(2),
            PauseHigh = TimeSpan.FromMilliseconds(6),
            Seed = workers,
        };
        var result = await RaceAsync(scenarioId, strategyId, workload with { Engine = engine });

        Assert.All(result.Invariants, i => Assert.Equal(Verdict.Kept, i.Verdict));
        Assert.Contains(result.Invariants, i => i is { Promise: Promise.Some, Violations: > 0 });
        RaceChecks.EverythingRan(result);
        RaceChecks.NumbersAgree(result);
    }
    /// <summary>A sound strategy keeps every promise, and tells its callers what is so.</summary>
    public async Task KeepsEveryPromiseAsync(string scenarioId, string strategyId, int workers, RaceEngine engine)
    {
        var workload = Usual(scenarioId, workers) ?? new Workload
        {
            Workers = workers,
            Keys = 25,
            Attempts = 320 / workers,
            Duration = null,
            PauseHigh = TimeSpan.FromMilliseconds(1),
            Seed = workers,
        };

        // Each size draws its keys in another way, so that all three are raced.
        var result = await RaceAsync(scenarioId, strategyId, workload with { Engine = engine, Distribution = workers switch { 2 => KeyDistribution.InTurn, 16 => KeyDistribution.HotKey, _ => KeyDistribution.Uniform } });

        Assert.All(result.Invariants, i => Assert.Equal((Promise.None, Verdict.Kept, 0), (i.Promise, i.Verdict, i.Violations)));
        RaceChecks.EverythingRan(result);
        RaceChecks.NumbersAgree(result);
        Assert.Equal((0, 0), (result.Attempts.Rejected, result.Attempts.Unknown));
        Assert.True(result.Attempts.Created + result.Attempts.Updated > 0);
        AnswersAreHeldToSomething(scenarioId, result);
    }
    /// <summary>A sound strategy keeps its promises when the server ends its connections.</summary>
    public async Task SurvivesCutsAsync(string scenarioId, string strategyId, RaceEngine engine)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        await using var registry = Registry();
        var named = strategy with { Id = $"cut-{Guid.NewGuid():N}" };
        var race = registry.Start(new RaceRequest(scenario, named, new Workload
        {
            Workers = 8,
            Engine = engine,
            Keys = 5000,
            Duration = TimeSpan.FromSeconds(2),
            PauseHigh = TimeSpan.FromMilliseconds(1),
        }), "test");
        await BackendCutter.CutWhileRunningAsync(race, adminConnectionString, Cancellation);

        var result = await race.Completion.WaitAsync(Cancellation);
        Assert.Equal(RaceEnd.Finished, result.End);
        Assert.All(result.Invariants, i => Assert.Equal((Verdict.Kept, 0), (i.Verdict, i.Violations)));
        Assert.True(result.Reconciliation!.Holds, $"{result.Reconciliation}");
        Assert.True(result.Rejections.Any(r => r.SqlState == "57P01"), "no connection was cut during an attempt, so this race proves nothing");
        Assert.True(result.Attempts.Created + result.Attempts.Updated > 0);
    }
    /// <summary>One race to its end; where the server lacks what it needs, the test is skipped with the reason.</summary>
    public async Task<RaceResult> RaceAsync(string scenarioId, string strategyId, Workload workload)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        await using var registry = Registry();
        var result = await registry.Start(new RaceRequest(scenario, strategy, workload), "test").Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, $"{result.End}: {result.Problem}");
        return result;
    }

    /// <summary>
    /// Where one row for each key is the rule, nobody beyond the first creates one. Whoever a sound strategy tells "failed" has a reason, and an invariant of the
    /// scenario says which reasons count.
    /// </summary>
    public static void AnswersAreHeldToSomething(string scenarioId, RaceResult result)
    {
        var invariants = ScenarioOf(scenarioId).Invariants;
        if (invariants.Any(i => i.Live == LiveCount.ExtraCreations)) Assert.InRange(result.Attempts.Created, 1, result.Workload.Keys);
        if (result.Attempts.Failed > 0) Assert.Contains(invariants, i => i.Query.Contains("'failed'", StringComparison.Ordinal));
    }

    /// <summary>What content finds usual for a scenario, with so many workers at most and as many attempts in all; null where it leaves that to the suite.</summary>
    private static Workload? Usual(string scenarioId, int workers) => ScenarioOf(scenarioId).Workload is { } usual
        ? Workload.From(usual) with { Workers = Math.Min(workers, usual.Workers), Attempts = usual.Total / Math.Min(workers, usual.Workers) }
        : null;

    /// <summary>Skips what content itself says is not for this server.</summary>
    private Task<(Scenario Scenario, Strategy Strategy)> FindAsync(string scenarioId, string strategyId) =>
        TestContent.FindAsync(lab, scenarioId, strategyId, Cancellation);

    private RaceRegistry Registry() => new(
        new RaceRunner(lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
}
