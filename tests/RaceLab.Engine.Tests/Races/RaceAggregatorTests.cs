using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class RaceAggregatorTests
{
    private const int HeaderBytes = 68;

    [Fact]
    public void NextFrame_LastAttemptEndedBeforeTheLastFrame_ChartsDoNotRunBackwards()
    {
        var aggregator = new RaceAggregator(Track(), []);
        aggregator.NextFrame(RaceState.Running, 2_000_000);
        var last = aggregator.NextFrame(RaceState.Counting, 1_900_000);

        Assert.Equal(1u, BitConverter.ToUInt32(last.Snapshot, HeaderBytes));
        Assert.Equal(200u, BitConverter.ToUInt32(last.Snapshot, HeaderBytes + 4));
    }

    [Fact]
    public void NextFrame_NothingEndedForLong_SaysSoAtEveryInterval()
    {
        var aggregator = new RaceAggregator(Track(), []);
        for (var second = 1u; second <= 5; second++) aggregator.NextFrame(RaceState.Running, second * 10_000_000);

        Assert.Equal(5u, BitConverter.ToUInt32(aggregator.NextFrame(RaceState.Running, 50_000_000).Snapshot, HeaderBytes));
    }

    private static RaceTrack Track() => new()
    {
        Request = SmallScenario.Naive(new Workload()),
        Time = TimeProvider.System,
        Stopping = CancellationToken.None,
        Aborting = CancellationToken.None,
        Inputs = InputSource.ForSchedule(SmallScenario.Naive(new Workload())),
    };
}
