using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>A wrong idea of which orders stand for others: it forgets one condition, and is right in everything else.</summary>
/// <param name="Forgets">What it forgets.</param>
/// <param name="Case">The file in <c>cases</c> that catches it.</param>
/// <param name="Change">From the right reduction.</param>
internal sealed record Mutation(string Forgets, string Case, Func<Reduction, Reduction> Change);

/// <summary>The wrong ideas that the cases have to catch.</summary>
internal static class Mutations
{
    private static readonly Func<ProgramStep, bool> Anything = static _ => true;
    private static readonly Func<ProgramStep, bool> Begins = static s => s is { Kind: StepKind.Begin, InTransaction: false };
    private static readonly Func<ProgramStep, bool> Commits = static s => s is { Kind: StepKind.Commit, InTransaction: false };
    private static readonly Func<ProgramStep, bool> RollsBack = static s => s.Kind == StepKind.Rollback;
    private static readonly Func<ProgramStep, bool> Reads = static s => s.Sql is { MayWrite: false };
    private static readonly Func<ProgramStep, bool> Writes = static s => s.Kind == StepKind.Statement && s.Sql is { MayWrite: true };

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Mutation> All =
    [
        Pair("that a COMMIT shows rows", "check-then-insert-inside", Commits, Reads),
        Pair("that a COMMIT gives locks back", "deletes-and-counts", Commits, Writes),
        Pair("that two writes of one row wait for each other", "deletes-and-counts", Writes, Writes),
        Pair("that a write outside of a transaction is seen at once", "check-then-insert", Writes, Reads),
        Pair("that a ROLLBACK gives locks back", "rollback-lets-go", RollsBack, Anything),
        Pair("that a read can fail, and give locks back", "failing-read", Says("1 / (n - 5)"), Writes),
        Pair("that FOR UPDATE locks", "row-lock", Says("FOR UPDATE"), Anything),
        Pair("that SKIP LOCKED sees locks", "skip-locked", Says("SKIP LOCKED"), Anything),
        Pair("that NOWAIT meets locks", "no-wait", Says("NOWAIT"), Anything),
        Pair("that LOCK TABLE locks", "table-lock", Says("LOCK TABLE"), Anything),
        Pair("that ACCESS EXCLUSIVE keeps readers out", "readers-kept-out", Says("LOCK TABLE"), Reads),
        Pair("that TRUNCATE keeps readers out", "truncated", Says("TRUNCATE"), Reads),
        Pair("that advisory locks lock", "advisory-lock", Says("advisory"), Anything),
        Pair("that a session lock is given back before COMMIT", "unlocked-before-commit", Says("advisory_unlock"), Anything),
        Pair("that a view can lock", "view-that-locks", Says("locked"), Anything),
        Pair("that a function can lock", "function-that-locks", Says("hold("), Anything),
        Pair("that a function need not be what it is called", "called-immutable", Says("hold("), Anything),
        Pair("that a policy can lock", "policy-that-locks", Says("SELECT k FROM item"), Anything),
        Pair("that an operator can lock", "operator-that-locks", Says("==="), Anything),
        Pair("that a domain can lock", "domain-that-locks", Says("careful"), Anything),
        Pair("that an aggregate can lock", "aggregate-that-locks", Says("holding"), Anything),
        Pair("that a trigger does more than its statement", "trigger-that-counts", Says("is_called"), Writes),
        Pair("that a sequence is no table", "sequence-read", Says("is_called"), Writes),
        Pair("that numbers of a sequence are given in turn", "numbers-taken", Says("nextval"), Says("nextval")),
        Pair("that transaction numbers are given in turn", "transaction-numbers", Says("txid_current"), Says("txid_current")),
        Pair("that system columns show what is not committed", "system-column", Says("xmax"), Writes),
        Pair("that pg_locks shows what is not committed", "lock-table-read", Says("pg_locks"), Writes),
        Pair("that pg_stat_activity shows who has begun", "activity-read", Says("pg_stat_activity"), Begins),
        Pair("that now() is the time of BEGIN", "cursor-by-time", Begins, Anything),
        Pair("that two readings of the clock differ", "clock-without-parentheses", Says("CURRENT_TIMESTAMP"), Says("CURRENT_TIMESTAMP")),
        Pair("that definitions are seen and wait", "made-if-missing", Says("CREATE TABLE"), Anything),
        Alike("that a statement orders by the attempt", "lowest-attempt-wins"),
        Alike("that a function computes with the attempt", "greater-than-nothing"),
        Alike("that a statement is told the worker", "worker-stored"),
        Alike("that an invariant asks for the worker", "worker-judged"),
        Alike("that an invariant compares attempts", "numbers-in-turn"),
        Alike("that rows are found by the attempt", "rows-by-attempt"),
        Alike("that a CHECK looks at the attempt", "check-by-attempt"),
        Alike("that a generated column computes with the attempt", "generated-from-attempt"),
        Alike("that a 'when' asks for the attempt", "asked-by-when"),
        Alike("that values are drawn for each attempt", "drawn-in-turn"),
    ];

    private static Func<ProgramStep, bool> Says(string words) => step => step.Sql?.Written.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;

    private static Mutation Pair(string forgets, string caught, Func<ProgramStep, bool> one, Func<ProgramStep, bool> other) => new(forgets, caught, right => right with
    {
        Independent = (a, b) => right.Independent(a, b) || (one(a) && other(b)) || (one(b) && other(a)),
    });

    private static Mutation Alike(string forgets, string caught) => new(forgets, caught, right => right with { Alike = true });
}
