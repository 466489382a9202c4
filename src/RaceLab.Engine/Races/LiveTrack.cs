using System.Buffers.Binary;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>
/// What frames carry of the race track while the race runs, in a bounded number of bytes: the first moments, once, and of every interval the newest moments.
/// Used by the aggregator only.
/// </summary>
internal sealed class LiveTrack
{
    /// <summary>The most segments of the first moments.</summary>
    public const int OpeningSegments = 1200;

    /// <summary>What a frame's bytes are kept to, its head and its workers included, once the first moments are through.</summary>
    public const int FrameBytes = 420;

    private const int LeastSegments = 16;

    private readonly List<LaneSegment> _opening = [];
    private readonly List<LaneSegment> _fresh = [];
    private readonly RaceEvent?[] _pending;
    private readonly int _newestSegments;
    private int _openingSent;
    private int _openingUntil = int.MaxValue;
    private byte[] _newest = [];
    private LaneSegment[] _shown = [];

    /// <param name="workers">How many lanes there are.</param>
    /// <param name="headBytes">What a frame takes without its track.</param>
    public LiveTrack(int workers, int headBytes)
    {
        _pending = new RaceEvent?[workers];
        _newestSegments = Math.Max(LeastSegments, (FrameBytes - headBytes - (2 * TrackEncoder.HeaderBytes)) / TrackEncoder.SegmentBytes);
    }

    /// <summary>Takes the next event of a worker. A step is shown when it is known what came behind it.</summary>
    /// <param name="worker">From 0.</param>
    /// <param name="happened">The event.</param>
    /// <param name="repeats">For an attempt that ended as created: whether its key had been created before.</param>
    public void Take(int worker, in RaceEvent happened, bool repeats)
    {
        if (_pending[worker] is { } step) _fresh.Add(SegmentOf(worker, step, happened.IsAttempt ? MarkOf(happened, repeats) : LaneMark.None));
        _pending[worker] = happened.IsAttempt ? null : happened;
    }

    /// <summary>What the next frame adds: new segments of the first moments, then the newest moments: u32 length of the former, and both.</summary>
    public byte[] NextDelta()
    {
        var sent = _openingSent;
        TakeOpening();
        TakeNewest();
        _fresh.Clear();
        _openingSent = _opening.Count;
        return Join(sent == _opening.Count ? [] : TrackEncoder.Encode(_opening.GetRange(sent, _opening.Count - sent), 0, OpeningEnd), _newest);
    }

    /// <summary>All of it, for a viewer who has seen nothing yet.</summary>
    public Func<byte[]> Snapshot()
    {
        if (_shown.Length != _opening.Count) _shown = [.. _opening];
        var (opening, end, newest) = (_shown, OpeningEnd, _newest);
        return () => Join(TrackEncoder.Encode(opening, 0, end), newest);
    }

    /// <summary>A step as the track shows it.</summary>
    public static LaneSegment SegmentOf(int worker, in RaceEvent step, LaneMark ending) => new(
        worker, step.Step, Us(step.Start), Us(step.End), ending != LaneMark.None ? ending : step.Rejection > 0 ? LaneMark.Rejected : LaneMark.None)
    {
        Rejection = step.Rejection,
    };

    /// <summary>What to mark where an attempt ended.</summary>
    public static LaneMark MarkOf(in RaceEvent ended, bool repeats) => ended.Outcome switch
    {
        Outcome.Created => repeats ? LaneMark.Duplicate : LaneMark.Created,
        Outcome.Found or Outcome.Updated => LaneMark.Found,
        Outcome.Rejected => LaneMark.Rejected,
        _ => LaneMark.Lost,
    };

    internal static int Us(uint time) => (int)(time / TimeSpan.TicksPerMicrosecond);

    private int OpeningEnd => _openingUntil < int.MaxValue ? _openingUntil : _opening.Count == 0 ? 0 : _opening.Max(s => s.EndUs);

    private void TakeOpening()
    {
        if (_openingUntil < int.MaxValue && _opening.Count >= OpeningSegments + _pending.Length) return;
        foreach (var segment in _fresh.OrderBy(s => s.StartUs))
        {
            if (segment.StartUs >= _openingUntil) break;
            _opening.Add(segment);
            if (_openingUntil == int.MaxValue && _opening.Count == OpeningSegments) _openingUntil = segment.StartUs + 1;
        }
    }

    /// <summary>As many of the last segments as the budget has room for, and the time from which on they are all there.</summary>
    private void TakeNewest()
    {
        _newest = [];
        if (_fresh.Count == 0) return;
        var newest = _fresh.OrderByDescending(s => s.EndUs).Take(_newestSegments).ToList();
        var from = newest.Count < _fresh.Count ? newest[^1].EndUs : newest.Min(s => s.StartUs);
        _newest = TrackEncoder.Encode(newest, from, newest[0].EndUs);
    }

    private static byte[] Join(byte[] opening, byte[] newest)
    {
        var joined = new byte[4 + opening.Length + newest.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(joined, (uint)opening.Length);
        opening.CopyTo(joined, 4);
        newest.CopyTo(joined, 4 + opening.Length);
        return joined;
    }
}
