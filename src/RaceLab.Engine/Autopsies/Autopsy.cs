using System.Text.Json.Serialization;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Autopsies;

/// <summary>What happened in a race, key by key, rejection by rejection and wait by wait. Lists are bounded; beside each stands how many there were.</summary>
public sealed record Autopsy
{
    /// <summary>The most entries of each list.</summary>
    public const int MostEntries = 16;

    /// <summary>The most attempts that are told of one key.</summary>
    public const int MostWinners = 6;

    /// <summary>Keys with duplicates, by when the second row was made.</summary>
    public required IReadOnlyList<KeyFinding> Keys { get; init; }

    /// <summary>How many such keys the table has.</summary>
    public required long KeysInAll { get; init; }

    /// <summary>The first rejected statements.</summary>
    public required IReadOnlyList<RejectionFinding> Rejections { get; init; }

    /// <summary>How many statements were rejected.</summary>
    public required long RejectionsInAll { get; init; }

    /// <summary>The longest waits for locks.</summary>
    public required IReadOnlyList<WaitFinding> Waits { get; init; }

    /// <summary>How many waits were seen or inferred.</summary>
    public required long WaitsInAll { get; init; }

    /// <summary>How the lock tables were looked at while the race ran.</summary>
    public required LockLooks Looks { get; init; }

    /// <summary>For how long the race's statements waited, estimated in two ways; null where the race is older than its being kept.</summary>
    public LockWaitTime? WaitTime { get; init; }

    /// <summary>Up to when every step of the race is in its log, in microseconds since the start barrier; null: all of it is.</summary>
    public long? CompleteUntilUs { get; init; }
}

/// <summary>How often the lock tables were looked at, so that everybody can tell what may have been missed.</summary>
/// <param name="Count">Looks.</param>
/// <param name="EveryMs">The time from one to the next, on average; 0 without any.</param>
/// <param name="Problem">Why there were none, or no more of them; null: nothing went wrong.</param>
public sealed record LockLooks(int Count, double EveryMs, string? Problem)
{
    /// <summary>Nobody looked.</summary>
    public static LockLooks None { get; } = new(0, 0, null);
}

/// <summary>
/// The time that statements spent waiting for locks, over all workers: two estimates of the same thing, not to be added up. Neither is exact: PostgreSQL does not tell a client how long it waited.
/// </summary>
/// <param name="Seen">How many waiting statements the looks saw; one that was seen at two looks counts twice.</param>
/// <param name="SampledMs">Each of them stands for the time from one look to the next: their number times <see cref="LockLooks.EveryMs"/>. Of at most 32 waits at a look, and only while somebody looked. Null: fewer than <see cref="LeastLooks"/> looks tell nothing.</param>
/// <param name="Inferred">How many statements took so long, while another attempt held their key in a transaction, that they must have waited; also those that were seen.</param>
/// <param name="InferredMs">By how much they took longer than a tenth of that statement's runs did. What others held in another way is not in it.</param>
public sealed record LockWaitTime(int Seen, double? SampledMs, int Inferred, double InferredMs)
{
    /// <summary>How many looks an estimate needs.</summary>
    public const int LeastLooks = 10;

    /// <summary>Nobody looked, and times imply nothing.</summary>
    public static LockWaitTime None { get; } = new(0, null, 0, 0);
}

/// <summary>On what a finding stands.</summary>
public enum Evidence
{
    /// <summary>The table's rows say so.</summary>
    Rows,

    /// <summary>It was seen in the lock tables at one of the looks.</summary>
    Sampled,

    /// <summary>The times in the race's log imply it.</summary>
    Inferred,
}

/// <summary>How a key came to have more than one row.</summary>
/// <param name="Key">The contended value.</param>
/// <param name="Rows">How many rows the table has.</param>
/// <param name="Winners">The attempts whose rows they are, by when they wrote; fewer than rows where one made several, or where the log does not reach so far.</param>
/// <param name="Order">The same order as a schedule for the stepper, of at most four sessions; empty where there is none.</param>
/// <param name="Sessions">How many sessions that schedule has.</param>
public sealed record KeyFinding(string Key, int Rows, IReadOnlyList<Winner> Winners, IReadOnlyList<ScheduledStep> Order, int Sessions);

/// <summary>An attempt that left a row.</summary>
/// <param name="Story">All of it.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Look">The last time it looked before it wrote; null: it did not look.</param>
/// <param name="Write">The statement that wrote; null where the log has none that did.</param>
/// <param name="Commit">The COMMIT that made it visible to others; null where the statement did so itself.</param>
public sealed record Winner(AttemptStory Story, int Rows, StepRun? Look, StepRun? Write, StepRun? Commit)
{
    /// <summary>When others could see the row at the latest: its COMMIT was answered, or the statement itself.</summary>
    [JsonIgnore]
    public long? VisibleUs => Commit?.EndUs ?? Write?.EndUs;

    /// <summary>The race window: from the look's answer to the moment in which the write was sent. Null without a look.</summary>
    [JsonIgnore]
    public (long FromUs, long ToUs)? Window => Look is { } look && Write is { } write ? (look.EndUs, write.StartUs) : null;
}

/// <summary>A rejected statement and whom it collided with.</summary>
/// <param name="Story">The attempt that met the rejection.</param>
/// <param name="Run">The statement.</param>
/// <param name="With">The other one; null where neither rows nor looks nor times tell.</param>
/// <param name="WithRun">What the other one had run; null where that is not known.</param>
/// <param name="Evidence">How that is known.</param>
public sealed record RejectionFinding(AttemptStory Story, StepRun Run, AttemptStory? With, StepRun? WithRun, Evidence Evidence);

/// <summary>A wait for a lock and who held it.</summary>
/// <param name="Worker">Who waited, from 1.</param>
/// <param name="Attempt">In which attempt.</param>
/// <param name="Key">For which key.</param>
/// <param name="Run">The statement that waited.</param>
/// <param name="On">What for: a <c>wait_event</c> such as transactionid; empty where it is inferred.</param>
/// <param name="Holders">Who held it.</param>
/// <param name="Looks">At how many looks it was seen; 0 where it is inferred.</param>
/// <param name="Evidence"><see cref="Evidence.Sampled"/> or <see cref="Evidence.Inferred"/>.</param>
public sealed record WaitFinding(
    int Worker, long Attempt, string Key, StepRun Run, string On, IReadOnlyList<Holder> Holders, int Looks, Evidence Evidence);

/// <summary>Who held what another one waited for.</summary>
/// <param name="Worker">From 1.</param>
/// <param name="Attempt">Its attempt; null where it is not known.</param>
/// <param name="Took">The statement of its transaction that may have taken the lock; null where none is known: it may only be ahead in the queue.</param>
public sealed record Holder(int Worker, long? Attempt, StepRun? Took);
