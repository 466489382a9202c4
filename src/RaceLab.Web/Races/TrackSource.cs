using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>Where the track of a race that is over comes from: its whole log or, of an older race, the first moments that its record has.</summary>
public sealed class TrackSource
{
    private readonly RaceRecording? _recording;
    private readonly IReadOnlyList<LaneSegment> _lanes;

    private TrackSource(RaceRecording? recording, IReadOnlyList<LaneSegment> lanes, TimeSpan elapsed)
    {
        _recording = recording;
        _lanes = lanes;
        Workers = recording?.Workers ?? (lanes.Count == 0 ? 0 : lanes.Max(s => s.Worker) + 1);
        EndUs = recording?.EndUs ?? (lanes.Count == 0 ? 0 : lanes.Max(s => s.EndUs));
        WholeUs = Math.Max(EndUs, (int)Math.Min(int.MaxValue, elapsed.TotalMicroseconds));
        FirstUs = FirstMoments(Between(0, int.MaxValue).Segments);
        Duplicates = [.. Places(LaneMark.Duplicate)];
        Rejections = [.. Places(LaneMark.Rejected)];
    }

    /// <summary>How many lanes there are.</summary>
    public int Workers { get; }

    /// <summary>When the last step that is known ended, in microseconds since the start barrier.</summary>
    public int EndUs { get; }

    /// <summary>When the race was over, recorded until then or not.</summary>
    public int WholeUs { get; }

    /// <summary>The whole log at a glance; null where only the record is left.</summary>
    public TrackOverview? Overview => _recording?.Overview;

    /// <summary>Until when the first moments last: few enough steps to tell them apart, enough to see workers meet.</summary>
    public int FirstUs { get; }

    /// <summary>When duplicates were made, the first ones.</summary>
    public IReadOnlyList<int> Duplicates { get; }

    /// <summary>When statements were rejected, the first ones.</summary>
    public IReadOnlyList<int> Rejections { get; }

    /// <summary>Goes through the duplicates.</summary>
    public PlaceTour TourOfDuplicates() => new("duplicate", Duplicates, Overview?.Duplicates.Sum() ?? Duplicates.Count);

    /// <summary>Goes through the rejections.</summary>
    public PlaceTour TourOfRejections() => new("rejection", Rejections, Overview?.Rejections.Sum() ?? Rejections.Count);

    /// <summary>Whether there is a whole log.</summary>
    public bool IsWhole => _recording is not null;

    /// <summary>Up to when the log is complete; null: it is.</summary>
    public int? CompleteUntilUs => _recording?.CompleteUntilUs;

    /// <summary>The SQLSTATE of each kind of rejection, by its number minus one.</summary>
    public IReadOnlyList<string> States => _recording is null ? [] : [.. _recording.Rejections.Select(r => r.SqlState)];

    /// <summary>The track of a race.</summary>
    /// <param name="recording">Its log; null where only its record is left.</param>
    /// <param name="lanes">The first moments, as the record has them.</param>
    /// <param name="elapsed">How long the race took, where that is more than what is recorded.</param>
    public static TrackSource Of(RaceRecording? recording, IReadOnlyList<LaneSegment> lanes, TimeSpan elapsed = default)
    {
        ArgumentNullException.ThrowIfNull(lanes);
        return new TrackSource(recording, lanes, elapsed);
    }

    /// <summary>The segments of a time, and up to when they are complete.</summary>
    public (IReadOnlyList<LaneSegment> Segments, int ToUs) Between(int fromUs, int toUs) =>
        _recording?.Between(fromUs, toUs) ?? ([.. _lanes.Where(s => s.EndUs >= fromUs && s.StartUs < toUs)], Math.Min(toUs, EndUs));

    /// <summary>The attempt that a worker was at, where there is a whole log.</summary>
    /// <param name="worker">From 1.</param>
    /// <param name="us">Since the start barrier.</param>
    public AttemptStory? At(int worker, int us) => _recording?.At(worker, us);

    /// <summary>The time to look at around a moment: an eighth of the first moments, and no less than a millisecond.</summary>
    public (int FromUs, int ToUs) Around(int us)
    {
        var half = Math.Clamp(FirstUs / 4, 500, 50_000);
        return (Math.Max(0, us - (half * 3 / 2)), Math.Min(EndUs + 1, us + half));
    }

    private IEnumerable<int> Places(LaneMark kind) =>
        _recording?.Landmarks.Where(l => l.Kind == kind).Select(l => l.AtUs) ?? _lanes.Where(s => s.Mark == kind).Select(s => s.EndUs).Order();

    /// <summary>When the middle one of the workers has ended its third attempt.</summary>
    private static int FirstMoments(IReadOnlyList<LaneSegment> segments)
    {
        const int Attempts = 3;
        if (segments.Count == 0) return 0;
        var ends = segments.GroupBy(s => s.Worker)
            .Select(worker => worker.Where(s => s.Mark != LaneMark.None).OrderBy(s => s.EndUs).Take(Attempts).Select(s => s.EndUs).LastOrDefault())
            .Where(end => end > 0)
            .Order()
            .ToList();
        return ends.Count == 0 ? segments.Max(s => s.EndUs) : ends[ends.Count / 2];
    }
}
