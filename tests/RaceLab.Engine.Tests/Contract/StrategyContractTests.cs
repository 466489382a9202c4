using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>
/// Holds every strategy of every scenario in content to what it promises. The broken ones are the positive controls: only because they
/// show their flaw here does "no duplicates" mean something for the sound ones.
/// </summary>
public class StrategyContractTests(TestPostgres postgres)
{
    private readonly StrategyContract _contract = new(postgres.Lab, postgres.AdminConnectionString);

    public static TheoryData<string, string> Broken => Strategies(sound: false);

    public static TheoryData<string, string> Sound => Strategies(sound: true);

    public static TheoryData<string, string, int, RaceEngine> BrokenAtEachSize => StrategyContract.Sized(Broken);

    public static TheoryData<string, string, int, RaceEngine> SoundAtEachSize => StrategyContract.Sized(Sound);

    public static TheoryData<string, string, RaceEngine> SoundInTurn => StrategyContract.InTurn(Sound);

    /// <summary>The one scenario that is asked for, as its author does who is still writing it; null: all of them.</summary>
    private static string? Asked => Environment.GetEnvironmentVariable("RACELAB_TEST_SCENARIO") is { Length: > 0 } id ? id : null;

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(BrokenAtEachSize))]
    public Task Race_BrokenStrategyWithARaceWindow_ShowsItsFlaw(string scenarioId, string strategyId, int workers, RaceEngine engine) =>
        _contract.ShowsItsFlawAsync(scenarioId, strategyId, workers, engine);

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(SoundAtEachSize))]
    public Task Race_SoundStrategy_KeepsEveryPromise(string scenarioId, string strategyId, int workers, RaceEngine engine) =>
        _contract.KeepsEveryPromiseAsync(scenarioId, strategyId, workers, engine);

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(SoundInTurn))]
    public Task Race_SoundStrategyWhoseConnectionsAreCut_KeepsEveryPromise(string scenarioId, string strategyId, RaceEngine engine) =>
        _contract.SurvivesCutsAsync(scenarioId, strategyId, engine);

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
            var result = await _contract.RaceAsync(scenarioId, strategyId, workload with { Seed = seed });
            Assert.All(result.Invariants, i => Assert.Equal((Verdict.Kept, 0), (i.Verdict, i.Violations)));
            RaceChecks.EverythingRan(result);
            RaceChecks.NumbersAgree(result);
            Assert.True(result.Attempts.Created + result.Attempts.Updated > 0);
            StrategyContract.AnswersAreHeldToSomething(scenarioId, result);
        }
    }

    private async Task BreaksInNineOfTenAsync(string scenarioId, string strategyId, int races, Workload workload)
    {
        var broken = 0;
        for (var seed = 1; seed <= races; seed++)
        {
            var result = await _contract.RaceAsync(scenarioId, strategyId, workload with { Seed = seed });
            if (result.Invariants.Any(i => i.Violations > 0)) broken++;
        }

        Assert.True(broken * 10 >= races * 9, $"only {broken} of {races} races ended with a violation");
    }

    /// <summary>
    /// Fifty workers who meet once at each key: at one and without a pause, they do what <c>racelab race</c> does with those three flags. Or what content finds usual, where it says so.
    /// </summary>
    private static Workload Stampede(string scenarioId, int keys, int pauseMs = 0) => StrategyContract.ScenarioOf(scenarioId).Workload is { } usual
        ? Workload.From(usual)
        : new() { Workers = 50, Keys = keys, Attempts = keys, Duration = null, PauseHigh = TimeSpan.FromMilliseconds(pauseMs) };

    private static TheoryData<string, string> Strategies(bool sound) =>
        StrategyContract.Strategies(sound, TestContent.Scenarios.Select(s => s.Id).Where(id => Asked is null || id == Asked));
}
