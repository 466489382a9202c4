using System.Buffers.Binary;
using RaceLab.Engine.Races;

namespace RaceLab.Cli.Tests;

public sealed class ProgressLineTests : IDisposable
{
    private readonly StringWriter _error = new();
    private TimeSpan _elapsed;

    public void Dispose() => _error.Dispose();

    [Fact]
    public void Publish_LongRaceOnATerminal_ShowsWhatTheFrameSaysAndClearsTheLine()
    {
        using (var line = Line(terminal: true))
        {
            _elapsed = TimeSpan.FromSeconds(3);
            line.Publish(Frame());
            Assert.Equal("\r[############............]  50 %  2.5 s  21 attempts  9 duplicates", _error.ToString());
        }

        Assert.EndsWith(" \r", _error.ToString());
    }

    [Fact]
    public void Publish_FirstSecond_ShowsNothing()
    {
        using (var line = Line(terminal: true))
        {
            _elapsed = TimeSpan.FromSeconds(0.9);
            line.Queued(2);
            line.Publish(Frame());
        }

        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public void Publish_NobodyWatches_ShowsNothing()
    {
        using (var line = Line(terminal: false))
        {
            _elapsed = TimeSpan.FromSeconds(3);
            line.Publish(Frame());
        }

        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public void Report_LongExploration_ShowsHowManySchedulesWereExecuted()
    {
        using var line = Line(terminal: true);
        _elapsed = TimeSpan.FromSeconds(3);

        line.Report(40);

        Assert.Equal("\r40 schedules executed in 3 s", _error.ToString());
    }

    [Fact]
    public void Report_KnownLimit_SaysHowManyThereCanBe()
    {
        using var line = new ProgressLine(new Terminal(TextWriter.Null, _error, true), () => _elapsed) { RunsAtMost = 12_870 };
        _elapsed = TimeSpan.FromSeconds(61.4);

        line.Report(1);

        Assert.Equal("\r1 schedule executed in 61 s, of 12,870 at most", _error.ToString());
    }

    [Fact]
    public void Queued_LongWait_ShowsThePlace()
    {
        using var line = Line(terminal: true);
        _elapsed = TimeSpan.FromSeconds(3);

        line.Queued(2);

        Assert.Contains("place 2 in the queue", _error.ToString());
    }

    [Fact]
    public void CrowdedOut_LongWait_SaysWhoHoldsTheConnections()
    {
        using var line = Line(terminal: true);
        _elapsed = TimeSpan.FromSeconds(3);

        line.CrowdedOut();

        Assert.Equal("\rWaiting for connections that other programs hold", _error.ToString());
    }

    private static RaceFrame Frame()
    {
        var delta = new byte[68];
        Write(8, 2500);
        Write(12, 500);
        for (uint outcome = 1; outcome <= 6; outcome++) Write(12 + (4 * (int)outcome), outcome);
        Write(48, 9);
        return new RaceFrame(1, delta, () => []);

        void Write(int at, uint number) => BinaryPrimitives.WriteUInt32LittleEndian(delta.AsSpan(at), number);
    }

    private ProgressLine Line(bool terminal) => new(new Terminal(TextWriter.Null, _error, terminal), () => _elapsed);
}
