using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public sealed class BirthdayBoundTests
{
    [Theory]
    [InlineData(0, 16, 0)]
    [InlineData(1, 16, 0)]
    [InlineData(2, 16, 1.0 / 65536)]
    [InlineData(3, 1, 1.25)] // of three coins: 2 repeats in 2 cases of 8, 1 in the other 6
    [InlineData(1_000_000, 122, 9.4e-26)]
    public void ExpectedRepeats_KnownCases_AreRight(long draws, int bits, double expected) =>
        Assert.Equal(expected, BirthdayBound.ExpectedRepeats(draws, bits), Math.Max(1e-30, expected * 0.01));

    [Fact]
    public void ExpectedRepeats_BothForms_AgreeWhereTheyMeet()
    {
        var below = BirthdayBound.ExpectedRepeats(1677, 24);
        var above = BirthdayBound.ExpectedRepeats(1678, 24);
        Assert.InRange(above / below, 1.0005, 1.002);
    }

    [Fact]
    public void ExpectedRepeats_DrawnWithASeed_IsNear()
    {
        var random = new Random(7);
        var repeats = 2000 - Enumerable.Range(0, 2000).Select(_ => random.Next(1 << 12)).Distinct().Count();
        Assert.InRange(repeats, BirthdayBound.ExpectedRepeats(2000, 12) * 0.9, BirthdayBound.ExpectedRepeats(2000, 12) * 1.1);
    }

    [Fact]
    public void ProbabilityOfAny_AtEvenOdds_IsOneHalf()
    {
        Assert.InRange(BirthdayBound.DrawsForEvenOdds(16), 301, 302);
        Assert.InRange(BirthdayBound.ProbabilityOfAny(302, 16), 0.49, 0.51);
        Assert.Equal((0, 0), (BirthdayBound.ProbabilityOfAny(0, 16), BirthdayBound.ProbabilityOfAny(1, 16)));
        Assert.Equal(1, BirthdayBound.ProbabilityOfAny(100_000, 16), 1e-12);
    }
}
