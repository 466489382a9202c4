using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Sweeps;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Sweeps;

public sealed class SweepPlanTests
{
    private static readonly Scenario Things = SmallScenario.Naive(new Workload()).Scenario;

    private static SweepPlan Plan => (SweepChoices.Default with { Pauses = "0,10", Workers = "2,4", Rounds = "3", Keys = "10", Spread = "20" }).Read(Things).Plan!;

    [Theory]
    [InlineData("pauses", "", nameof(SweepPlan.PausesMs))]
    [InlineData("pauses", "1,1", nameof(SweepPlan.PausesMs))]
    [InlineData("pauses", "5,2", nameof(SweepPlan.PausesMs))]
    [InlineData("pauses", "0.5", nameof(SweepPlan.PausesMs))]
    [InlineData("pauses", "0,1001", nameof(SweepPlan.PausesMs))]
    [InlineData("pauses", "0,1,2,3,4,5,6,7,8,9,10,11,12", nameof(SweepPlan.PausesMs))]
    [InlineData("workers", "1,2", nameof(SweepPlan.Workers))]
    [InlineData("workers", "2,51", nameof(SweepPlan.Workers))]
    [InlineData("workers", "99999999999", nameof(SweepPlan.Workers))]
    [InlineData("spread", "0", nameof(SweepPlan.Spread))]
    [InlineData("spread", "-3", nameof(SweepPlan.Spread))]
    [InlineData("keys", "many", nameof(SweepPlan.Keys))]
    [InlineData("keys", "1001", nameof(SweepPlan.Keys))]
    [InlineData("rounds", "0", nameof(SweepPlan.Rounds))]
    [InlineData("seed", "x", nameof(SweepPlan.Seed))]
    [InlineData("invariant", "no such", nameof(SweepPlan.Invariant))]
    [InlineData("keys", "1000", nameof(SweepPlan.ExpectedTime))]
    public void Read_SomethingWrong_NamesItOnceAndHasNoPlan(string name, string value, string property)
    {
        var read = SweepChoices.From([new(name, value)]).Read(Things, workersPerRace: 50);
        Assert.Null(read.Plan);
        Assert.Equal(property, Assert.Single(read.Problems).Property);
    }

    [Fact]
    public void Races_EachRoundHasEachCellOnceInAnOrderOfItsOwn()
    {
        var races = Plan.Races().ToList();
        Assert.Equal(Plan.Count, races.Count);
        Assert.Equal((0, 1, 40), (races[0].Round, races[0].Workload.Workers, races[0].Workload.Attempts));
        Assert.All(races, r => Assert.Empty(r.Workload.Validate()));
        var orders = races.Skip(1).GroupBy(r => r.Round).Select(g => g.Select(r => (r.Workload.Workers, r.Workload.PauseHigh.TotalMilliseconds)).ToList()).ToList();
        Assert.Equal(3, orders.Count);
        Assert.All(orders, o => Assert.Equal([(1, 0), (1, 10), (2, 0), (2, 10), (4, 0), (4, 10)], o.Order()));
        Assert.True(orders.Select(o => string.Join(';', o)).Distinct().Count() > 1);
        Assert.Equal(races.Select(r => r.Workload), Plan.Races().Select(r => r.Workload));
        Assert.Equal(3, races.Where(r => r.Workload is { Workers: 2, PauseHigh.TotalMilliseconds: 10 }).Select(r => r.Workload.Seed).Distinct().Count());
    }

    [Fact]
    public void For_ItsChoices_ReadAsTheSamePlan()
    {
        var study = Plan.For(Things, Things.Strategies[0]);
        Assert.Null(study.FindProblem());
        Assert.Equal(study.Choices, SweepChoices.From(study.Choices).Read(null).Plan!.For(Things, Things.Strategies[0]).Choices);
    }

    [Fact]
    public void Of_CountedRaces_AddsUpKeysAndLeavesOutWhatSaysNothing()
    {
        RaceResult[] races =
        [
            Result(2, 10, 3), Result(2, 10, 5), Result(2, 10, 4) with { End = RaceEnd.Stopped }, Result(2, 10, 11), Result(4, 10, 10) with { Invariants = [] },
            Result(1, 10, 0, 12), Result(1, 10, 0, 11), Result(1, 0, 0, 1, visits: 2),
        ];
        var map = SweepMap.Of(Plan, Promise.Some, races);
        var cell = map.At(10, 2);
        Assert.Equal((8, 20, 0.4), (cell.Violated, cell.Keys, cell.Share!.Value));
        Assert.Equal(WilsonInterval.Of(8, 20), cell.Interval);
        Assert.Equal(3, map.Unusable);
        Assert.Equal([null, 11.0], map.WindowsMs);
        Assert.False(map.WritesAgain);
        Assert.Equal(OverlapModel.WithFirst(2, 11, 20), cell.Predicted);
        Assert.Equal((0, null, null), (map.At(10, 4).Keys, map.At(10, 4).Share, map.At(0, 2).Predicted));
        Assert.Equal(2 / 2.4, map.Dispersion!.Value, 12);
    }

    [Fact]
    public void Of_AStrategyThatPromisesNone_PredictsThePromise() => Assert.All(SweepMap.Of(Plan, Promise.None, []).Cells, c => Assert.Equal(0, c.Predicted));

    private static RaceResult Result(int workers, int pauseMs, long violations, double loneMs = 0, int visits = 1)
    {
        var workload = new Workload { Workers = workers, Keys = 10, Attempts = 10 * visits, Duration = null, PauseLow = TimeSpan.FromMilliseconds(pauseMs), PauseHigh = TimeSpan.FromMilliseconds(pauseMs) };
        return RaceResults.Refused(new RaceRequest(Things, Things.Strategies[0], workload), default, "") with
        {
            End = RaceEnd.Finished,
            Attempts = new AttemptCounts(10, 10 * (visits - 1), 0, 0, 0, 0),
            Latency = new LatencySummary(10, loneMs, loneMs, loneMs, loneMs),
            Invariants = [new InvariantResult("duplicates", "one row per name", Promise.Some, Verdict.Kept, violations, violations, null, new OffendingRows([], [], 0))],
        };
    }
}
