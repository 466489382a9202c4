namespace RaceLab.Engine.Races;

/// <summary>
/// The events of one race, worker by worker. A log that nobody looks at may be packed; whoever looks then waits for its unpacking, some hundredths of a second. Written by one task, and from the
/// first <see cref="Pack"/> on not at all; then thread-safe.
/// </summary>
internal sealed class RecordedEvents
{
    private readonly Lock _gate = new();
    private volatile List<RaceEvent>[]? _whole;
    private PackedEvents? _packed;

    public RecordedEvents(int workers)
    {
        _whole = [.. Enumerable.Range(0, workers).Select(_ => new List<RaceEvent>())];
        Workers = workers;
    }

    public int Workers { get; }

    /// <summary>Every worker's events, in the order in which they ended.</summary>
    public List<RaceEvent>[] Whole
    {
        get
        {
            if (_whole is { } whole) return whole;
            lock (_gate) return _whole ??= _packed!.Unpack();
        }
    }

    /// <summary>Makes it small. Nothing more may be written to it.</summary>
    public void Pack()
    {
        lock (_gate)
        {
            if (_whole is null) return;
            _packed ??= PackedEvents.Of(_whole);
            _whole = null;
        }
    }
}
