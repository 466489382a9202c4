using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class WorkloadTests
{
    public static TheoryData<Workload, string> Bad => new()
    {
        { new Workload { Workers = 0 }, nameof(Workload.Workers) },
        { new Workload { Workers = 201 }, nameof(Workload.Workers) },
        { new Workload { Workers = int.MinValue }, nameof(Workload.Workers) },
        { new Workload { Keys = 0 }, nameof(Workload.Keys) },
        { new Workload { Keys = 100_001 }, nameof(Workload.Keys) },
        { new Workload { Distribution = (KeyDistribution)9 }, nameof(Workload.Distribution) },
        { new Workload { Attempts = 1 }, nameof(Workload.Attempts) },
        { new Workload { Duration = null }, nameof(Workload.Attempts) },
        { new Workload { Duration = null, Attempts = 0 }, nameof(Workload.Attempts) },
        { new Workload { Duration = null, Attempts = 100_001 }, nameof(Workload.Attempts) },
        { new Workload { Duration = null, Attempts = 100_000, Workers = 200 }, nameof(Workload.Attempts) },
        { new Workload { Duration = TimeSpan.Zero }, nameof(Workload.Duration) },
        { new Workload { Duration = TimeSpan.FromMinutes(3) }, nameof(Workload.Duration) },
        { new Workload { PauseLow = TimeSpan.FromMilliseconds(-1) }, nameof(Workload.PauseLow) },
        { new Workload { PauseLow = TimeSpan.FromSeconds(2), PauseHigh = TimeSpan.FromSeconds(2) }, nameof(Workload.PauseLow) },
        { new Workload { PauseLow = TimeSpan.FromMilliseconds(5), PauseHigh = TimeSpan.FromMilliseconds(4) }, nameof(Workload.PauseHigh) },
        { new Workload { PauseHigh = TimeSpan.FromSeconds(2) }, nameof(Workload.PauseHigh) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Validate_OutOfRange_NamesTheProperty(Workload workload, string property)
    {
        var problem = Assert.Single(workload.Validate());
        Assert.Equal(property, problem.Property);
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Defaults_AreFine() => Assert.Empty(new Workload().Validate());

    [Fact]
    public void Validate_Extremes_AreFine() => Assert.Empty(new Workload
    {
        Workers = 200,
        Keys = 100_000,
        Attempts = 5000,
        Duration = null,
        PauseLow = TimeSpan.FromSeconds(1),
        PauseHigh = TimeSpan.FromSeconds(1),
    }.Validate());

    [Fact]
    public void From_EveryWorkloadOfContent_CanBeRaced() =>
        Assert.All(TestContent.Scenarios.Where(s => s.Workload is not null), s => Assert.Empty(Workload.From(s.Workload!).Validate()));

    [Fact]
    public void From_TheLargestThatContentMayAskFor_CanBeRaced() => Assert.Empty(Workload.From(new UsualWorkload(
        UsualWorkload.MostWorkers, UsualWorkload.MostKeys, UsualWorkload.MostAttempts, TimeSpan.Zero, UsualWorkload.LongestPause, 1)).Validate());
}
