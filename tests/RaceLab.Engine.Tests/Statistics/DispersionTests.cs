using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Tests.Statistics;

public sealed class DispersionTests
{
    [Fact]
    public void Of_TwoCells_IsPearsonsStatisticOverItsDegreesOfFreedom() =>
        Assert.Equal(((200 / 21.0) + 2) / 4, Dispersion.Of([[(30, 100), (40, 100), (20, 100), (30, 100)], [(1, 4), (3, 4)]])!.Value, 12);

    [Fact]
    public void Of_NothingToCompare_IsNull() => Assert.Null(Dispersion.Of([[(3, 10)], [(0, 10), (0, 10)], [(10, 10), (10, 10)], []]));

    [Fact]
    public void Of_IndependentTrials_IsAboutOne()
    {
        var random = new Random(3);
        var cells = Enumerable.Range(1, 200).Select(i => (IReadOnlyList<(long, long)>)[Group(i / 201.0), Group(i / 201.0), Group(i / 201.0)]);
        Assert.InRange(Dispersion.Of(cells)!.Value, 0.85, 1.15);

        (long, long) Group(double share) => (Enumerable.Range(0, 50).Count(_ => random.NextDouble() < share), 50);
    }

    [Fact]
    public void Of_TrialsThatHangTogether_IsFarAboveOne() => Assert.True(Dispersion.Of([[(50, 50), (0, 50)], [(0, 50), (50, 50)]]) > 20);
}
