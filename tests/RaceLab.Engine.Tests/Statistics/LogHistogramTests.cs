using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public class LogHistogramTests
{
    // In units of 100 ns. 10^(21/20) us = 11.2202 us is the first edge behind 10 us, so 11.2 us is before it and 11.3 us behind it.
    [Theory]
    [InlineData(0u, 0)]
    [InlineData(5u, 0)]
    [InlineData(10u, 0)]
    [InlineData(99u, 19)]
    [InlineData(100u, 20)]
    [InlineData(112u, 20)]
    [InlineData(113u, 21)]
    [InlineData(9_999u, 59)]
    [InlineData(10_000u, 60)]
    [InlineData(10_000_000u, 120)]
    [InlineData(999_999_999u, 159)]
    [InlineData(uint.MaxValue, 159)]
    public void BinOf_ALatency_IsTheBinOfTheLastEdgeThatItReaches(uint latency, int bin) => Assert.Equal(bin, LogHistogram.BinOf(latency));

    [Fact]
    public void Of_Latencies_KeepsTheBinsBetweenTheFirstAndTheLastOne()
    {
        var histogram = LogHistogram.Of([113, 100, 112, 160]);

        // 16.0 us is beyond 10^(24/20) = 15.85 us and below 10^(25/20) = 17.78 us.
        Assert.Equal(20, histogram.First);
        Assert.Equal([2, 1, 0, 0, 1], histogram.Counts);
    }

    [Fact]
    public void LowerUs_TwentyBinsOn_IsTenTimesAsLong()
    {
        Assert.Equal(1, LogHistogram.LowerUs(0));
        Assert.Equal(1000, LogHistogram.LowerUs(60), 9);
        Assert.Equal(100e6, LogHistogram.LowerUs(LogHistogram.Bins), 3);
    }

    [Fact]
    public void Of_Nothing_IsEmpty() => Assert.Empty(LogHistogram.Of([]).Counts);
}
