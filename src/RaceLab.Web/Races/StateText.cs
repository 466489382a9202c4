using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>Where a race is in its life, in words.</summary>
public static class StateText
{
    /// <summary>For a race under way or over; null: none was started here.</summary>
    public static string Of(ShownRace? race) => race switch
    {
        null => "Ready",
        { State: RaceState.Queued, Live.IsCrowdedOut: true } => "Waiting for connections that other programs hold",
        { State: RaceState.Queued, Live.QueuePlace: 0 } => "Waiting for connections",
        { State: RaceState.Queued, Live.QueuePlace: 1 } => "Waiting for connections: next in the queue",
        { State: RaceState.Queued, Live.QueuePlace: var place } => $"Waiting for connections: {Figures.Ordinal(place)} in the queue",
        { State: RaceState.Preparing } => $"{Figures.Count(race.Workload.Workers, "worker connects", "workers connect")} and prepare",
        { State: RaceState.Running } => "Racing",
        { State: RaceState.Counting } => "Asking the table",
        _ => race.Result?.End switch
        {
            RaceEnd.Stopped => "Stopped",
            RaceEnd.Interrupted => "Interrupted",
            RaceEnd.Refused => "Not started",
            _ => "Finished",
        },
    };

    /// <summary>What can be done about a wait that is not for other races, in sentences; null where there is no such wait.</summary>
    public static string? AdviceFor(ShownRace? race) => race is { State: RaceState.Queued, Live.IsCrowdedOut: true }
        ? "Other programs hold the server’s connections: close some of them, or raise its max_connections. The race begins by itself when enough are free, "
          + $"and is given up after {Figures.Time(RaceRunner.CrowdPatience)}."
        : null;

    /// <summary>A workload in a line: 20 workers, 1,000 keys in turn, 5 s, pause 0–20 ms.</summary>
    public static string Of(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var distribution = RaceLink.Distributions.FirstOrDefault(d => d.Value == workload.Distribution).Label;
        var end = workload.Attempts is { } attempts
            ? $"{Figures.Count(attempts, "attempt", "attempts")} each"
            : Figures.Time(workload.Duration ?? TimeSpan.Zero);
        var pause = workload.PauseHigh == TimeSpan.Zero ? "no pause"
            : workload.PauseLow == workload.PauseHigh ? $"pause {Figures.Time(workload.PauseHigh)}"
            : $"pause {workload.PauseLow.TotalMilliseconds.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture)} to {Figures.Time(workload.PauseHigh)}";
        return $"{Figures.Count(workload.Workers, "worker", "workers")}, {Figures.Count(workload.Keys, "key", "keys")} {distribution}, {end}, {pause}"
            + (workload.SynchronousCommit ? "" : ", synchronous_commit off")
            + (workload.Engine == RaceEngine.Npgsql ? "" : $", {WorkloadText.FormatEngine(workload.Engine)} engine");
    }
}
