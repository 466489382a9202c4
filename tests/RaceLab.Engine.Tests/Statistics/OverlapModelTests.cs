using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public sealed class OverlapModelTests
{
    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(1, 50, 0)] // nobody to overlap with
    [InlineData(2, 1, 0.0975)] // two points on 20 ms lie within 1 ms: 1 - (19/20)²
    [InlineData(2, 10, 0.75)]
    [InlineData(2, 20, 1)]
    [InlineData(5, 90, 1)]
    [InlineData(3, 10, 0.875)]
    public void WithFirst_KnownCases_AreRight(int attempts, double windowMs, double expected) => Assert.Equal(expected, OverlapModel.WithFirst(attempts, windowMs, 20), 12);

    [Theory]
    [InlineData(2, 10, 0.75)] // of two, the first is all there is
    [InlineData(3, 5, 0.875)] // both gaps over a quarter: (1 - 2/4)³
    [InlineData(5, 5, 1)] // five points that are a quarter apart do not fit
    [InlineData(1, 5, 0)]
    public void AnyTwo_KnownCases_AreRight(int attempts, double windowMs, double expected) => Assert.Equal(expected, OverlapModel.AnyTwo(attempts, windowMs, 20), 12);

    [Fact]
    public void BothForms_GrowWithTheWindowAndWithTheAttempts()
    {
        foreach (var model in new Func<int, double, double, double>[] { OverlapModel.WithFirst, OverlapModel.AnyTwo })
        {
            Assert.All(Enumerable.Range(1, 30), ms => Assert.True(model(4, ms, 20) >= model(4, ms - 1, 20)));
            Assert.All(Enumerable.Range(2, 30), attempts => Assert.True(model(attempts + 1, 1, 20) >= model(attempts, 1, 20)));
        }
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(8, 1)]
    [InlineData(5, 4)]
    public void BothForms_PointsThrownAtRandom_Agree(int attempts, double windowMs)
    {
        var random = new Random(5);
        const int Throws = 20_000;
        int first = 0, any = 0;
        for (var i = 0; i < Throws; i++)
        {
            var points = Enumerable.Range(0, attempts).Select(_ => random.NextDouble() * 20).Order().ToList();
            if (points[1] - points[0] < windowMs) first++;
            if (points.Zip(points.Skip(1)).Any(p => p.Second - p.First < windowMs)) any++;
        }

        Assert.Equal(OverlapModel.WithFirst(attempts, windowMs, 20), first / (double)Throws, 0.012);
        Assert.Equal(OverlapModel.AnyTwo(attempts, windowMs, 20), any / (double)Throws, 0.012);
    }
}
