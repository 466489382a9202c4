namespace RaceLab.Engine.Races;

/// <summary>
/// What every viewer of a race is told at one moment: encoded once, handed to all. A frame carries absolute numbers, so a missed one
/// loses nothing but a point of the charts, and <see cref="Snapshot"/> brings those as well.
/// </summary>
/// <remarks>
/// Layout, little-endian. Header: u8 kind (0 delta, 1 snapshot), u8 state (<see cref="RaceState"/>), u16 workers, u32 number, u32 elapsed ms,
/// u32 progress in thousandths, u32 created, found, updated, rejected, failed, unknown, retries, rejected statements, duplicates
/// (live; 0xFFFFFFFF: not counted live), f32 attempts per second, p50 ms, p90 ms, p99 ms over the last interval (NaN: none ended).
/// Then one byte for each worker: the index of the step that it is at, 254 between attempts, 255 when done.
/// A snapshot goes on with u32 n and n chart points of u32 elapsed ms, f32 attempts per second, f32 p50, f32 p90, f32 p99, u32 duplicates, u32 attempts.
/// Both end with the race track: u32 n, n bytes of the first moments (new segments in a delta, all so far in a snapshot), and the rest is of the newest moments, each as <see cref="TrackEncoder"/>
/// writes it, or nothing.
/// </remarks>
public sealed class RaceFrame
{
    private readonly Lazy<byte[]> _snapshot;

    /// <summary>Makes a frame; the snapshot is encoded when the first viewer needs it.</summary>
    public RaceFrame(int number, byte[] delta, Func<byte[]> snapshot)
    {
        Number = number;
        Delta = delta;
        _snapshot = new Lazy<byte[]>(snapshot);
    }

    /// <summary>Counts up by one; the first is 1.</summary>
    public int Number { get; }

    /// <summary>The frame for viewers who have the one before.</summary>
    public byte[] Delta { get; }

    /// <summary>The frame for everybody else, with all chart points so far.</summary>
    public byte[] Snapshot => _snapshot.Value;
}

/// <summary>Where a race is in its life.</summary>
public enum RaceState : byte
{
    /// <summary>Waits for connections.</summary>
    Queued,

    /// <summary>Its database is built, its workers connect and prepare their statements.</summary>
    Preparing,

    /// <summary>Workers race.</summary>
    Running,

    /// <summary>The table is asked.</summary>
    Counting,

    /// <summary>Over: see the result.</summary>
    Over,
}
