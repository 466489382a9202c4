using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public sealed class WilsonIntervalTests
{
    // Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Of_PublishedCases_IsAsPublished(long successes, long trials, double low, double high)
    {
        var interval = WilsonInterval.Of(successes, trials);
        Assert.Equal((low, high), (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 100_000)]
    [InlineData(7, 9)]
    public void Of_FailuresInsteadOfSuccesses_IsTheMirrorImage(long successes, long trials)
    {
        var (interval, mirrored) = (WilsonInterval.Of(successes, trials), WilsonInterval.Of(trials - successes, trials));
        Assert.Equal(interval.Low, 1 - mirrored.High, 12);
        Assert.Equal(interval.High, 1 - mirrored.Low, 12);
    }

    [Fact]
    public void Of_NothingSeen_BeginsAtNoughtAndStillSaysSomething() => Assert.Equal((0, 0.0188), (WilsonInterval.Of(0, 200).Low, Math.Round(WilsonInterval.Of(0, 200).High, 4)));

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(0.97)]
    public void Of_ManyDrawnCounts_HoldsTheTruthInSomeNineteenOfTwenty(double truth)
    {
        var random = new Random(11);
        const int Counts = 4000;
        const int Trials = 100;
        var held = Enumerable.Range(0, Counts).Count(_ => WilsonInterval.Of(Enumerable.Range(0, Trials).Count(_ => random.NextDouble() < truth), Trials).Contains(truth));
        Assert.InRange(held / (double)Counts, 0.93, 0.98);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    [InlineData(0, 0)]
    public void Of_ImpossibleCounts_Throws(long successes, long trials) => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(successes, trials));
}
