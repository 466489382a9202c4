namespace RaceLab.Engine.Races;

/// <summary>How much of a lab one person, and all together, may have. Ranges are those of <c>docs/operations.md</c>.</summary>
public sealed record RaceLimits
{
    /// <summary>Workers in one race: 1 to <see cref="Workload.MaximumWorkers"/>.</summary>
    public int WorkersPerRace { get; init; } = Workload.MaximumWorkers;

    /// <summary>
    /// How large the database of one race may become, in MB of a million bytes: 20 to 1,000,000. It is looked at once a second or so, and the race is ended when it is larger.
    /// </summary>
    public int MegabytesPerRace { get; init; } = 2_000;

    /// <summary>Races of one owner that are not over yet: 1 to 100.</summary>
    public int UnfinishedPerOwner { get; init; } = RaceRegistry.UnfinishedPerOwner;

    /// <summary>Finished races that are kept in memory, for those who come back to them; older ones come from the archive. 1 to 10,000.</summary>
    public int KeptInMemory { get; init; } = RaceRegistry.KeptInMemory;

    /// <summary>Explorations that run at once; others wait for theirs. 1 to 16.</summary>
    public int ExplorationsAtOnce { get; init; } = 2;
}
