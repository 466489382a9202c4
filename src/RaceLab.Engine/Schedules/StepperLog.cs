using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>The schedule of a stepped run: the turns that were taken, with what came of them, and those that are ahead.</summary>
internal sealed class StepperLog(IReadOnlyList<ScheduledStep> schedule)
{
    private readonly List<TakenTurn> _turns = [];
    private readonly List<ScheduledStep> _ahead = [.. schedule];
    private int _learned;

    public IReadOnlyList<TakenTurn> Turns => [.. _turns];

    public IReadOnlyList<ScheduledStep> Ahead => [.. _ahead];

    /// <summary>Who took which lock when.</summary>
    public LockLedger Locks { get; private set; } = new();

    /// <summary>A session takes a turn, or its attempt is delivered again. Where the schedule has another one here, what is ahead no longer follows and is dropped.</summary>
    public void Take(int session, ProgramStep step)
    {
        var entry = ScheduledStep.For(session, step);
        if (_ahead.Count > 0 && _ahead[0] == entry) _ahead.RemoveAt(0);
        else if (!step.IsRecovery) _ahead.Clear();
        _turns.Add(new TakenTurn(entry, step, null, [], null));
    }

    /// <summary>Takes every turn back; what was played is ahead again.</summary>
    public void Rewind()
    {
        _ahead.InsertRange(0, _turns.Select(t => t.Entry));
        _turns.Clear();
        _learned = 0;
        Locks = new LockLedger();
    }

    /// <summary>Takes the answers that have come since the last time, and who waits.</summary>
    public void Learn(IReadOnlyList<PlayedStep> played)
    {
        foreach (var step in played.Skip(_learned))
        {
            var at = _turns.FindLastIndex(t => t.Entry == step.Step && t.Result is null);
            _turns[at] = _turns[at] with { Result = step, BlockedBy = step.BlockedBy, ReturnedAt = _turns.Count - 1 };
        }

        _learned = played.Count;
    }

    /// <summary>Notes whom a turn that has not come back has had to wait for so far.</summary>
    public void NoteWait(SteppedSession session)
    {
        var at = _turns.FindLastIndex(t => t.Entry.Session == session.Number && t.Result is null);
        if (at >= 0) _turns[at] = _turns[at] with { BlockedBy = session.BlockedBy };
    }

    /// <summary>For each session, the step that it sent last.</summary>
    public IReadOnlyDictionary<int, ScheduledStep> Latest() =>
        _turns.Where(t => t.Entry.Session != ScheduledStep.Environment).GroupBy(t => t.Entry.Session).ToDictionary(g => g.Key, g => g.Last().Entry);
}
