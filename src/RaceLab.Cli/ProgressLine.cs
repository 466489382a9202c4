using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using RaceLab.Engine.Races;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary>A moving line on the terminal for a race that takes over a second; nothing where nobody watches. Disposing it clears the line.</summary>
internal sealed class ProgressLine : IRaceProgress, IProgress<int>, IDisposable
{
    private const int Bar = 24;

    // Where RaceFrame's header has them.
    private const int ElapsedAt = 8;
    private const int ProgressAt = 12;
    private const int OutcomesAt = 16;
    private const int Outcomes = 6;
    private const int DuplicatesAt = 48;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Terminal _terminal;
    private readonly Func<TimeSpan> _elapsed;
    private int _written;
    private bool _closed;

    /// <summary>Starts to wait for the race's first second to pass.</summary>
    /// <param name="terminal">Where to draw.</param>
    /// <param name="elapsed">Time since the race was asked for; null: the clock's.</param>
    public ProgressLine(Terminal terminal, Func<TimeSpan>? elapsed = null)
    {
        var started = Stopwatch.GetTimestamp();
        _terminal = terminal;
        _elapsed = elapsed ?? (() => Stopwatch.GetElapsedTime(started));
    }

    /// <summary>While schedules are explored: how many there can be; null: not known.</summary>
    public int? RunsAtMost { get; init; }

    /// <inheritdoc/>
    public void Queued(int place) => Show(place > 0 ? $"Waiting for connections: place {place} in the queue" : "Waiting for connections");

    /// <inheritdoc/>
    public void CrowdedOut() => Show("Waiting for connections that other programs hold");

    /// <inheritdoc/>
    public void Entered(RaceState state)
    {
        if (state == RaceState.Preparing) Show("Workers connect and prepare their statements");
        if (state == RaceState.Counting) Show("Asking the table");
    }

    /// <inheritdoc/>
    public void Publish(RaceFrame frame)
    {
        if (_terminal.ErrorIsTerminal) Show(Line(frame.Delta));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            if (_written > 0) _terminal.Error.Write("\r" + new string(' ', _written) + "\r");
        }
    }

    /// <summary>While schedules are explored: how many have been executed in which time, and how many there can be.</summary>
    public void Report(int value) => Show(string.Create(
        CultureInfo.InvariantCulture, $"{Plural.Of(value, "schedule")} executed in {_elapsed().TotalSeconds:0} s{(RunsAtMost is { } most ? $", of {most:N0} at most" : "")}"));

    private static string Line(ReadOnlySpan<byte> frame)
    {
        var done = Math.Min(1, Number(frame, ProgressAt) / 1000.0);
        var attempts = 0L;
        for (var i = 0; i < Outcomes; i++) attempts += Number(frame, OutcomesAt + (4 * i));
        var filled = (int)(done * Bar);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', filled)}{new string('.', Bar - filled)}] {done * 100,3:0} %  {Number(frame, ElapsedAt) / 1000.0:0.0} s  {attempts} {Plural.Noun(attempts, "attempt")}");
        var duplicates = Number(frame, DuplicatesAt);
        return duplicates == uint.MaxValue ? line : $"{line}  {duplicates} {Plural.Noun(duplicates, "duplicate")}";
    }

    private static uint Number(ReadOnlySpan<byte> frame, int at) => BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]);

    private void Show(string text)
    {
        if (!_terminal.ErrorIsTerminal || _elapsed() < Patience) return;
        lock (_gate)
        {
            if (_closed) return;
            _terminal.Error.Write("\r" + text.PadRight(_written));
            _written = text.Length;
        }
    }
}
