using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>Keeps the first moments of a race, in a bounded space, for the picture of what each worker did.</summary>
internal sealed class OpeningEvents
{
    private const int SegmentsOfAWorker = 24;

    private readonly List<(int Worker, RaceEvent Event)> _events = [];
    private readonly int _room;
    private readonly bool _marksDuplicates;
    private uint _until = uint.MaxValue;

    /// <summary>Makes room for about two dozen segments of each worker: more could not be told apart.</summary>
    /// <param name="workers">How many there are.</param>
    /// <param name="marksDuplicates">Whether a second creation for a key is one too many, as content says by <see cref="Content.LiveCount.ExtraCreations"/>.</param>
    public OpeningEvents(int workers, bool marksDuplicates)
    {
        _marksDuplicates = marksDuplicates;
        Segments = workers * SegmentsOfAWorker;
        _room = Segments * 4;
    }

    /// <summary>The most segments that the picture shows.</summary>
    public int Segments { get; }

    /// <summary>Keeps an event if it began early enough.</summary>
    public void Take(int worker, in RaceEvent happened)
    {
        if (happened.Start > _until) return;
        _events.Add((worker, happened));
        if (_events.Count < _room) return;
        _events.Sort(static (a, b) => a.Event.Start.CompareTo(b.Event.Start));
        _until = _events[_room / 2].Event.Start;
        _events.RemoveAll(e => e.Event.Start > _until);
    }

    /// <summary>The segments in order of their start, with the marks of the attempts that ended among them.</summary>
    public IReadOnlyList<LaneSegment> ToSegments()
    {
        var marks = Marks();
        var steps = _events.Where(e => !e.Event.IsAttempt).OrderBy(e => e.Event.Start).Take(Segments).ToList();
        var lastOf = new Dictionary<(int, int), uint>();
        foreach (var (worker, e) in steps) lastOf[(worker, e.Attempt)] = e.End;
        return
        [
            .. steps.Select(s => new LaneSegment(s.Worker, s.Event.Step, Us(s.Event.Start), Us(s.Event.End), MarkOf(s.Worker, s.Event))),
        ];

        LaneMark MarkOf(int worker, in RaceEvent step)
        {
            var attempt = (worker, step.Attempt);
            if (lastOf[attempt] == step.End && marks.TryGetValue(attempt, out var mark)) return mark;
            return step.Rejection > 0 ? LaneMark.Rejected : LaneMark.None;
        }
    }

    private Dictionary<(int Worker, int Attempt), LaneMark> Marks()
    {
        var marks = new Dictionary<(int, int), LaneMark>();
        var created = new HashSet<int>();
        foreach (var (worker, e) in _events.Where(e => e.Event.IsAttempt).OrderBy(e => e.Event.End))
        {
            marks[(worker, e.Attempt)] = e.Outcome switch
            {
                Outcome.Created => created.Add(e.Key) || !_marksDuplicates ? LaneMark.Created : LaneMark.Duplicate,
                Outcome.Found or Outcome.Updated => LaneMark.Found,
                Outcome.Rejected => LaneMark.Rejected,
                _ => LaneMark.Lost,
            };
        }

        return marks;
    }

    private static int Us(uint time) => (int)(time / TimeSpan.TicksPerMicrosecond);
}
