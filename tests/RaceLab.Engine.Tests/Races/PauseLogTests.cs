using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class PauseLogTests
{
    [Fact]
    public void Pauses_HeartbeatLateAndNobodyMoved_AreOneWithTheCauseThatExplainsTheOthers()
    {
        var log = new PauseLog();
        log.Woke(Ms(10), Ms(12), TimeSpan.Zero);
        log.Woke(Ms(20), Ms(60), Ms(25));
        log.Pooled(Ms(12), Ms(70));
        log.Woke(Ms(80), Ms(95), Ms(2));

        var pauses = log.PausesIn(Moved(5, 11, 75));
        Assert.Equal([new ClientPause(12_000, 70_000, PauseCause.GarbageCollection), new ClientPause(80_000, 95_000, PauseCause.Processor)], pauses);
        var summary = log.Summarize(pauses, Ms(27), 3);
        Assert.Equal((73, 2, 3, 2), (summary.StalledMs, summary.InAll, summary.Beats, summary.LateBeats));
        Assert.Equal(58, summary.PoolWait.MaxMs);
    }

    [Fact]
    public void Pauses_HeartbeatLateWhileWorkersWentOn_AreOnlyTheTimesWithoutThem()
    {
        var log = new PauseLog();
        log.Woke(Ms(10), Ms(60), TimeSpan.Zero);
        log.Woke(Ms(70), Ms(85), TimeSpan.Zero);

        // Somebody moved at 14, 40 and 45 ms, and every few milliseconds of the second time.
        Assert.Equal(
            [new ClientPause(15_000, 40_000, PauseCause.Processor), new ClientPause(46_000, 60_000, PauseCause.Processor)],
            log.PausesIn(Moved(14, 40, 45, 72, 77, 82)));
    }

    [Fact]
    public void Pauses_PoolLateAndThreadsNot_AreThePools()
    {
        var log = new PauseLog();
        for (var beat = 1; beat < 10; beat++) log.Woke(Ms(10 * beat), Ms((10 * beat) + 1), TimeSpan.Zero);
        log.Pooled(Ms(20), Ms(80));
        Assert.Equal(new ClientPause(20_000, 80_000, PauseCause.ThreadPool), Assert.Single(log.PausesIn(Moved())));
    }

    [Fact(Timeout = 30_000)]
    public void Stop_PoolThatNeverCameToItsWork_IsAPauseFromTheBeginningOn()
    {
        long now = 0;
        using var watch = ClientWatch.Start(() => TimeSpan.FromTicks(Volatile.Read(ref now)), _ => { });
        Volatile.Write(ref now, TimeSpan.TicksPerSecond);

        var (pauses, summary) = watch.Stop(Moved());
        var pause = Assert.Single(pauses);
        Assert.Equal((1_000_000, 1), (pause.ToUs, summary.InAll));
        Assert.InRange(summary.PoolWait.Count, 1, 1);
    }

    [Fact(Timeout = 30_000)]
    public void Stop_PoolThatCameAtOnce_IsNone()
    {
        using var watch = ClientWatch.Start(() => Ms(1), work => work.Execute());
        var (pauses, summary) = watch.Stop(Moved());
        Assert.Empty(pauses);
        Assert.Equal(0, summary.StalledMs);
    }

    private static Movement Moved(params int[] ms)
    {
        var movement = new Movement();
        foreach (var at in ms) movement.Take((uint)(at * TimeSpan.TicksPerMillisecond));
        return movement;
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
}
