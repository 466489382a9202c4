using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A schedule as a picture: a lane for each session, a column for each turn, and a bar from a turn that had to wait to the one that let it go.</summary>
/// <param name="Sessions">Lanes.</param>
/// <param name="Position">Turns that were taken.</param>
/// <param name="Cells">One for each entry of the schedule, those ahead included.</param>
/// <param name="Waits">Waits that outlast their own turn.</param>
public sealed record TimelinePicture(int Sessions, int Position, IReadOnlyList<TimelineCell> Cells, IReadOnlyList<TimelineWait> Waits)
{
    /// <summary>Draws a schedule.</summary>
    public static TimelinePicture Of(StepperState state, StepProgram program, Listing listing)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(listing);
        var cells = new List<TimelineCell>();
        var waits = new List<TimelineWait>();
        foreach (var turn in state.Turns)
        {
            var column = cells.Count + 1;
            var standing = turn.Result switch { null => LineStanding.Waiting, { Error: not null } => LineStanding.Rejected, _ => LineStanding.Done };
            var words = turn.Result is { } result ? TurnText.Of(result, turn.Step) : "waits";
            cells.Add(new TimelineCell(turn.Entry, column, turn.Step.Index < 0 ? null : listing.Lines[turn.Step.Index], standing, words) { Session = LaneOf(turn.Entry) });
            var until = (turn.ReturnedAt ?? state.Turns.Count - 1) + 1;
            if (turn.HadToWait && until > column) waits.Add(new TimelineWait(turn.Entry.Session, column, until, turn.Result is null));
        }

        foreach (var entry in state.Ahead)
        {
            var line = program.FindStep(entry.Step) is { } step ? listing.Lines[step.Index] : null;
            cells.Add(new TimelineCell(entry, cells.Count + 1, line, LineStanding.NotYet, "not played") { Session = LaneOf(entry) });
        }

        return new TimelinePicture(state.Sessions.Count, state.Turns.Count, cells, waits);

        // Time has a lane of its own, below the sessions.
        int LaneOf(ScheduledStep entry) => entry.IsTimesOwn ? state.Sessions.Count + 1 : entry.Whose;
    }

    /// <summary>Whether there is a lane for what time does.</summary>
    public bool HasTime => Cells.Any(c => c.Entry.IsTimesOwn);
}

/// <summary>A turn.</summary>
/// <param name="Entry">Whose turn it is, and which step.</param>
/// <param name="Column">Its column, from 1: also the position that stands right behind it.</param>
/// <param name="Line">The step; null for a delivery, and where the program has none of that name.</param>
/// <param name="Standing">What has become of it.</param>
/// <param name="Words">The same in words.</param>
public sealed record TimelineCell(ScheduledStep Entry, int Column, ListingLine? Line, LineStanding Standing, string Words)
{
    /// <summary>Its lane, from 1: that of its session, or the one below them for what time does.</summary>
    public int Session { get; init; } = Entry.Whose;

    /// <summary>The step's name.</summary>
    public string Step => Entry.Name;
}

/// <summary>A wait.</summary>
/// <param name="Session">Whose.</param>
/// <param name="From">The column of the turn that waits.</param>
/// <param name="Until">The column of the turn that let it go, or the last one.</param>
/// <param name="IsOpen">Whether it still waits.</param>
public sealed record TimelineWait(int Session, int From, int Until, bool IsOpen);
