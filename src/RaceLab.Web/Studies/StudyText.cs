using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Races;

namespace RaceLab.Web.Studies;

/// <summary>Where a study is in its life, in words.</summary>
public static class StudyText
{
    /// <summary>For a study under way or over; null: none was started here.</summary>
    public static string Of(ShownStudy? study) => study switch
    {
        null => "Ready",
        { Record.End: StudyEnd.Finished } => "Finished",
        { Record.End: StudyEnd.Stopped } => "Stopped",
        { Record.End: StudyEnd.OutOfTime } => "Out of time",
        { Record.End: not null } => "Ended early",
        { Live.Now: { } now } => $"Race {now.Number + 1} of {study.Record.Planned}{Of(now)}",
        _ => "Beginning",
    };

    /// <summary>How long a plan takes, in a few words.</summary>
    public static string TimeOf(StudyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.ExpectedTime is { } time
            ? $"about {About(time)} when nobody else races"
            : $"until all attempts are made, {StudyPlan.MaximumElapsed.TotalMinutes:0} minutes at most";
    }

    private static string Of(StudyRaceNow now) => now switch
    {
        { State: RaceState.Queued, IsCrowdedOut: true } => " waits for connections that other programs hold",
        { State: RaceState.Queued, QueuePlace: 0 } => " waits for its turn",
        { State: RaceState.Queued, QueuePlace: 1 } => " waits for other races: next in the queue",
        { State: RaceState.Queued, QueuePlace: var place } => $" waits for other races: {Figures.Ordinal(place)} in the queue",
        { Race.Round: 0 } => $", to warm up: {now.Race.Strategy.Title}",
        { Race.Round: var round } => $", round {round}: {now.Race.Strategy.Title}",
    };

    private static string About(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? Figures.Count((long)Math.Ceiling(time.TotalSeconds), "second", "seconds") : Figures.Count((long)Math.Round(time.TotalMinutes), "minute", "minutes");
}
