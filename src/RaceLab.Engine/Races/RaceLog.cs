using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>What happened, as a worker writes it down. Times are in units of 100 ns since the start barrier.</summary>
/// <param name="Start">When the step, or the attempt, began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attempt">The attempt's number within its worker, from 0.</param>
/// <param name="Key">The attempt's key, from 1.</param>
/// <param name="Step">The step's index, or <see cref="AttemptEnded"/>.</param>
/// <param name="Outcome">For an attempt that ended; of a step, <see cref="Outcome.Unknown"/> says that its answer was lost.</param>
/// <param name="Rejection">For a rejected step, and for an attempt that ended rejected: its number in <see cref="Rejections"/>; otherwise 0.</param>
/// <param name="Count">For a step, rows returned or affected, as far as they fit; for an attempt that ended, its retries.</param>
/// <param name="Delivery">Which delivery of the attempt the step belongs to; for an attempt that ended, how many there were.</param>
/// <param name="LeftOpen">For an attempt that ended: whether a delivery before the last one has kept something, or may have.</param>
/// <param name="Thrown">For a rejected step: how much of its time the client took to throw and catch the exception; 0: not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RaceEvent(
    uint Start, uint End, int Attempt, int Key, byte Step, Outcome Outcome, int Rejection, int Count, byte Delivery = 1, bool LeftOpen = false, uint Thrown = 0)
{
    public const byte AttemptEnded = byte.MaxValue;

    /// <summary>How many steps a program of a race may have: their indices are below the marks of <see cref="FrameEncoder"/>.</summary>
    public const int MostSteps = FrameEncoder.BetweenAttempts;

    public bool IsAttempt => Step == AttemptEnded;

    /// <summary>For an attempt that ended: whether its rows may be there although no caller was told that they were made.</summary>
    public bool IsOpen => Outcome == Outcome.Unknown || (LeftOpen && Outcome != Outcome.Created);
}

/// <summary>
/// One worker's events: written by that worker, read by the race's one aggregator, without a lock between them. Nothing is ever dropped;
/// chunks that were read are left to the garbage collector.
/// </summary>
internal sealed class WorkerLog
{
    private const int FirstChunk = 128;
    private const int LaterChunks = 2048;

    private Chunk _writing = new(FirstChunk);
    private Chunk _reading;
    private int _read;

    public WorkerLog() => _reading = _writing;

    /// <summary>Called by the worker only.</summary>
    public void Append(in RaceEvent happened)
    {
        var chunk = _writing;
        if (chunk.Published == chunk.Events.Length)
        {
            _writing = new Chunk(LaterChunks);
            Volatile.Write(ref chunk.Next, _writing);
            chunk = _writing;
        }

        chunk.Events[chunk.Published] = happened;
        Volatile.Write(ref chunk.Published, chunk.Published + 1);
    }

    /// <summary>Called by the aggregator only: the events since the last call, a span at a time; empty when there are no more for now.</summary>
    public ReadOnlySpan<RaceEvent> Read()
    {
        if (_read == _reading.Events.Length && Volatile.Read(ref _reading.Next) is { } next)
        {
            _reading = next;
            _read = 0;
        }

        var published = Volatile.Read(ref _reading.Published);
        var span = _reading.Events.AsSpan(_read, published - _read);
        _read = published;
        return span;
    }

    private sealed class Chunk(int size)
    {
        public readonly RaceEvent[] Events = new RaceEvent[size];
        public int Published;
        public Chunk? Next;
    }
}

/// <summary>Numbers the kinds of rejection that a race meets, from 1, so that an event can name one. Thread-safe.</summary>
internal sealed class Rejections
{
    private readonly ConcurrentDictionary<(string SqlState, string? Constraint), int> _numbers = new();
    private readonly List<SqlError> _kinds = [];

    /// <summary>The kinds so far; number n is at n - 1.</summary>
    public IReadOnlyList<SqlError> Kinds
    {
        get
        {
            lock (_kinds) return [.. _kinds];
        }
    }

    public int NumberOf(in SqlError error)
    {
        var kind = (error.SqlState, error.Constraint);
        if (_numbers.TryGetValue(kind, out var number)) return number;
        lock (_kinds)
        {
            if (_numbers.TryGetValue(kind, out number)) return number;
            _kinds.Add(error);
            return _numbers[kind] = _kinds.Count;
        }
    }
}
