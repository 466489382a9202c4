using System.Runtime.InteropServices;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>
/// The one reader of a race's logs: counts everything, keeps what the result needs, and makes the frames that all viewers share.
/// Used from one task at a time.
/// </summary>
internal sealed class RaceAggregator
{
    private readonly RaceTrack _track;
    private readonly IReadOnlyList<RaceWorker> _workers;
    private readonly long[] _outcomes = new long[Enum.GetValues<Outcome>().Length];
    private readonly int[] _creations;
    private readonly long[] _attemptsOf;
    private readonly List<uint> _latencies = [];
    private readonly StepLedger _steps;
    private readonly StartLine _start;
    private readonly List<AttemptRecord> _attempts = [];
    private readonly List<uint> _recent = [];
    private readonly List<ChartPoint> _points = [];
    private readonly List<long> _rejected = [];
    private readonly OpeningEvents _opening;
    private readonly LiveTrack _live;
    private long _retries;
    private long _extraCreations;
    private uint _lastEnd;
    private uint _lastFrameAt;
    private int _frames;

    public RaceAggregator(RaceTrack track, IReadOnlyList<RaceWorker> workers)
    {
        _track = track;
        _workers = workers;
        CountsLive = track.Request.Scenario.Invariants.Any(i => i.Live == LiveCount.ExtraCreations);
        _opening = new OpeningEvents(workers.Count, CountsLive);
        _live = new LiveTrack(workers.Count, FrameEncoder.HeaderBytes + workers.Count);
        Recording = new RaceRecording(track, workers.Count);
        _creations = new int[track.Request.Workload.Keys + 1];
        _attemptsOf = new long[workers.Count];
        _steps = new StepLedger(track.Request.Strategy.Program);
        _start = new StartLine(track.Request.Strategy.Program, workers.Count);
    }

    public AttemptCounts Counts => new(
        Of(Outcome.Created), Of(Outcome.Found), Of(Outcome.Updated), Of(Outcome.Rejected), Of(Outcome.Failed), Of(Outcome.Unknown));

    /// <summary>Whether a second row for a key is one too many, so that it can be counted from the attempts' answers.</summary>
    public bool CountsLive { get; }

    /// <summary>When anything ended.</summary>
    public Movement Movement { get; } = new();

    /// <summary>Everything that happened, as far as there is room for it.</summary>
    public RaceRecording Recording { get; }

    public long Retries => _retries;

    /// <summary>Deliveries beyond the first of their attempt.</summary>
    public long Redeliveries { get; private set; }

    /// <summary>Creations beyond the first of their key, from the attempts' answers.</summary>
    public long ExtraCreations => _extraCreations;

    /// <summary>Every attempt that ended, in no particular order.</summary>
    public IReadOnlyList<AttemptRecord> Attempts => _attempts;

    /// <summary>From the barrier to the end of the last attempt.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_lastEnd);

    public WorkerSpread PerWorker => new(_attemptsOf.Min(), _attemptsOf.Max());

    /// <summary>Rejected statements, by number of their kind minus one.</summary>
    public IReadOnlyList<long> Rejected => _rejected;

    /// <summary>Reads everything that the workers have written since the last call.</summary>
    public void Drain()
    {
        var records = Recording.MayTake(_track.Now());
        for (var worker = 0; worker < _workers.Count; worker++)
        {
            while (true)
            {
                var events = _workers[worker].Log.Read();
                if (events.IsEmpty) break;
                if (records) Recording.Take(worker, events);
                foreach (ref readonly var happened in events) Take(worker, happened);
            }
        }
    }

    /// <summary>Closes the interval since the last frame and makes a new one.</summary>
    public RaceFrame NextFrame(RaceState state, uint now)
    {
        Span<byte> activities = stackalloc byte[_workers.Count];
        for (var i = 0; i < activities.Length; i++) activities[i] = _workers[i].Activity;
        AddPoint(now);
        var numbers = new FrameNumbers(
            ++_frames, state, Progress(now), Counts, _retries, _rejected.Sum(), _points.Count == 0 ? EmptyPoint(now) : _points[^1] with { ElapsedMs = Ms(now) });
        var delta = FrameEncoder.Delta(numbers, activities, _live.NextDelta());
        var track = _live.Snapshot();
        var points = _points.ToArray();
        var shown = activities.ToArray();
        return new RaceFrame(numbers.Number, delta, () => FrameEncoder.Snapshot(numbers, shown, points, track()));
    }

    public LatencySummary SummarizeAttempts() => Percentiles.Summarize(CollectionsMarshal.AsSpan(_latencies));

    public IReadOnlyList<StepLatency> SummarizeSteps() => _steps.Summarize();

    /// <summary>Where the time went.</summary>
    /// <param name="pauses">When the lab itself stood still.</param>
    public RaceTiming Time(ClientPauses pauses) => new()
    {
        Attempts =
        [
            .. _attempts.GroupBy(a => a.Ended.Outcome, a => a.Ended.End - a.Ended.Start).OrderBy(o => o.Key).Select(outcome =>
            {
                var latencies = outcome.ToArray();
                return new OutcomeTimes(outcome.Key, Percentiles.Summarize(latencies), LogHistogram.Of(latencies));
            }),
        ],
        Steps = _steps.Distribute(_track.Rejections.Kinds),
        MeanMs = _latencies.Count == 0 ? 0 : _latencies.Average(l => (double)l) / TimeSpan.TicksPerMillisecond,
        RoundTrips = _steps.RoundTrips,
        Exceptions = _steps.Exceptions,
        FirstStatements = _start.Statements,
        Pauses = pauses,
    };

    public IReadOnlyList<LaneSegment> Lanes() => _opening.ToSegments();

    private long Of(Outcome outcome) => _outcomes[(int)outcome];

    private void Take(int worker, in RaceEvent happened)
    {
        _opening.Take(worker, happened);
        _live.Take(worker, happened, CountsLive && happened.IsAttempt && _creations[happened.Key] > 0);
        Movement.Take(happened.End);
        var latency = happened.End - happened.Start;
        if (!happened.IsAttempt)
        {
            _steps.Take(happened);
            _start.Take(worker, happened);
            if (happened.Rejection > 0)
            {
                while (_rejected.Count < happened.Rejection) _rejected.Add(0);
                _rejected[happened.Rejection - 1]++;
            }

            return;
        }

        _outcomes[(int)happened.Outcome]++;
        _retries += happened.Count;
        Redeliveries += happened.Delivery - 1;
        _attemptsOf[worker]++;
        _latencies.Add(latency);
        _recent.Add(latency);
        _lastEnd = Math.Max(_lastEnd, happened.End);
        _attempts.Add(new AttemptRecord(_track.NumberOf(happened.Attempt, worker), worker + 1, happened));
        if (happened.Outcome == Outcome.Created && _creations[happened.Key]++ > 0) _extraCreations++;
    }

    private void AddPoint(uint now)
    {
        // The last attempt may have ended a moment before the last frame: time in the charts never runs backwards.
        if (now <= _lastFrameAt) return;
        var interval = (now - _lastFrameAt) / (double)TimeSpan.TicksPerSecond;
        _lastFrameAt = now;
        var recent = Percentiles.Summarize(CollectionsMarshal.AsSpan(_recent));
        _points.Add(EmptyPoint(now) with
        {
            AttemptsPerSecond = (float)(_recent.Count / interval),
            P50Ms = recent.Count == 0 ? float.NaN : (float)recent.P50Ms,
            P90Ms = recent.Count == 0 ? float.NaN : (float)recent.P90Ms,
            P99Ms = recent.Count == 0 ? float.NaN : (float)recent.P99Ms,
        });
        _recent.Clear();
    }

    private ChartPoint EmptyPoint(uint now) => new(
        Ms(now), 0, float.NaN, float.NaN, float.NaN, CountsLive ? (uint)_extraCreations : FrameEncoder.NotCounted, (uint)_latencies.Count);

    private uint Progress(uint now)
    {
        var workload = _track.Request.Workload;
        var part = workload.Attempts is { } attempts
            ? (double)_latencies.Count / ((long)attempts * workload.Workers)
            : now / (double)workload.Duration!.Value.Ticks;
        return (uint)Math.Min(1000, part * 1000);
    }

    private static uint Ms(uint time) => (uint)(time / TimeSpan.TicksPerMillisecond);
}

/// <summary>An attempt as the table <c>attempts</c> holds it.</summary>
internal readonly record struct AttemptRecord(long Number, int Worker, RaceEvent Ended);
