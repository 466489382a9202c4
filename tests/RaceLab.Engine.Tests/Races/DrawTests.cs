using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class DrawTests
{
    [Fact]
    public void Key_SameSeedAndWorker_GivesSameKeys()
    {
        var workload = new Workload { Keys = 1000, Distribution = KeyDistribution.Uniform };
        Assert.Equal(Keys(new Draw(42, 3), workload, 100), Keys(new Draw(42, 3), workload, 100));
        Assert.NotEqual(Keys(new Draw(42, 3), workload, 100), Keys(new Draw(42, 4), workload, 100));
        Assert.NotEqual(Keys(new Draw(42, 3), workload, 100), Keys(new Draw(43, 3), workload, 100));
    }

    [Fact]
    public void Key_FirstOfSeedOne_StaysTheSameForever()
    {
        var workload = new Workload { Keys = 100_000, Distribution = KeyDistribution.Uniform };
        Assert.Equal([36819, 94357, 4526, 77744], Keys(new Draw(1, 0), workload, 4));
    }

    [Fact]
    public void Key_Uniform_ReachesEveryKeyAboutEquallyOften()
    {
        var workload = new Workload { Keys = 10, Distribution = KeyDistribution.Uniform };
        var counts = Keys(new Draw(7, 0), workload, 20_000).CountBy(k => k).ToDictionary();
        Assert.Equal(Enumerable.Range(1, 10), counts.Keys.Order());

        // 2,000 expected each, standard deviation 42: five of them on either side.
        Assert.All(counts.Values, count => Assert.InRange(count, 1788, 2212));
    }

    [Fact]
    public void Key_InTurn_VisitsKeysInOrderAndAgain()
    {
        var workload = new Workload { Keys = 3, Distribution = KeyDistribution.InTurn };
        Assert.Equal([1, 2, 3, 1, 2], Keys(new Draw(1, 9), workload, 5));
    }

    [Fact]
    public void Key_HotKey_GoesToKeyOneEightTimesOfTen()
    {
        var workload = new Workload { Keys = 5, Distribution = KeyDistribution.HotKey };
        var keys = Keys(new Draw(11, 0), workload, 10_000);
        Assert.InRange(keys.Count(k => k == 1), 7_800, 8_200);
        Assert.Equal([1, 2, 3, 4, 5], keys.Distinct().Order());
    }

    [Fact]
    public void Key_HotKeyOfOne_IsThatOne() =>
        Assert.All(Keys(new Draw(1, 0), new Workload { Keys = 1, Distribution = KeyDistribution.HotKey }, 50), k => Assert.Equal(1, k));

    [Fact]
    public void Between_Fractions_AreKeptOnAverageInWholeMilliseconds()
    {
        var draw = new Draw(5, 0);
        var waits = Enumerable.Range(0, 10_000).Select(_ => draw.Between(TimeSpan.FromMilliseconds(0.25), TimeSpan.FromMilliseconds(0.25)).TotalMilliseconds).ToList();
        Assert.All(waits, ms => Assert.True(ms is 0 or 1));
        Assert.InRange(waits.Average(), 0.23, 0.27);
    }

    [Fact]
    public void Between_Range_StaysInside()
    {
        var draw = new Draw(5, 0);
        var waits = Enumerable.Range(0, 1000).Select(_ => draw.Between(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(5)).TotalMilliseconds).ToList();
        Assert.All(waits, ms => Assert.InRange(ms, 2, 5));
        Assert.InRange(waits.Average(), 3.3, 3.7);
    }

    private static List<int> Keys(Draw draw, Workload workload, int count) =>
        [.. Enumerable.Range(0, count).Select(attempt => draw.Key(workload, attempt))];
}
