using System.Runtime.InteropServices;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>
/// The log of a race that is over: every step of every worker, for the track at full resolution and for the autopsy. Bounded: a race with more than
/// <see cref="MostEvents"/> goes on, and its recording says up to when it is complete. Written by the race's aggregator; from <see cref="Close"/> on it does not change.
/// </summary>
public sealed class RaceRecording : IAttempts
{
    /// <summary>The most events of one race, steps and ends of attempts: about 17 MB.</summary>
    public const int MostEvents = 600_000;

    /// <summary>The most segments of one piece of the track: more could not be told apart, and would take the browser long.</summary>
    public const int MostSegments = 12_000;

    private const int MostRivals = 400;

    private readonly RecordedEvents _recorded;
    private readonly RaceTrack _track;
    private readonly int _most;
    private readonly Dictionary<(int Worker, int At), LaneWait> _waits = [];
    private Dictionary<int, List<(int Worker, int Attempt)>>? _ofKey;
    private IReadOnlySet<long>? _made;
    private TrackPlaces? _places;
    private uint _lastDrain;
    private uint? _until;

    internal RaceRecording(RaceTrack track, int workers, int most = MostEvents)
    {
        _track = track;
        _most = most;
        _recorded = new RecordedEvents(workers);
    }

    private List<RaceEvent>[] Log => _recorded.Whole;

    /// <summary>A race may have 100,000 keys, and many races are kept: a value is made where somebody asks for it.</summary>
    private KeyTemplate Keys => _track.Request.Scenario.Key;

    /// <summary>How many lanes there are.</summary>
    public int Workers => _recorded.Workers;

    /// <summary>How many events it keeps.</summary>
    public int Events { get; private set; }

    /// <summary>Up to when every step that had ended is in it, in microseconds since the start barrier; null: all of the race is.</summary>
    public int? CompleteUntilUs => _until is { } until ? LiveTrack.Us(until) : null;

    /// <summary>When its last step ended.</summary>
    public int EndUs => _places?.EndUs ?? 0;

    /// <summary>When duplicates were made and statements rejected, the first ones of each, in the order of time.</summary>
    public IReadOnlyList<Landmark> Landmarks => _places?.Landmarks ?? [];

    /// <summary>All of it at a glance; null before it is closed.</summary>
    public TrackOverview? Overview => _places?.Overview;

    /// <summary>The kinds of rejection; a segment's number n is at n - 1.</summary>
    public IReadOnlyList<SqlError> Rejections { get; private set; } = [];

    /// <summary>The segments of a time, all of them or, where they are more than <paramref name="most"/>, those of its beginning.</summary>
    /// <param name="fromUs">Since the start barrier.</param>
    /// <param name="toUs">Behind it.</param>
    /// <param name="most">1 or more.</param>
    /// <returns>The segments that reach into that time, and up to when they are complete.</returns>
    public (IReadOnlyList<LaneSegment> Segments, int ToUs) Between(int fromUs, int toUs, int most = MostSegments)
    {
        fromUs = Math.Clamp(fromUs, 0, EndUs);
        toUs = Math.Clamp(toUs, fromUs, EndUs + 1);
        var to = FitTo(fromUs, toUs, most);
        var segments = new List<LaneSegment>();
        for (var worker = 0; worker < Workers; worker++)
        {
            var events = CollectionsMarshal.AsSpan(Log[worker]);
            for (var i = FirstEndingAfter(worker, fromUs); i < events.Length && segments.Count < most; i++)
            {
                if (events[i].IsAttempt) continue;
                if (LiveTrack.Us(events[i].Start) >= to) break;
                segments.Add(SegmentAt(worker, i));
            }
        }

        return (segments, to);
    }

    /// <summary>Every attempt whose end is in the log, worker by worker, in the order of time.</summary>
    public IEnumerable<RecordedAttempt> Attempts()
    {
        for (var worker = 0; worker < Workers; worker++)
        {
            foreach (var happened in Log[worker])
            {
                if (!happened.IsAttempt) continue;
                var error = happened.Rejection > 0 ? Rejections[happened.Rejection - 1] : default(SqlError?);
                yield return new RecordedAttempt(
                    _track.NumberOf(happened.Attempt, worker), worker + 1, Keys.For(happened.Key), LiveTrack.Us(happened.Start), LiveTrack.Us(happened.End),
                    happened.Outcome, error?.SqlState, error?.Constraint, happened.Count, happened.Delivery);
            }
        }
    }

    /// <inheritdoc/>
    public AttemptStory? Find(long attempt)
    {
        if (attempt < 1) return null;
        var worker = (int)((attempt - 1) % Workers);
        return StoryOf(worker, (int)((attempt - 1) / Workers));
    }

    /// <inheritdoc/>
    public AttemptStory? At(int worker, long us)
    {
        if (worker < 1 || worker > Workers) return null;
        var events = Log[worker - 1];
        var at = FirstEndingAfter(worker - 1, us - 1);
        return at < events.Count && LiveTrack.Us(events[at].Start) <= us ? StoryOf(worker - 1, events[at].Attempt) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AttemptStory> OfKey(string key, long untilUs)
    {
        _ofKey ??= IndexKeys();
        var number = Keys.NumberOf(key);
        if (number < 1 || !_ofKey.TryGetValue(number, out var attempts)) return [];

        // They are in the order of time, and may be all attempts of a large race.
        var (by, high) = (0, attempts.Count);
        while (by < high)
        {
            var middle = (by + high) / 2;
            if (StartOf(attempts[middle]) <= untilUs) by = middle + 1;
            else high = middle;
        }

        return [.. attempts.GetRange(Math.Max(0, by - MostRivals), Math.Min(by, MostRivals)).Select(a => StoryOf(a.Worker, a.Attempt)).OfType<AttemptStory>()];
    }

    /// <summary>Called before the events of one drain are taken: whether there is still room for them.</summary>
    internal bool MayTake(uint now)
    {
        if (_until is not null) return false;
        if (Events >= _most)
        {
            _until = _lastDrain;
            return false;
        }

        _lastDrain = now;
        return true;
    }

    internal void Take(int worker, ReadOnlySpan<RaceEvent> events)
    {
        Log[worker].AddRange(events);
        Events += events.Length;
    }

    /// <summary>Nothing more comes: finds the marks of the track.</summary>
    /// <param name="made">Attempts that the table has rows of; null where it was not asked.</param>
    /// <param name="countsRepeats">Whether a second row for a key is one too many.</param>
    internal void Close(IReadOnlySet<long>? made, bool countsRepeats)
    {
        _made = made;
        foreach (var events in Log) events.TrimExcess();
        Rejections = _track.Rejections.Kinds;
        _places = new TrackPlaces(Log, _track, made, countsRepeats);
    }

    /// <summary>Marks the steps that waited.</summary>
    internal void MarkWaits(IEnumerable<WaitFinding> waits)
    {
        foreach (var wait in waits)
        {
            var events = Log[wait.Worker - 1];
            for (var at = FirstEndingAfter(wait.Worker - 1, wait.Run.EndUs - 1); at < events.Count && LiveTrack.Us(events[at].End) == wait.Run.EndUs; at++)
                if (events[at].Step == wait.Run.Step) _waits[(wait.Worker - 1, at)] = wait.Evidence == Evidence.Sampled ? LaneWait.Sampled : LaneWait.Inferred;
        }
    }

    /// <summary>Rejected statements in the order of time.</summary>
    internal IReadOnlyList<(int Worker, int At)> Rejected()
    {
        var rejected = new List<(int Worker, int At)>();
        for (var worker = 0; worker < Workers; worker++)
            for (var i = 0; i < Log[worker].Count; i++)
                if (!Log[worker][i].IsAttempt && Log[worker][i].Rejection > 0) rejected.Add((worker, i));
        rejected.Sort((a, b) => Log[a.Worker][a.At].End.CompareTo(Log[b.Worker][b.At].End));
        return rejected;
    }

    /// <summary>A step as an autopsy reads it, with its attempt; null where its attempt's end is not in the log.</summary>
    internal (AttemptStory Story, StepRun Run)? RunAt(int worker, int at) =>
        StoryOf(worker, Log[worker][at].Attempt) is { } story ? (story, RunOf(Log[worker][at])) : null;

    /// <summary>For each of some steps, the time within which a tenth of its runs were through, in microseconds.</summary>
    internal IReadOnlyDictionary<int, int> Durations(IReadOnlySet<int> steps)
    {
        var durations = steps.ToDictionary(s => s, _ => new List<int>());
        foreach (var events in Log)
            foreach (ref readonly var happened in CollectionsMarshal.AsSpan(events))
                if (!happened.IsAttempt && durations.TryGetValue(happened.Step, out var of)) of.Add(LiveTrack.Us(happened.End - happened.Start));
        foreach (var of in durations.Values) of.Sort();
        return durations.Where(d => d.Value.Count > 0).ToDictionary(d => d.Key, d => d.Value[d.Value.Count / 10]);
    }

    /// <summary>All attempts that ended, key by key.</summary>
    internal IEnumerable<IReadOnlyList<AttemptStory>> StoriesByKey()
    {
        _ofKey ??= IndexKeys();
        return _ofKey.Values.Select(attempts => (IReadOnlyList<AttemptStory>)[.. attempts.Select(a => StoryOf(a.Worker, a.Attempt)).OfType<AttemptStory>()]);
    }

    /// <summary>Gives back what only the autopsy needed.</summary>
    internal void ForgetKeys() => (_ofKey, _made) = (null, null);

    /// <summary>Makes it small until somebody asks for something again.</summary>
    internal void Pack() => _recorded.Pack();

    private LaneSegment SegmentAt(int worker, int at)
    {
        var events = Log[worker];
        var ended = at + 1 < events.Count && events[at + 1].IsAttempt ? LiveTrack.MarkOf(events[at + 1], _places?.Repeats.Contains(_track.NumberOf(events[at + 1].Attempt, worker)) == true) : LaneMark.None;
        return LiveTrack.SegmentOf(worker, events[at], ended) with { Wait = _waits.GetValueOrDefault((worker, at)) };
    }

    private AttemptStory? StoryOf(int worker, int attempt)
    {
        var events = CollectionsMarshal.AsSpan(Log[worker]);
        var (low, high) = (0, events.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (events[middle].Attempt < attempt) low = middle + 1;
            else high = middle;
        }

        var steps = new List<StepRun>();
        for (; low < events.Length && events[low].Attempt == attempt; low++)
        {
            if (!events[low].IsAttempt)
            {
                steps.Add(RunOf(events[low]));
                continue;
            }

            var number = _track.NumberOf(attempt, worker);
            return new AttemptStory(number, worker + 1, Keys.For(events[low].Key), events[low].Outcome, _made?.Contains(number), steps);
        }

        return null;
    }

    private StepRun RunOf(in RaceEvent step)
    {
        var error = step.Rejection > 0 ? Rejections[step.Rejection - 1] : default(SqlError?);
        return new StepRun(step.Step, step.Delivery, LiveTrack.Us(step.Start), LiveTrack.Us(step.End), step.Count, error?.SqlState, error?.Constraint);
    }

    private int StartOf((int Worker, int Attempt) attempt) => StoryOf(attempt.Worker, attempt.Attempt) is { } story ? (int)story.StartUs : int.MaxValue;

    private Dictionary<int, List<(int Worker, int Attempt)>> IndexKeys()
    {
        var ended = new List<(int Key, uint Start, int Worker, int Attempt)>();
        for (var worker = 0; worker < Workers; worker++)
            foreach (ref readonly var happened in CollectionsMarshal.AsSpan(Log[worker]))
                if (happened.IsAttempt) ended.Add((happened.Key, happened.Start, worker, happened.Attempt));
        return ended.GroupBy(e => e.Key).ToDictionary(k => k.Key, k => k.OrderBy(e => e.Start).Select(e => (e.Worker, e.Attempt)).ToList());
    }

    /// <summary>The latest end, at most <paramref name="toUs"/>, up to which there are no more than so many events.</summary>
    private int FitTo(int fromUs, int toUs, int most)
    {
        if (CountUpTo(toUs) <= most) return toUs;
        var (low, high) = (fromUs, toUs);
        while (low + 1 < high)
        {
            var middle = low + ((high - low) / 2);
            if (CountUpTo(middle) <= most) low = middle;
            else high = middle;
        }

        return Math.Max(low, fromUs + 1);

        int CountUpTo(int end)
        {
            var count = 0;
            for (var worker = 0; worker < Workers; worker++)
                count += Math.Max(0, Math.Min(Log[worker].Count, FirstEndingAfter(worker, end) + 1) - FirstEndingAfter(worker, fromUs));
            return count;
        }
    }

    /// <summary>A worker's events end one after another: where those begin that ended later than a time.</summary>
    private int FirstEndingAfter(int worker, long us)
    {
        var events = CollectionsMarshal.AsSpan(Log[worker]);
        var (low, high) = (0, events.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (LiveTrack.Us(events[middle].End) <= us) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
