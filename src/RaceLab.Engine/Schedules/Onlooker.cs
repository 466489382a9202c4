using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Looks at the table through a session's eyes without changing what will happen: inside a savepoint, whose rollback gives back the locks that
/// reading takes, or, where reading itself would count, through a copy of the session's snapshot.
/// </summary>
/// <param name="connection">Open, as the race's own role; stays the caller's.</param>
/// <param name="rows">The query for what is to be seen.</param>
/// <param name="most">How many rows to keep.</param>
internal sealed class Onlooker(NpgsqlConnection connection, string rows, int most)
{
    private const string Briefly = "SET LOCAL lock_timeout = '200ms'";

    private readonly string _query = $"SELECT * FROM (\n{rows}\n) AS seen";

    /// <summary>What is committed.</summary>
    public Task<Look> CommittedAsync(CancellationToken cancellation) => ReadAsync(LookKind.Committed, "BEGIN", null, cancellation);

    /// <summary>What a session would see of the table now.</summary>
    public Task<Look> LookAsync(SteppedSession session, CancellationToken cancellation) => session switch
    {
        { IsWaiting: true } => Task.FromResult(new Look(LookKind.Waiting, null)),
        { IsEnded: true } => Task.FromResult(new Look(LookKind.Unreadable, null, "The server has ended this session. Its program does not know yet.")),
        { IsInTransaction: false } => Task.FromResult(new Look(LookKind.Committed, null)),
        { Next.Kind: StepKind.Rollback } or { IsUndoing: true } or { HasSwallowed: true } => Task.FromResult(new Look(LookKind.Failed, null)),
        { Isolation: null or IsolationLevel.ReadCommitted } => AskAsync(session),
        { HasSnapshot: false } => Task.FromResult(new Look(LookKind.NotYet, null)),
        { Isolation: IsolationLevel.Serializable } => CopyAsync(session, cancellation),
        _ => AskAsync(session),
    };

    private async Task<Look> AskAsync(SteppedSession session)
    {
        await session.AskAsync("SAVEPOINT racelab_look").ConfigureAwait(false);
        try
        {
            await session.AskAsync(Briefly).ConfigureAwait(false);
            return new Look(LookKind.Own, await session.AskAsync(_query).ConfigureAwait(false));
        }
        catch (PostgresException refused)
        {
            return Unreadable(refused);
        }
        finally
        {
            await session.AskAsync("ROLLBACK TO SAVEPOINT racelab_look").ConfigureAwait(false);
            await session.AskAsync("RELEASE SAVEPOINT racelab_look").ConfigureAwait(false);
        }
    }

    private async Task<Look> CopyAsync(SteppedSession session, CancellationToken cancellation)
    {
        // A savepoint's transaction cannot hand out its snapshot, and the attempt to would make it fail.
        if (session.IsInSavepoint) return new Look(LookKind.Unreadable, null, "Inside a savepoint of a SERIALIZABLE transaction nobody can look without being noticed.");
        var exported = await session.AskAsync("SELECT pg_export_snapshot()").ConfigureAwait(false);
        return await ReadAsync(LookKind.Snapshot, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", exported.Rows[0][0], cancellation).ConfigureAwait(false);
    }

    private async Task<Look> ReadAsync(LookKind kind, string begin, string? snapshot, CancellationToken cancellation)
    {
        try
        {
            await DoAsync(begin, cancellation).ConfigureAwait(false);
            if (snapshot is not null) await DoAsync($"SET TRANSACTION SNAPSHOT '{snapshot}'", cancellation).ConfigureAwait(false);
            await DoAsync(Briefly, cancellation).ConfigureAwait(false);
            return new Look(kind, await AnswerReader.AskAsync(connection, _query, most, cancellation).ConfigureAwait(false));
        }
        catch (PostgresException refused)
        {
            return Unreadable(refused);
        }
        finally
        {
            if (connection.FullState == System.Data.ConnectionState.Open) await DoAsync("ROLLBACK", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static Look Unreadable(PostgresException refused) => new(LookKind.Unreadable, null, refused.SqlState == PostgresErrorCodes.LockNotAvailable
        ? "The table is locked against every reader just now."
        : $"PostgreSQL says: {refused.MessageText} ({refused.SqlState})");

    private Task<Answer> DoAsync(string sql, CancellationToken cancellation) => AnswerReader.AskAsync(connection, sql, 0, cancellation);
}
