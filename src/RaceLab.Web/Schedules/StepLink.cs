using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>
/// A stepped run as the query of its address, so that it can be sent, for example
/// <c>?scenario=sign-up&amp;strategy=check-then-insert&amp;sessions=2&amp;schedule=1.check,2.check,1.insert,2.insert&amp;at=2</c>.
/// </summary>
/// <param name="Scenario">The scenario's id; null: not said.</param>
/// <param name="Strategy">The strategy's id; null: not said.</param>
/// <param name="Sessions">2 to <see cref="ScheduleRunner.MaximumSessions"/>.</param>
/// <param name="Schedule">The order of turns.</param>
/// <param name="At">How many of its turns are taken; null: all.</param>
/// <param name="Puzzle">The puzzle that is to be solved; null: none.</param>
/// <param name="Refusals">What the link says and nobody understands, in sentences.</param>
public sealed record StepLink(
    string? Scenario, string? Strategy, int Sessions, IReadOnlyList<ScheduledStep> Schedule, int? At, string? Puzzle, IReadOnlyList<string> Refusals)
{
    /// <summary>How many sessions a link means that does not say.</summary>
    public const int DefaultSessions = 2;

    /// <summary>Nothing is chosen.</summary>
    public static StepLink Nothing { get; } = new(null, null, DefaultSessions, [], null, null, []);

    /// <summary>The stepping page's address with this link.</summary>
    public string Address => "/step" + this;

    /// <summary>How many turns are taken at first.</summary>
    public int Position => Math.Min(At ?? Schedule.Count, Schedule.Count);

    /// <summary>Reads a query, with or without its question mark. Never fails: what it does not understand is named and kept out.</summary>
    public static StepLink Parse(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var link = Nothing;
        var refusals = new List<string>();
        foreach (var (name, value) in LinkQuery.Read(query))
        {
            switch (name)
            {
                case "scenario": link = link with { Scenario = value }; break;
                case "strategy": link = link with { Strategy = value }; break;
                case "puzzle": link = link with { Puzzle = value }; break;
                case "sessions": link = link with { Sessions = ReadSessions(value, refusals) }; break;
                case "schedule": link = link with { Schedule = ReadSchedule(value, refusals) }; break;
                case "at": link = link with { At = ReadPosition(value, refusals) }; break;
                default: refusals.Add($"The link says “{LinkQuery.Cut(name)}”, which this page does not know; it was left out."); break;
            }
        }

        if (link.Schedule.Any(s => s.Whose > link.Sessions))
        {
            var beyond = link.Schedule.First(s => s.Whose > link.Sessions);
            refusals.Add($"The schedule says {beyond}, and there are {link.Sessions} sessions; it was left out from there on.");
            link = link with { Schedule = [.. link.Schedule.TakeWhile(s => s.Whose <= link.Sessions)] };
        }

        return link with { Refusals = refusals };
    }

    /// <summary>The stepping page with a schedule to play.</summary>
    public static string To(string scenario, string strategy, int sessions, IEnumerable<ScheduledStep> schedule) =>
        (Nothing with { Scenario = scenario, Strategy = strategy, Sessions = sessions, Schedule = [.. schedule] }).Address;

    /// <summary>The query, with its question mark.</summary>
    public override string ToString() => LinkQuery.Write(
        ("scenario", Scenario),
        ("strategy", Strategy),
        ("puzzle", Puzzle),
        ("sessions", Sessions.ToString(CultureInfo.InvariantCulture)),
        ("schedule", Schedule.Count == 0 ? null : string.Join(',', Schedule)),
        ("at", At < Schedule.Count ? At.Value.ToString(CultureInfo.InvariantCulture) : null));

    private static int ReadSessions(string value, List<string> refusals)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var sessions) && sessions is >= 2 and <= ScheduleRunner.MaximumSessions) return sessions;
        refusals.Add($"The link asks for “{LinkQuery.Cut(value)}” sessions, and there can be 2 to {ScheduleRunner.MaximumSessions}; there are {DefaultSessions}.");
        return DefaultSessions;
    }

    private static List<ScheduledStep> ReadSchedule(string value, List<string> refusals)
    {
        var schedule = new List<ScheduledStep>();
        foreach (var entry in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ScheduledStep.TryParse(entry, out var scheduled))
            {
                refusals.Add($"The schedule says “{LinkQuery.Cut(entry)}”, which is no session with a step, such as 1.check; it was left out from there on.");
                break;
            }

            if (schedule.Count == Stepper.MaximumTurns)
            {
                refusals.Add($"The schedule has more than {Stepper.MaximumTurns} turns; the rest was left out.");
                break;
            }

            schedule.Add(scheduled);
        }

        return schedule;
    }

    private static int? ReadPosition(string value, List<string> refusals)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) return position;
        refusals.Add($"The link says at={LinkQuery.Cut(value)}, which is no number of turns; the whole schedule is played.");
        return null;
    }
}
