using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>All that there is to see of a stepped run at one moment. It does not change; the next moment is another one.</summary>
public sealed record StepperState
{
    /// <summary>What can be done with it.</summary>
    public StepperPhase Phase { get; init; } = StepperPhase.Opening;

    /// <summary>The turns that were taken, in order.</summary>
    public IReadOnlyList<TakenTurn> Turns { get; init; } = [];

    /// <summary>What is left of the schedule behind them: it was undone, or the schedule came from a link and is not played that far.</summary>
    public IReadOnlyList<ScheduledStep> Ahead { get; init; } = [];

    /// <summary>The sessions, the first one first.</summary>
    public IReadOnlyList<SessionState> Sessions { get; init; } = [];

    /// <summary>What the environment could do now: a delivery to each session whose attempt was not answered well and may arrive again, and what time could do.</summary>
    public IReadOnlyList<ScheduledStep> Environment { get; init; } = [];

    /// <summary>What speaks to PostgreSQL for the sessions; null while they are being opened.</summary>
    public RaceEngine? Engine { get; init; }

    /// <summary>What is committed.</summary>
    public Look? Committed { get; init; }

    /// <summary>What the sessions hold and wait for.</summary>
    public IReadOnlyList<HeldLock> Locks { get; init; } = [];

    /// <summary>What came of it, once every session's attempt has ended and none will be delivered again.</summary>
    public ScheduleResult? Result { get; init; }

    /// <summary>Why something that was asked for was not done, or why the run was ended; null: nothing of the kind.</summary>
    public string? Notice { get; init; }

    /// <summary>When the run will be ended and its locks given back, if nobody takes a turn before.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>The whole schedule: taken turns and those ahead.</summary>
    public IReadOnlyList<ScheduledStep> Schedule => [.. Turns.Select(t => t.Entry), .. Ahead];
}

/// <summary>What can be done with a stepped run.</summary>
public enum StepperPhase
{
    /// <summary>Its database and its sessions are being made, or it stands in the queue for connections.</summary>
    Opening,

    /// <summary>A turn is being taken, or turns are being replayed.</summary>
    Busy,

    /// <summary>It waits for a turn.</summary>
    Ready,

    /// <summary>Its sessions are closed; <see cref="StepperState.Notice"/> says why. What was seen stays to be seen.</summary>
    Closed,
}

/// <summary>A turn that was taken: a session sent a statement or crashed, or its attempt was delivered again.</summary>
/// <param name="Entry">Which session and which step, as a schedule writes it.</param>
/// <param name="Step">The step; <see cref="ProgramStep.Delivery"/> for a delivery.</param>
/// <param name="Result">What came back; null: it still waits.</param>
/// <param name="BlockedBy">The sessions that it had to wait for, or waits for.</param>
/// <param name="ReturnedAt">The turn, counted from 0, with which it came back: its own, or the one that let it go; null: it still waits.</param>
public sealed record TakenTurn(ScheduledStep Entry, ProgramStep Step, PlayedStep? Result, IReadOnlyList<int> BlockedBy, int? ReturnedAt)
{
    /// <summary>Whether its statement had to wait for another session.</summary>
    public bool HadToWait => BlockedBy.Count > 0;
}

/// <summary>A session at one moment.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Next">The step that is next, or that waits; null once the attempt has ended, and until it is delivered again.</param>
/// <param name="Wait">What it waits for; null: it does not wait.</param>
/// <param name="Outcome">What the caller was told; null while the attempt goes on, or will be delivered again.</param>
/// <param name="Error">The error that ended the attempt, or was handled last.</param>
/// <param name="Retries">How often a block was run again.</param>
/// <param name="IsInTransaction">Whether a transaction is open.</param>
/// <param name="Values">The attempt's values by the program's variables.</param>
/// <param name="Sees">What it would see of the table now.</param>
public sealed record SessionState(
    int Number,
    ProgramStep? Next,
    LockWait? Wait,
    Outcome? Outcome,
    SqlError? Error,
    int Retries,
    bool IsInTransaction,
    IReadOnlyList<string?> Values,
    Look Sees)
{
    /// <summary>How often its attempt has arrived: 1 at first.</summary>
    public int Delivery { get; init; } = 1;

    /// <summary>Whether it can do nothing until the environment delivers its attempt again.</summary>
    public bool AwaitsDelivery { get; init; }

    /// <summary>Whether it can take a turn of its own.</summary>
    public bool IsReady => Next is not null && Wait is null;
}

/// <summary>A session's wait for a lock.</summary>
/// <param name="For">What it waits for; null where the lock tables no longer name it.</param>
/// <param name="On">Whom it waits for.</param>
public sealed record LockWait(HeldLock? For, IReadOnlyList<LockHolder> On);

/// <summary>Who stands in the way of a session that waits.</summary>
/// <param name="Session">Its number.</param>
/// <param name="TakenAt">The step with which it took the lock; null where it holds none: it is ahead in the queue.</param>
public sealed record LockHolder(int Session, ScheduledStep? TakenAt)
{
    /// <summary>In the place of a session: a connection that lies in a pool of the application. It cannot let go what it holds.</summary>
    public const int Pool = 0;
}

/// <summary>A line of <c>pg_locks</c>, or what the application holds beside it.</summary>
/// <param name="Session">Who holds it or waits for it; <see cref="LockHolder.Pool"/>: a connection in the pool.</param>
/// <param name="Kind">The <c>locktype</c>, such as relation, transactionid or advisory; in the application one of <see cref="GateWords"/>.</param>
/// <param name="Target">What is locked.</param>
/// <param name="Mode">Such as ExclusiveLock.</param>
/// <param name="IsGranted">False: waits for it.</param>
/// <param name="TakenAt">The turn's step with which it first appeared.</param>
public sealed record HeldLock(int Session, string Kind, string Target, string Mode, bool IsGranted, ScheduledStep? TakenAt);
