using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Which steps of two sessions may change places without anybody noticing. It goes by what is known (<see cref="ProgramFootprint"/>): what is not known to be independent is dependent.
/// Two steps are independent where
/// <list type="bullet">
/// <item>one of them is BEGIN: it takes no snapshot and no lock on anything that others use; the transaction's first statement does
/// (<see href="https://www.postgresql.org/docs/current/sql-begin.html">BEGIN</see>,
/// <see href="https://www.postgresql.org/docs/current/transaction-iso.html">transaction isolation</see>). But <c>now()</c> is the time of BEGIN
/// (<see href="https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT">current date/time</see>), so where any statement reads the clock, BEGINs and those statements keep their order;</item>
/// <item>one of them is a delivery: a connection is opened, and nothing is sent over it yet;</item>
/// <item>both are plain reads, and neither is SERIALIZABLE, where reads leave predicate locks that a later write may trip over
/// (<see href="https://www.postgresql.org/docs/current/transaction-iso.html#XACT-SERIALIZABLE">serializable isolation level</see>);</item>
/// <item>one is a plain read, neither is SERIALIZABLE, and the other is an INSERT, UPDATE, DELETE or MERGE of ordinary tables inside a transaction: what is not
/// committed is not seen, and reading waits for no row lock
/// (<see href="https://www.postgresql.org/docs/current/explicit-locking.html">explicit locking</see>). Neither holds where some step keeps readers out of a table, since reading may wait then; nor the latter where the read may be rejected for a value
/// that it meets, and its transaction may hold locks: it lets go of them then;</item>
/// <item>one enters or leaves a mutex or a shared call of the application, or takes a connection, and the other is a statement: the database knows nothing of the
/// former, and the application nothing of the latter. Not where taking a connection resets its session, which may free locks.</item>
/// </list>
/// Everything else is dependent: every two steps where something is not known of any statement, since that one may change what the others mean; whatever time does (a standby that replays, a lease that runs
/// out), and a statement that ends sessions, likewise; two writes, anything with a COMMIT, a ROLLBACK, a crash or a savepoint, statements that commit by themselves with
/// whatever reads, locking reads, two steps of the application, and giving a connection back.
/// </summary>
internal sealed class Independence(ProgramFootprint program)
{
    /// <summary>Whether steps of two different sessions are independent.</summary>
    public bool Holds(ProgramStep a, ProgramStep b)
    {
        if (a.IsTimesOwn || b.IsTimesOwn || a.Sql is { EndsSessions: true } || b.Sql is { EndsSessions: true }) return false;
        if (!program.IsKnown) return false;
        if (ReadsClock(a) && ReadsClock(b)) return false;
        if (IsUnnoticed(a) || IsUnnoticed(b)) return true;
        if ((IsAside(a) && b.Sql is not null) || (IsAside(b) && a.Sql is not null)) return true;
        if (IsWatched(a) || IsWatched(b) || program.LocksOutReaders) return false;
        return (Reads(a) && Reads(b)) || ReadsBeside(a, b) || ReadsBeside(b, a);
    }

    private static bool IsUnnoticed(ProgramStep step) => step.Kind == StepKind.Delivery || (step.Kind == StepKind.Begin && !step.InTransaction);

    /// <summary>Whether one reads, and goes on in its transaction, and the other writes what nobody sees yet.</summary>
    private bool ReadsBeside(ProgramStep reader, ProgramStep writer) => Reads(reader) && !program.MayLetGo(reader) && WritesUnseen(writer);

    private bool ReadsClock(ProgramStep step) => program.Of(step) is { ReadsClock: true } || (program.ReadsClock && step.Kind == StepKind.Begin && !step.InTransaction);

    private bool Reads(ProgramStep step) => program.Of(step) is { Effect: StatementEffect.Reads };

    private bool WritesUnseen(ProgramStep step) => step.InTransaction && program.Of(step) is { Effect: StatementEffect.Writes };

    private static bool IsAside(ProgramStep step) => step.Gate switch
    {
        null => false,
        { Connection: { } use } => step.Kind == StepKind.Enter && use.Reset != PoolReset.WhenTaken,
        _ => true,
    };

    // A transaction that asks for no level gets the server's default; so does a statement that is its own transaction.
    private bool IsWatched(ProgramStep step) =>
        step.Kind == StepKind.Statement && (step.Isolation == IsolationLevel.Serializable || (step.Isolation is null && program.IsSerializable));
}
