using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>
/// Holds every strategy of every scenario in content to what it promises. The broken ones are the positive controls: only because they
/// show their flaw here does "no duplicates" mean something for the sound ones.
/// </summary>
public class StrategyContractTests(TestPostgres postgres)
{
    public static TheoryData<string, string> Broken => Strategies(sound: false);

    public static TheoryData<string, string> Sound => Strategies(sound: true);

    public static TheoryData<string, string, int, RaceEngine> BrokenAtEachSize => Sized(Broken);

    public static TheoryData<string, string, int, RaceEngine> SoundAtEachSize => Sized(Sound);

    public static TheoryData<string, string, RaceEngine> SoundInTurn => InTurn(Sound);

    /// <summary>The one scenario that is asked for, as its author does who is still writing it; null: all of them.</summary>
    private static string? Asked => Environment.GetEnvironmentVariable("RACELAB_TEST_SCENARIO") is { Length: > 0 } id ? id : null;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(BrokenAtEachSize))]
    public async Task Race_BrokenStrategyWithARaceWindow_ShowsItsFlaw(string scenarioId, string strategyId, int workers, RaceEngine engine)
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

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(SoundAtEachSize))]
    public async Task Race_SoundStrategy_KeepsEveryPromise(string scenarioId, string strategyId, int workers, RaceEngine engine)
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

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(SoundInTurn))]
    public async Task Race_SoundStrategyWhoseConnectionsAreCut_KeepsEveryPromise(string scenarioId, string strategyId, RaceEngine engine)
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
        await BackendCutter.CutWhileRunningAsync(race, postgres.AdminConnectionString, Cancellation);

        var result = await race.Completion.WaitAsync(Cancellation);
        Assert.Equal(RaceEnd.Finished, result.End);
        Assert.All(result.Invariants, i => Assert.Equal((Verdict.Kept, 0), (i.Verdict, i.Violations)));
        Assert.True(result.Reconciliation!.Holds, $"{result.Reconciliation}");
        Assert.True(result.Rejections.Any(r => r.SqlState == "57P01"), "no connection was cut during an attempt, so this race proves nothing");
        Assert.True(result.Attempts.Created + result.Attempts.Updated > 0);
    }

    [Theory(Timeout = 1_800_000)]
    [MemberData(nameof(Sound))]
    public async Task Soak_SoundStrategyFiftyWorkersOnTenKeysInTurn_NeverBreaksInTenRaces(string scenarioId, string strategyId)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        await NeverBreaksAsync(scenarioId, strategyId, 10, Stampede(scenarioId, keys: 10, pauseMs: 2));
    }

    [Theory(Timeout = 1_800_000)]
    [MemberData(nameof(Broken))]
    public async Task Soak_BrokenStrategyFiftyWorkersOnTenKeysInTurn_BreaksInNineRacesOfTen(string scenarioId, string strategyId)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        await BreaksInNineOfTenAsync(scenarioId, strategyId, 10, Stampede(scenarioId, keys: 10, pauseMs: 2));
    }

    [Theory(Timeout = 1_800_000)]
    [InlineData("unique-and-catch")]
    [InlineData("do-nothing-then-select")]
    [InlineData("upsert")]
    [InlineData("advisory-lock")]
    [InlineData("serializable")]
    public async Task Soak_SoundSignUpFiftyWorkersOnOneKey_NeverBreaksInFiftyRaces(string strategyId)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        await NeverBreaksAsync("sign-up", strategyId, 50, Stampede("sign-up", keys: 1));
    }

    [Theory(Timeout = 1_800_000)]
    [InlineData("check-then-insert")]
    [InlineData("check-then-insert-in-transaction")]
    public async Task Soak_BrokenSignUpFiftyWorkersOnOneKey_BreaksInNineRacesOfTen(string strategyId)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        await BreaksInNineOfTenAsync("sign-up", strategyId, 50, Stampede("sign-up", keys: 1));
    }

    private async Task NeverBreaksAsync(string scenarioId, string strategyId, int races, Workload workload)
    {
        for (var seed = 1; seed <= races; seed++)
        {
            var result = await RaceAsync(scenarioId, strategyId, workload with { Seed = seed });
            Assert.All(result.Invariants, i => Assert.Equal((Verdict.Kept, 0), (i.Verdict, i.Violations)));
            RaceChecks.EverythingRan(result);
            RaceChecks.NumbersAgree(result);
            Assert.True(result.Attempts.Created + result.Attempts.Updated > 0);
            AnswersAreHeldToSomething(scenarioId, result);
        }
    }

    private async Task BreaksInNineOfTenAsync(string scenarioId, string strategyId, int races, Workload workload)
    {
        var broken = 0;
        for (var seed = 1; seed <= races; seed++)
        {
            var result = await RaceAsync(scenarioId, strategyId, workload with { Seed = seed });
            if (result.Invariants.Any(i => i.Violations > 0)) broken++;
        }

        Assert.True(broken * 10 >= races * 9, $"only {broken} of {races} races ended with a violation");
    }

    /// <summary>
    /// Fifty workers who meet once at each key: at one and without a pause, they do what <c>racelab race</c> does with those three flags. Or what content finds usual, where it says so.
    /// </summary>
    private static Workload Stampede(string scenarioId, int keys, int pauseMs = 0) => ScenarioOf(scenarioId).Workload is { } usual
        ? Workload.From(usual)
        : new() { Workers = 50, Keys = keys, Attempts = keys, Duration = null, PauseHigh = TimeSpan.FromMilliseconds(pauseMs) };

    /// <summary>What content finds usual for a scenario, with so many workers at most and as many attempts in all; null where it leaves that to the suite.</summary>
    private static Workload? Usual(string scenarioId, int workers) => ScenarioOf(scenarioId).Workload is { } usual
        ? Workload.From(usual) with { Workers = Math.Min(workers, usual.Workers), Attempts = usual.Total / Math.Min(workers, usual.Workers) }
        : null;

    private static Scenario ScenarioOf(string id) => TestContent.Scenarios.Single(s => s.Id == id);

    private static TheoryData<string, string> Strategies(bool sound)
    {
        var data = new TheoryData<string, string>();
        foreach (var scenario in TestContent.Scenarios.Where(s => Asked is null || s.Id == Asked))
        {
            foreach (var strategy in scenario.Strategies.Where(s => s.IsSound == sound)) data.Add(scenario.Id, strategy.Id);
        }

        return data;
    }

    /// <summary>Engines take turns with the sizes, so that each strategy is raced by both.</summary>
    private static TheoryData<string, string, int, RaceEngine> Sized(TheoryData<string, string> strategies)
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
    private static TheoryData<string, string, RaceEngine> InTurn(TheoryData<string, string> strategies)
    {
        var data = new TheoryData<string, string, RaceEngine>();
        foreach (var strategy in strategies) data.Add(strategy.Data.Item1, strategy.Data.Item2, data.Count % 2 == 0 ? RaceEngine.Wire : RaceEngine.Npgsql);
        return data;
    }

    /// <summary>
    /// Where one row for each key is the rule, nobody beyond the first creates one. Whoever a sound strategy tells "failed" has a reason, and an invariant of the
    /// scenario says which reasons count.
    /// </summary>
    private static void AnswersAreHeldToSomething(string scenarioId, RaceResult result)
    {
        var invariants = ScenarioOf(scenarioId).Invariants;
        if (invariants.Any(i => i.Live == LiveCount.ExtraCreations)) Assert.InRange(result.Attempts.Created, 1, result.Workload.Keys);
        if (result.Attempts.Failed > 0) Assert.Contains(invariants, i => i.Query.Contains("'failed'", StringComparison.Ordinal));
    }

    /// <summary>Skips what content itself says is not for this server.</summary>
    private Task<(Scenario Scenario, Strategy Strategy)> FindAsync(string scenarioId, string strategyId) =>
        TestContent.FindAsync(postgres.Lab, scenarioId, strategyId, Cancellation);

    private RaceRegistry Registry() => new(
        new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);

    private async Task<RaceResult> RaceAsync(string scenarioId, string strategyId, Workload workload)
    {
        var (scenario, strategy) = await FindAsync(scenarioId, strategyId);
        await using var registry = Registry();
        var result = await registry.Start(new RaceRequest(scenario, strategy, workload), "test").Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, $"{result.End}: {result.Problem}");
        return result;
    }
}
