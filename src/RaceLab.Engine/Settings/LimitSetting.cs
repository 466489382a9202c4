using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Settings;

/// <summary>A whole number that whoever runs a lab may set, below <c>RaceLab:Limits</c>: its reader, its message and its line in <c>docs/operations.md</c> all stand on this.</summary>
/// <param name="Key">The last part of its name.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Least">The lowest value.</param>
/// <param name="Most">The highest value.</param>
/// <param name="Default">The value when nobody says otherwise.</param>
public sealed record LimitSetting(string Key, string Unit, int Least, int Most, int Default)
{
    /// <summary>Where all limits are.</summary>
    public const string Section = "RaceLab:Limits";

    /// <summary>Its whole name.</summary>
    public string Name => $"{Section}:{Key}";

    /// <summary>Workers in one race.</summary>
    public static readonly LimitSetting WorkersPerRace = new("WorkersPerRace", "workers", 1, Workload.MaximumWorkers, Workload.MaximumWorkers);

    /// <summary>How large one race's database may become.</summary>
    public static readonly LimitSetting RaceMegabytes = new("RaceMegabytes", "MB", 20, 1_000_000, new RaceLimits().MegabytesPerRace);

    /// <summary>Races of one browser that are not over.</summary>
    public static readonly LimitSetting UnfinishedRaces = new("UnfinishedRaces", "races", 1, 100, RaceRegistry.UnfinishedPerOwner);

    /// <summary>Finished races kept in memory.</summary>
    public static readonly LimitSetting RacesInMemory = new("RacesInMemory", "races", 1, 10_000, RaceRegistry.KeptInMemory);

    /// <summary>Finished races and studies kept by the state server.</summary>
    public static readonly LimitSetting History = new("History", "races", 1, 1_000_000, HistoryLimits.Default.Entries);

    /// <summary>How long they are kept.</summary>
    public static readonly LimitSetting HistoryDays = new("HistoryDays", "days", 1, 3_650, HistoryLimits.Default.Days);

    /// <summary>How large they may be together.</summary>
    public static readonly LimitSetting HistoryMegabytes = new("HistoryMegabytes", "MB", 10, 1_000_000, HistoryLimits.Default.Megabytes);

    /// <summary>Explorations that run at once.</summary>
    public static readonly LimitSetting Explorations = new("Explorations", "explorations", 1, 16, new RaceLimits().ExplorationsAtOnce);

    /// <summary>Pages kept for browsers that were lost and may come back.</summary>
    public static readonly LimitSetting Circuits = new("Circuits", "pages", 1, 10_000, 100);

    /// <summary>How long they are kept.</summary>
    public static readonly LimitSetting CircuitSeconds = new("CircuitSeconds", "seconds", 10, 86_400, 180);

    /// <summary>Runs stepped at once, over all pages.</summary>
    public static readonly LimitSetting SteppedRuns = new("SteppedRuns", "runs", 1, 200, StepperOptions.DefaultAtOnce);

    /// <summary>How long a stepped run keeps its locks when nobody takes a turn.</summary>
    public static readonly LimitSetting StepSeconds = new("StepSeconds", "seconds", 5, 3_600, StepperOptions.DefaultIdleSeconds);

    /// <summary>Every one.</summary>
    public static IReadOnlyList<LimitSetting> All { get; } =
        [WorkersPerRace, RaceMegabytes, UnfinishedRaces, RacesInMemory, History, HistoryDays, HistoryMegabytes, Explorations, Circuits, CircuitSeconds, SteppedRuns, StepSeconds];
}
