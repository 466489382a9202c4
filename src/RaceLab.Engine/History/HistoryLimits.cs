namespace RaceLab.Engine.History;

/// <summary>
/// How much is kept of what is over, all learners together. Whenever something is kept, what is beyond a limit goes, the oldest first. Ranges are those of
/// <c>docs/operations.md</c>.
/// </summary>
public sealed record HistoryLimits
{
    /// <summary>The limits when nobody says otherwise.</summary>
    public static HistoryLimits Default { get; } = new();

    /// <summary>How many races and studies: 1 or more.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>How much older than the newest they may be, in days: 1 or more.</summary>
    public int Days { get; init; } = 90;

    /// <summary>How large their records may be together, in megabytes (10^6 bytes) as they are written; PostgreSQL compresses them, and takes less. 1 or more.</summary>
    public int Megabytes { get; init; } = 1_000;
}
