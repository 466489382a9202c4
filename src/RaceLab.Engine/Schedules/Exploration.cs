using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>Every interleaving of a few sessions, executed on a real server and classified.</summary>
public sealed record Exploration
{
    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>The strategy's id.</summary>
    public required string Strategy { get; init; }

    /// <summary>How many sessions there were.</summary>
    public required int Sessions { get; init; }

    /// <summary>
    /// In how many orders the sessions can take their turns, when each takes as many as the longest attempt of its role that was met, crashes and deliveries included, and the environment as many as it took at most; a turn of a session
    /// that has ended is an empty one. Those that cannot be played are among them.
    /// </summary>
    public required BigInteger Orders { get; init; }

    /// <summary>
    /// Orders that cannot be played, because a session whose turn it is waits for a lock. Where the exploration is not complete, those that were
    /// not tried are among them.
    /// </summary>
    public required BigInteger Infeasible { get; init; }

    /// <summary>How many schedules were executed; each stands for all orders that differ from it only in what nobody can notice.</summary>
    public required int Runs { get; init; }

    /// <summary>The different ends, those with violations first, then by number of orders.</summary>
    public required IReadOnlyList<ExploredOutcome> Outcomes { get; init; }

    /// <summary>What was executed, in the order of running: the first <see cref="Explorer.KeptSchedules"/>, so fewer than <see cref="Runs"/> where there were more.</summary>
    public required IReadOnlyList<ExploredSchedule> Schedules { get; init; }

    /// <summary>The invariants' verdicts over all orders, in content's order.</summary>
    public required IReadOnlyList<ExploredInvariant> Invariants { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Such as "15.18".</summary>
    public required string PostgresVersion { get; init; }

    /// <summary>What spoke to PostgreSQL for the sessions.</summary>
    public required RaceEngine Engine { get; init; }

    /// <summary>How often a block was run again at most: exploring follows fewer retries than racing does, and says so.</summary>
    public required int RetriesAtMost { get; init; }

    /// <summary>Whether that limit was met, so that an attempt was given up which in a race would have been tried again.</summary>
    public required bool RetriesCut { get; init; }

    /// <summary>Steps that were played in every order, since what they do is not known: which, and why, in half a sentence each.</summary>
    public IReadOnlyList<string> InEveryOrder { get; init; } = [];

    /// <summary>Whether every order was tried; false where the limit of runs came first.</summary>
    public required bool IsComplete { get; init; }
}

/// <summary>One way in which orders end.</summary>
/// <param name="Rows">Rows in the table.</param>
/// <param name="Violations">Violated keys by invariant.</param>
/// <param name="Told">What the callers were told, sorted: which session was told what does not matter.</param>
/// <param name="SqlStates">SQLSTATEs of rejected statements, sorted, each as often as it came.</param>
/// <param name="Waits">Whether a statement had to wait.</param>
/// <param name="Orders">How many orders end so.</param>
/// <param name="Runs">How many executed schedules stand for them.</param>
/// <param name="Witness">The shortest schedule that ends so; the first of several.</param>
public sealed record ExploredOutcome(
    long Rows,
    IReadOnlyDictionary<string, long> Violations,
    IReadOnlyList<string> Told,
    IReadOnlyList<string> SqlStates,
    bool Waits,
    BigInteger Orders,
    int Runs,
    IReadOnlyList<ScheduledStep> Witness)
{
    /// <summary>Whether any invariant is violated.</summary>
    public bool IsViolation => Violations.Values.Any(v => v > 0);
}

/// <summary>One schedule as it was executed.</summary>
/// <param name="Entries">Who sent what, in the order of sending.</param>
/// <param name="Outcome">How it ended: an index of <see cref="Exploration.Outcomes"/>.</param>
/// <param name="Orders">For how many orders it stands.</param>
public sealed record ExploredSchedule(IReadOnlyList<ExploredEntry> Entries, int Outcome, BigInteger Orders);

/// <summary>One entry of an executed schedule.</summary>
/// <param name="Step">Which session sent which step.</param>
/// <param name="WaitsFor">The sessions that it had to wait for, from the lock tables; empty where it did not wait.</param>
/// <param name="Until">
/// Where it waited, the place, from 0, of the entry with which it could go on; its own place where it did not wait, or was let go before anybody else's turn.
/// </param>
public readonly record struct ExploredEntry(ScheduledStep Step, IReadOnlyList<int> WaitsFor, int Until);

/// <summary>An invariant over all orders.</summary>
/// <param name="Name">Its name in content.</param>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">What the strategy said of it.</param>
/// <param name="Verdict">Whether it was so in every order.</param>
/// <param name="Orders">How many orders violate it.</param>
public sealed record ExploredInvariant(string Name, string Title, Promise Promise, Verdict Verdict, BigInteger Orders);
