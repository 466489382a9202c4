using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Which steps of two sessions may change places without anybody noticing. Conservative: what is not known to be independent is dependent.
/// Two steps are independent where
/// <list type="bullet">
/// <item>one of them is BEGIN: it takes no snapshot and no lock on anything that others use; the transaction's first statement does
/// (<see href="https://www.postgresql.org/docs/current/sql-begin.html">BEGIN</see>,
/// <see href="https://www.postgresql.org/docs/current/transaction-iso.html">transaction isolation</see>);</item>
/// <item>one of them is a delivery: a connection is opened, and nothing is sent over it yet;</item>
/// <item>both are plain reads, and neither is SERIALIZABLE, where reads leave predicate locks that a later write may trip over
/// (<see href="https://www.postgresql.org/docs/current/transaction-iso.html#XACT-SERIALIZABLE">serializable isolation level</see>);</item>
/// <item>one is a plain read, neither is SERIALIZABLE, and the other is an INSERT, UPDATE, DELETE or MERGE inside a transaction: what is not
/// committed is not seen, and reading waits for no row lock
/// (<see href="https://www.postgresql.org/docs/current/explicit-locking.html">explicit locking</see>).</item>
/// <item>one enters or leaves a mutex or a shared call of the application, or takes a connection, and the other is a statement: the database knows nothing of the
/// former, and the application nothing of the latter. Not where taking a connection resets its session, which may free locks.</item>
/// </list>
/// Everything else is dependent: whatever time does (a standby that replays, a lease that runs out), and a statement that ends sessions, with every step; two writes, anything with a COMMIT, a ROLLBACK, a crash or a savepoint, statements that commit by themselves with
/// whatever reads, locking reads, two steps of the application, giving a connection back, and every statement that calls a function, since a function may lock or write.
/// </summary>
public static partial class Independence
{
    private static readonly HashSet<string> HarmlessBeforeParenthesis = new(StringComparer.OrdinalIgnoreCase)
    {
        "into", "values", "conflict", "in", "exists", "and", "or", "not", "where", "from", "as", "on", "select", "set", "by", "having", "when", "then", "else",
        "count", "sum", "min", "max", "avg", "coalesce", "greatest", "least", "lower", "upper",
    };

    /// <summary>Whether steps of two different sessions are independent.</summary>
    public static bool Holds(ProgramStep a, ProgramStep b)
    {
        if (a.IsTimesOwn || b.IsTimesOwn || a.Sql is { EndsSessions: true } || b.Sql is { EndsSessions: true }) return false;
        var (x, y) = (KindOf(a), KindOf(b));
        if (x == Effect.Unnoticed || y == Effect.Unnoticed) return true;
        if ((IsAside(a) && b.Sql is not null) || (IsAside(b) && a.Sql is not null)) return true;
        if (IsWatched(a) || IsWatched(b)) return false;
        return (x, y) is (Effect.Reads, Effect.Reads) or (Effect.Reads, Effect.WritesUnseen) or (Effect.WritesUnseen, Effect.Reads);
    }

    private static Effect KindOf(ProgramStep step)
    {
        if (step.Kind == StepKind.Delivery || (step.Kind == StepKind.Begin && !step.InTransaction)) return Effect.Unnoticed;
        if (step.Kind != StepKind.Statement || CallsSomething(step.Sql!.Numbered)) return Effect.Other;
        if (Read().IsMatch(step.Sql.Numbered)) return Locks().IsMatch(step.Sql.Numbered) ? Effect.Other : Effect.Reads;
        return step.InTransaction && Write().IsMatch(step.Sql.Numbered) ? Effect.WritesUnseen : Effect.Other;
    }

    /// <summary>Whether a name stands in front of a parenthesis that is neither a table's column list nor known to do nothing but compute.</summary>
    private static bool CallsSomething(string sql) => NameBeforeParenthesis().Matches(ColumnList().Replace(sql, "INTO ("))
        .Any(match => !HarmlessBeforeParenthesis.Contains(match.Groups[1].Value));

    private static bool IsAside(ProgramStep step) => step.Gate switch
    {
        null => false,
        { Connection: { } use } => step.Kind == StepKind.Enter && use.Reset != PoolReset.WhenTaken,
        _ => true,
    };

    // A transaction that asks for no level gets the server's default, which may be SERIALIZABLE.
    private static bool IsWatched(ProgramStep step) =>
        step.Kind == StepKind.Statement && step.InTransaction && step.Isolation is null or IsolationLevel.Serializable;

    private enum Effect
    {
        Other,
        Unnoticed,
        Reads,
        WritesUnseen,
    }

    [GeneratedRegex(@"^SELECT\b", RegexOptions.IgnoreCase)]
    private static partial Regex Read();

    [GeneratedRegex(@"^(INSERT|UPDATE|DELETE|MERGE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Write();

    [GeneratedRegex(@"\bFOR\s+(NO\s+KEY\s+UPDATE|UPDATE|SHARE|KEY\s+SHARE)\b|\bINTO\b", RegexOptions.IgnoreCase)]
    private static partial Regex Locks();

    [GeneratedRegex(@"\bINTO\s+[\w."" ]+\(", RegexOptions.IgnoreCase)]
    private static partial Regex ColumnList();

    [GeneratedRegex(@"([\w""]+)\s*\(")]
    private static partial Regex NameBeforeParenthesis();
}
