using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Studies;

[Collection(RacesAlone.Name)]
public sealed class ComparisonTests(TestPostgres postgres)
{
    private static readonly RaceRequest Request = SmallScenario.Naive(new Workload());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Plan_ThreeRounds_OrderIsTurnedRoundAndSeedsArePaired()
    {
        var plan = ComparisonPlan.Of(Request.Scenario, [Named("a"), Named("b"), Named("c")], new Workload { Seed = 5 }, 3);
        Assert.Equal("0a 1a 1b 1c 2c 2b 2a 3a 3b 3c", string.Join(' ', plan.Races.Select(r => $"{r.Round}{r.Strategy.Id}")));
        Assert.All(plan.Races.Skip(1), r => Assert.Equal(5 + r.Round - 1, r.Workload.Seed));
        Assert.Equal(ComparisonPlan.WarmUpTime, plan.Races[0].Workload.Duration);
        Assert.Null(plan.FindProblem());
        Assert.Equal(3, ComparisonPlan.RoundsOf(StudyRecord.Of(plan)));
    }

    [Theory]
    [InlineData(1, 4, "at least two")]
    [InlineData(2, 1, "between 2 and 10")]
    [InlineData(2, 11, "between 2 and 10")]
    public void Plan_OutOfRange_IsRefused(int strategies, int rounds, string words) =>
        Assert.Contains(words, Assert.Throws<RaceRefusedException>(() =>
            ComparisonPlan.Of(Request.Scenario, [.. Enumerable.Range(0, strategies).Select(i => Named($"s{i}"))], new Workload(), rounds)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_ClearAndUnclearDifferences_AreToldApart()
    {
        // Rounds differ by a factor of two, which hits all strategies alike: pairing must see through it.
        double[] slow = [1, 2, 0.8, 1.5];
        var comparison = Comparison.Of(Record(
            ("fast", [.. slow.Select((s, i) => 200 * s * (1 + (0.01 * i)))]),
            ("half", [.. slow.Select((s, i) => 100 * s * (1 - (0.01 * i)))]),
            ("same", [.. slow.Select((s, i) => 100 * s * (i % 2 == 0 ? 1.1 : 0.9))])));

        var clear = comparison.Rates.Single(d => (d.Larger, d.Smaller) == (0, 1));
        Assert.True(clear.IsBeyondNoise);
        Assert.InRange(clear.Ratio, 2, 2.1);
        Assert.InRange(clear.Low, 1.8, clear.Ratio);
        Assert.InRange(clear.High, clear.Ratio, 2.4);
        Assert.Equal(4, clear.Rounds);
        Assert.False(comparison.Rates.Single(d => d.Larger + d.Smaller == 3).IsBeyondNoise);
        Assert.All(comparison.Rates.Concat(comparison.SlowestAttempts), d => Assert.True(d.Ratio >= 1 && d.IsBeyondNoise == d.Low > 1));
    }

    [Fact]
    public void Of_StrategiesThatAreTheSame_RarelyDiffer()
    {
        // 400 comparisons of four alike strategies: at most one in twenty may see any difference, give or take what chance allows 400 of them (3 standard deviations).
        var random = new Random(17);
        double Noise() => 1000 * Math.Exp(0.05 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        double[] Rounds() => [.. Enumerable.Range(0, 4).Select(_ => Noise())];
        var wrong = Enumerable.Range(0, 400).Count(_ => Comparison.Of(Record(("a", Rounds()), ("b", Rounds()), ("c", Rounds()), ("d", Rounds()))).Rates.Any(d => d.IsBeyondNoise));
        Assert.InRange(wrong, 1, (400 * Difference.Bound) + (3 * Math.Sqrt(400 * Difference.Bound * (1 - Difference.Bound))));
    }

    [Fact]
    public void Of_RacesWithoutVerdict_TakePartInNoNumber()
    {
        var record = Record(("a", [100, 110, 105]), ("b", [100, 100, 100]));
        var lost = RaceResults.Refused(Request with { Strategy = Named("b") }, DateTimeOffset.UnixEpoch, "It went away.") with { End = RaceEnd.Interrupted, AttemptsPerSecond = 9 };
        record = record with { Races = [.. record.Races.Where(r => (r.Round, r.Result.Strategy) is not (2 or 3, "b")), new StudiedRace(2, lost)] };
        var comparison = Comparison.Of(record);

        Assert.Equal(100, comparison.Strategies[1].AttemptsPerSecond!.Mean);
        Assert.Equal("It went away.", Assert.Single(comparison.Strategies[1].WithoutVerdict).Result.Problem);
        Assert.Empty(comparison.Rates);
    }

    [Fact]
    public void Of_Invariants_VerdictIsOverAllRounds()
    {
        var record = Record(("a", [100, 100, 100]));
        InvariantResult Found(Verdict verdict, long excess) => new("duplicates", "one row", Promise.Some, verdict, excess, excess, excess, new OffendingRows([], [], excess));
        var verdicts = new[] { Found(Verdict.NotShown, 0), Found(Verdict.Kept, 7), Found(Verdict.NotShown, 0) };
        record = record with { Races = [.. record.Races.Select((r, i) => r with { Result = r.Result with { Invariants = [verdicts[i]] } })] };

        var invariant = Assert.Single(Assert.Single(Comparison.Of(record).Strategies).Invariants);
        Assert.Equal((Verdict.Kept, 1), (invariant.Verdict, invariant.RoundsViolated));
        Assert.Equal([0, 7, 0], invariant.Excess);
    }

    [Fact(Timeout = 60_000)]
    public async Task Start_OnARealServer_ComparesWhatItRacedAloneBesideSteppedSessions()
    {
        var workload = new Workload { Workers = 4, Keys = 20, Attempts = 20, Duration = null, PauseHigh = TimeSpan.FromMilliseconds(1) };
        Strategy naive = SmallScenario.Naive(workload).Strategy with { Id = "naive" }, sound = SmallScenario.Constrained(workload).Strategy with { Id = "sound" };
        await using var registry = new StudyRegistry(
            new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance), new NoStudies(), TimeProvider.System, NullLogger<StudyRegistry>.Instance);
        using var stepped = await postgres.Lab.Permits.TakeAsync(2, PermitUse.Idle, null, Cancellation);
        var study = registry.Start(ComparisonPlan.Of(Request.Scenario, [naive, sound], workload, 2), "me");
        var record = StudyRecord.Read((await study.Completion.WaitAsync(Cancellation)).ToJson());

        Assert.Equal((StudyEnd.Finished, 5), (record.End, record.Races.Count));
        var comparison = Comparison.Of(record);
        Assert.All(comparison.Strategies, s => Assert.Equal((2, 160L), (s.Races.Count, s.Attempts)));
        Assert.All(comparison.Strategies, s => Assert.True(s.AttemptsPerSecond!.Mean > 0));

        // Whoever inserts at once has one round trip; whoever looks first has one or two.
        Assert.Equal(1, comparison.Strategies[1].RoundTripsPerAttempt);
        Assert.InRange(comparison.Strategies[0].RoundTripsPerAttempt!.Value, 1, 2);
        Assert.Equal("23505", Assert.Single(comparison.Strategies[1].Rejections).SqlState);
        Assert.Equal(2, Assert.Single(comparison.Rates).Rounds);
    }

    private static Strategy Named(string id) => Request.Strategy with { Id = id, Title = id };

    private static StudyRecord Record(params (string Id, double[] Rates)[] strategies)
    {
        var plan = ComparisonPlan.Of(Request.Scenario, [.. strategies.Select(s => Named(s.Id)), .. strategies.Length == 1 ? [Named("other")] : Array.Empty<Strategy>()], new Workload(), 4);
        var record = StudyRecord.Of(plan) with { Strategies = [.. StudyRecord.Of(plan).Strategies.Take(strategies.Length)] };
        return record with
        {
            Races =
            [
                .. strategies.SelectMany(s => s.Rates.Select((rate, i) => new StudiedRace(i + 1, RaceResults.Refused(Request with { Strategy = Named(s.Id) }, DateTimeOffset.UnixEpoch, "") with
                {
                    End = RaceEnd.Finished,
                    Attempts = new AttemptCounts(10, 0, 0, 0, 0, 0),
                    AttemptsPerSecond = rate,
                    Latency = new LatencySummary(10, 1000 / rate, 1500 / rate, 2000 / rate, 3000 / rate),
                    Invariants = [new InvariantResult("duplicates", "one row", Promise.None, Verdict.Kept, 0, 0, 0, new OffendingRows([], [], 0))],
                }))),
            ],
        };
    }
}
