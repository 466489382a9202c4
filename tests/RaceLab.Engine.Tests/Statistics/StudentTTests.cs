using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public sealed class StudentTTests
{
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical Values of the Student's t Distribution"; the last two are the exact tan(π(½-p/2)) of one degree.
    [Theory]
    [InlineData(0.05, 1, 12.706)]
    [InlineData(0.05, 2, 4.303)]
    [InlineData(0.05, 3, 3.182)]
    [InlineData(0.05, 9, 2.262)]
    [InlineData(0.05, 30, 2.042)]
    [InlineData(0.05, 100, 1.984)]
    [InlineData(0.01, 3, 5.841)]
    [InlineData(0.002, 4, 7.173)]
    [InlineData(0.2, 7, 1.415)]
    [InlineData(0.5, 1, 1)]
    [InlineData(0.001, 1, 636.619)]
    public void TwoSidedQuantile_IsThePublishedOne(double tail, int degrees, double expected)
    {
        var t = StudentT.TwoSidedQuantile(tail, degrees);
        Assert.Equal(expected, t, 0.0005 * Math.Max(1, expected / 1000));
        Assert.Equal(tail, StudentT.TwoSidedTail(t, degrees), 1e-9);
        Assert.Equal(tail, StudentT.TwoSidedTail(-t, degrees), 1e-9);
    }

    [Fact]
    public void TwoSidedTail_AtTheEnds_IsOneAndZero()
    {
        Assert.Equal(1, StudentT.TwoSidedTail(0, 5));
        Assert.Equal(0, StudentT.TwoSidedTail(double.PositiveInfinity, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.TwoSidedTail(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.TwoSidedQuantile(0, 3));
    }

    [Fact]
    public void MeanInterval_OfStudentsOwnPatients_IsAsPublished()
    {
        // "The Probable Error of a Mean" (1908), section IX: additional hours of sleep; the test and its interval are in R's documentation of `sleep`.
        var sleep = MeanInterval.Of([1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4]);
        Assert.Equal(1.58, sleep.Mean, 1e-12);
        Assert.Equal(4.0621, sleep.Mean / sleep.Error, 0.00005);
        Assert.Equal(0.002833, sleep.Chance(), 0.0000005);
        Assert.Equal(0.7001142, sleep.Low, 0.0000005);
        Assert.Equal(2.4598858, sleep.High, 0.0000005);
    }

    [Fact]
    public void MeanInterval_OfOneValueOrEqualOnes_ClaimsNothingItCannotKnow()
    {
        var one = MeanInterval.Of([3]);
        Assert.Equal(3, one.Mean);
        Assert.True(double.IsNaN(one.Low) && double.IsNaN(one.Chance()));
        Assert.Equal(1, MeanInterval.Of([0, 0, 0]).Chance());
        Assert.Equal(0, MeanInterval.Of([2, 2]).Chance());
        Assert.Equal((2, 2), (MeanInterval.Of([2, 2]).Low, MeanInterval.Of([2, 2]).High));
    }

    [Fact]
    public void Holm_StopsAtTheFirstThatIsNotBelowItsLevel()
    {
        var verdicts = Holm.Judge([0.01, 0.04, 0.03, 0.005], 0.05);
        Assert.Equal([true, false, false, true], verdicts.Select(v => v.IsBeyondChance));
        Assert.Equal([0.05 / 3, 0.025, 0.025, 0.0125], verdicts.Select(v => v.Level));
        Assert.Empty(Holm.Judge([], 0.05));
    }
}
