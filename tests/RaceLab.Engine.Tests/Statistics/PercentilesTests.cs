using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public class PercentilesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.9, 3.7)]
    [InlineData(1, 4)]
    public void Quantile_OneToFour_InterpolatesByTypeSeven(double p, double expected) =>
        Assert.Equal(expected, Percentiles.Quantile([1, 2, 3, 4], p), 12);

    [Fact]
    public void Quantile_OneValue_IsThatValue() => Assert.Equal(7, Percentiles.Quantile([7], 0.99));

    // R: quantile(c(2,3,5,7,11,13,17,19,23,29), c(.1,.5,.9,.99), type = 7) gives 2.90 12.00 23.60 28.46
    [Theory]
    [InlineData(0.1, 2.9)]
    [InlineData(0.5, 12)]
    [InlineData(0.9, 23.6)]
    [InlineData(0.99, 28.46)]
    public void Quantile_FirstTenPrimes_AgreesWithR(double p, double expected) =>
        Assert.Equal(expected, Percentiles.Quantile([2, 3, 5, 7, 11, 13, 17, 19, 23, 29], p), 9);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Quantile_OutsideZeroToOne_IsRefused(double p) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Quantile([1], p));

    [Fact]
    public void Summarize_Unsorted_GivesMilliseconds()
    {
        uint[] latencies = [30_000, 10_000, 20_000];
        var summary = Percentiles.Summarize(latencies);
        Assert.Equal(new LatencySummary(3, 2, 2.8, 2.98, 3), summary with { P90Ms = Math.Round(summary.P90Ms, 9), P99Ms = Math.Round(summary.P99Ms, 9) });
    }

    [Fact]
    public void Summarize_Nothing_IsEmpty() => Assert.Same(LatencySummary.Empty, Percentiles.Summarize([]));
}
