using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A schedule as it is drawn: a lane for each session, a column for each entry.</summary>
/// <param name="Cells">One for each entry, in the order of sending.</param>
/// <param name="Lanes">How many sessions there are, and one more where time takes turns.</param>
public sealed record ScheduleStrip(IReadOnlyList<StripCell> Cells, int Lanes)
{
    private const int RoomForNames = 6;

    /// <summary>Whether it is short enough to write the steps' names out.</summary>
    public bool HasRoomForNames => Cells.Count <= RoomForNames;

    /// <summary>The schedule in words, waits included, for those who do not see it.</summary>
    public string Words => string.Join(", ", Cells.Select(c => c.Words));

    /// <summary>Draws an executed schedule.</summary>
    public static ScheduleStrip Of(IReadOnlyList<ExploredEntry> entries, Listing listing, int sessions)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(listing);
        var hasTime = entries.Any(e => e.Step.IsTimesOwn);
        return new ScheduleStrip([.. entries.Select((entry, place) => StripCell.Of(entry, place, listing, sessions))], hasTime ? sessions + 1 : sessions);
    }

    /// <summary>Draws a schedule of which nothing but the order is known.</summary>
    public static ScheduleStrip Of(IReadOnlyList<ScheduledStep> steps, Listing listing, int sessions)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return Of([.. steps.Select((step, place) => new ExploredEntry(step, [], place))], listing, sessions);
    }
}

/// <summary>One entry of a strip.</summary>
/// <param name="Place">Its column, from 0.</param>
/// <param name="Session">Its lane, from 1: behind the sessions' comes that of time.</param>
/// <param name="Step">The step's name.</param>
/// <param name="Label">The step's mark, as in the listing.</param>
/// <param name="Tone">The mark's colour, likewise.</param>
/// <param name="Shape">The mark's shape, likewise.</param>
/// <param name="Waits">Whether it had to wait.</param>
/// <param name="Until">Where it waited: the column with which it could go on.</param>
/// <param name="Words">All of it in words: "2.insert waits for session 1".</param>
public sealed record StripCell(int Place, int Session, string Step, string Label, string Tone, StepShape Shape, bool Waits, int Until, string Words)
{
    /// <summary>The first grid column behind the cell, counted from 1 as style sheets do: where its wait begins.</summary>
    public int WaitColumn => Place + 2;

    /// <summary>Over how many columns it goes on waiting.</summary>
    public int WaitColumns => Until - Place;

    /// <summary>Who takes the turn: a session's number, or the environment's sign.</summary>
    public string Who { get; init; } = Session.ToString(System.Globalization.CultureInfo.InvariantCulture);

    internal static StripCell Of(ExploredEntry entry, int place, Listing listing, int sessions)
    {
        // A step that content has meanwhile renamed has no line; its name is all there is.
        var line = listing.Lines.FirstOrDefault(l => l.Step.Name == entry.Step.Step);
        var waits = entry.WaitsFor.Count > 0;
        var (session, who) = entry.Step.IsTimesOwn ? (sessions + 1, EnvironmentText.Sign) : (entry.Step.Whose, $"{entry.Step.Whose}");
        return new StripCell(
            place, session, entry.Step.Name, line?.Label ?? (entry.Step.Session == ScheduledStep.Environment ? EnvironmentText.Sign : "?"), line?.Tone ?? "frame", line?.Shape ?? StepShape.Block, waits, entry.Until,
            waits ? $"{entry.Step} waits for {LockText.Who(entry.WaitsFor)}" : entry.Step.ToString())
        {
            Who = who,
        };
    }
}
