namespace RaceLab.Engine.Footprints;

/// <summary>What is known of one statement's doings, as far as other sessions could notice them or it could notice theirs.</summary>
/// <param name="Effect">Whether it reads, writes, or does something else.</param>
internal sealed record Footprint(StatementEffect Effect)
{
    /// <summary>Whether it asks when its transaction or itself began.</summary>
    public bool ReadsClock { get; init; }

    /// <summary>Whether it may be rejected for a value that it meets, such as a zero to divide by: then its transaction has failed, and lets go of its locks.</summary>
    public bool MayFail { get; init; }

    /// <summary>Whether its session is another one behind its transaction: a session lock, a setting, the last number of a sequence.</summary>
    public bool LeavesSessionState { get; init; }

    /// <summary>Whether it keeps even readers out of a table.</summary>
    public bool LocksOutReaders { get; init; }

    /// <summary>Why it is <see cref="StatementEffect.Unknown"/>, in half a sentence; null where it is not.</summary>
    public string? Why { get; init; }

    /// <summary>A statement of which nothing is known.</summary>
    /// <param name="why">In half a sentence.</param>
    public static Footprint Unknown(string why) => new(StatementEffect.Unknown) { Why = why, LeavesSessionState = true };
}

/// <summary>What a statement does, from the least to the most.</summary>
internal enum StatementEffect
{
    /// <summary>It reads committed rows of ordinary tables, locks none, and calls nothing that does more than compute.</summary>
    Reads,

    /// <summary>It inserts, updates or deletes rows of ordinary tables; nobody sees them before COMMIT.</summary>
    Writes,

    /// <summary>It locks, waits, counts or sets something, in a way that is known.</summary>
    Other,

    /// <summary>Nobody knows what it notices or who notices it.</summary>
    Unknown,
}
