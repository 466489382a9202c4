using RaceLab.Engine.Content;

namespace RaceLab.Engine.Races;

/// <summary>How hard a strategy is raced. Values outside their ranges are named by <see cref="Validate"/>, never adjusted in silence.</summary>
public sealed record Workload
{
    /// <summary>The most workers that one race may have.</summary>
    public const int MaximumWorkers = 200;

    /// <summary>The most keys.</summary>
    public const int MaximumKeys = 100_000;

    /// <summary>The most attempts that one worker may be given.</summary>
    public const int MaximumAttempts = 100_000;

    /// <summary>The most attempts of all workers together; a race with a duration ends early there, and says so.</summary>
    public const int MaximumTotalAttempts = 1_000_000;

    /// <summary>The longest duration.</summary>
    public static readonly TimeSpan MaximumDuration = TimeSpan.FromMinutes(2);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan MaximumPause = TimeSpan.FromSeconds(1);

    private static readonly string PauseRange = $"The pause must lie between 0 and {MaximumPause.TotalMilliseconds:N0} ms, the shorter end first.";

    /// <summary>Concurrent actors, each with its own connection: 1 to 200.</summary>
    public int Workers { get; init; } = 20;

    /// <summary>Different contention keys: 1 to 100,000.</summary>
    public int Keys { get; init; } = 1000;

    /// <summary>Which key an attempt is for.</summary>
    public KeyDistribution Distribution { get; init; } = KeyDistribution.InTurn;

    /// <summary>Attempts of each worker, 1 to 100,000; null where <see cref="Duration"/> ends the race.</summary>
    public int? Attempts { get; init; }

    /// <summary>How long workers go on, over 0 to 2 minutes; null where <see cref="Attempts"/> ends the race.</summary>
    public TimeSpan? Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The shortest pause in the race window: 0 to 1 s.</summary>
    public TimeSpan PauseLow { get; init; } = TimeSpan.Zero;

    /// <summary>The longest pause in the race window, not below <see cref="PauseLow"/>; each pause is drawn evenly between the two.</summary>
    public TimeSpan PauseHigh { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Null: each worker begins its next attempt as soon as it is through with the last one. Otherwise, over 0 and up to 1 s, all wait for each other before each attempt, and
    /// each then begins at a time of its own, drawn evenly from this spread: as requests for one thing come in that nobody has sent together. Only with <see cref="Attempts"/>.
    /// </summary>
    public TimeSpan? ArrivalSpread { get; init; }

    /// <summary>
    /// PostgreSQL's <c>synchronous_commit</c>: on waits for the disk at each commit, as servers do by default
    /// (<see href="https://www.postgresql.org/docs/current/runtime-config-wal.html">WAL settings</see>).
    /// </summary>
    public bool SynchronousCommit { get; init; } = true;

    /// <summary>What speaks to PostgreSQL.</summary>
    public RaceEngine Engine { get; init; } = RaceEngine.Npgsql;

    /// <summary>Where keys and pauses are drawn from. The order in which the server meets the statements is never drawn: that is the race.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The workload that content finds usual for a scenario.</summary>
    public static Workload From(UsualWorkload usual) => new()
    {
        Workers = usual.Workers,
        Keys = usual.Keys,
        Attempts = usual.Attempts,
        Duration = null,
        PauseLow = usual.PauseLow,
        PauseHigh = usual.PauseHigh,
        Seed = usual.Seed,
    };

    /// <summary>What is out of range: nothing where the workload can be raced.</summary>
    public IEnumerable<WorkloadProblem> Validate()
    {
        if (Workers is < 1 or > MaximumWorkers)
            yield return new(nameof(Workers), $"Workers must be between 1 and {MaximumWorkers}, and {Workers} is not.");
        if (Keys is < 1 or > MaximumKeys)
            yield return new(nameof(Keys), $"Keys must be between 1 and {MaximumKeys:N0}, and {Keys} is not.");
        if (!Enum.IsDefined(Distribution))
            yield return new(nameof(Distribution), "Keys are drawn in turn, uniformly, or mostly from one hot key.");
        if (!Enum.IsDefined(Engine))
            yield return new(nameof(Engine), "A race is run by Npgsql or by the wire engine.");
        if (Attempts is null == Duration is null)
            yield return new(nameof(Attempts), "A race ends after a number of attempts for each worker or after a time: give one of the two.");
        if (Attempts is < 1 or > MaximumAttempts)
            yield return new(nameof(Attempts), $"Attempts for each worker must be between 1 and {MaximumAttempts:N0}, and {Attempts} is not.");
        else if ((long?)Attempts * Workers > MaximumTotalAttempts)
            yield return new(nameof(Attempts), $"{Workers} workers with {Attempts} attempts each are more than the {MaximumTotalAttempts:N0} that one race records.");
        if (Duration is { } duration && (duration <= TimeSpan.Zero || duration > MaximumDuration))
            yield return new(nameof(Duration), $"The duration must be over 0 s and at most {MaximumDuration.TotalSeconds} s.");
        if (ArrivalSpread is { } spread && (spread <= TimeSpan.Zero || spread > MaximumPause))
            yield return new(nameof(ArrivalSpread), $"The spread of arrivals must be over 0 and at most {MaximumPause.TotalMilliseconds:N0} ms.");
        else if (ArrivalSpread is not null && Attempts is null)
            yield return new(nameof(ArrivalSpread), "Workers can wait for each other only where each has the same number of attempts: give attempts, and no duration.");
        if (PauseLow < TimeSpan.Zero || PauseLow > MaximumPause) yield return new(nameof(PauseLow), PauseRange);
        else if (PauseHigh < PauseLow || PauseHigh > MaximumPause) yield return new(nameof(PauseHigh), PauseRange);
    }
}

/// <summary>One value that is out of range.</summary>
/// <param name="Property">The property of <see cref="Workload"/> that it is about.</param>
/// <param name="Message">A sentence for the person who chose it.</param>
public sealed record WorkloadProblem(string Property, string Message);

/// <summary>Which key an attempt is for.</summary>
public enum KeyDistribution
{
    /// <summary>Every worker visits keys 1, 2, 3 … in order, so that all meet at the same key at nearly the same time.</summary>
    InTurn,

    /// <summary>Every key is as likely as any other.</summary>
    Uniform,

    /// <summary>Eight attempts of ten go to key 1, the rest evenly to the others.</summary>
    HotKey,
}

/// <summary>What speaks to PostgreSQL in a race.</summary>
public enum RaceEngine
{
    /// <summary>Npgsql's asynchronous calls: what an application of .NET sees.</summary>
    Npgsql,

    /// <summary>The lab's own client, with one thread for all workers: what PostgreSQL can do when its client costs little.</summary>
    Wire,
}
