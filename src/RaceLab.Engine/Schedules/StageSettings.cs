using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Schedules;

/// <summary>How a stage differs by who plays on it.</summary>
internal sealed record StageSettings
{
    /// <summary>How often a block is run again at most; null: as often as the program says.</summary>
    public int? RetriesAtMost { get; init; }

    /// <summary>Whether more than one schedule is played on it, or one again, each from the same start.</summary>
    public bool PlaysAgain { get; init; }

    /// <summary>What its connections are for.</summary>
    public PermitUse Use { get; init; } = PermitUse.Load;

    /// <summary>How many rows of each answer are kept.</summary>
    public int KeptRows { get; init; }

    /// <summary>How long a statement may wait for a lock, and a transaction for its next statement.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer than a session waits before it looks for a deadlock that look may take: on a busy server more than usual.</summary>
    public TimeSpan DeadlockCheckTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a session waits before it looks for a deadlock, where the lab may say so; null: as long as the server says. Nobody looks on where thousands of
    /// schedules are played, and a second for each deadlock would be most of their time.
    /// </summary>
    public TimeSpan? DeadlockTimeout { get; init; }
}
