using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Reference;

/// <summary>Where a demonstration can be seen, and what to press for it.</summary>
/// <param name="Address">The page that shows it: a schedule is played there at once, a race waits for Run.</param>
/// <param name="Label">What the link says.</param>
/// <param name="Where">The scenario and the strategy, in words.</param>
public sealed record DemonstrationLink(string Address, string Label, string Where)
{
    /// <summary>The link to a demonstration.</summary>
    /// <param name="shown">What is shown.</param>
    /// <param name="catalogue">Where its scenario's title is.</param>
    /// <param name="verb">What pressing it does: "Produce 23505".</param>
    public static DemonstrationLink Of(Demonstration shown, Catalogue catalogue, string verb)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(catalogue);
        var scenario = catalogue.Find(shown.Scenario);
        var where = $"{scenario?.Title ?? shown.Scenario}: {scenario?.FindStrategy(shown.Strategy)?.Title ?? shown.Strategy}";
        return shown.Race is { } size
            ? new($"/{RaceOf(shown, size)}", $"{verb} in a race", where)
            : new(StepLink.To(shown.Scenario, shown.Strategy, shown.Sessions, shown.Schedule), $"{verb}, step by step", where);
    }

    private static RaceLink RaceOf(Demonstration shown, RaceSize size) => new(shown.Scenario, shown.Strategy, WorkloadForm.From(new Workload
    {
        Workers = size.Workers,
        Keys = size.Keys,
        Attempts = size.Attempts,
        Duration = null,
        PauseHigh = TimeSpan.FromMilliseconds(size.PauseMs),
    }), []);
}
