using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Says from outside who waits for whom, from the server's lock tables: never from slowness
/// (<see href="https://www.postgresql.org/docs/current/functions-info.html">pg_blocking_pids</see>,
/// <see href="https://www.postgresql.org/docs/current/view-pg-locks.html">pg_locks</see>).
/// </summary>
internal sealed class LockWatcher : IAsyncDisposable
{
    // A transaction's lock on its own virtual id is there from its first statement and says nothing.
    private const string AllLocks = """
        SELECT l.pid, l.locktype, l.mode, l.granted,
               CASE l.locktype
                   WHEN 'relation' THEN format('%s %s', CASE c.relkind WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' ELSE 'table' END, coalesce(c.relname, l.relation::text))
                   WHEN 'tuple' THEN format('row (%s,%s) of %s', l.page, l.tuple, coalesce(c.relname, l.relation::text))
                   WHEN 'page' THEN format('page %s of %s', l.page, coalesce(c.relname, l.relation::text))
                   WHEN 'extend' THEN coalesce(c.relname, l.relation::text)
                   WHEN 'transactionid' THEN l.transactionid::text
                   WHEN 'virtualxid' THEN l.virtualxid
                   WHEN 'advisory' THEN CASE l.objsubid WHEN 2 THEN format('(%s, %s)', l.classid::bigint::int4, l.objid::bigint::int4)
                                                        ELSE ((l.classid::bigint << 32) | l.objid::bigint)::text END
                   ELSE coalesce(l.objid::text, l.transactionid::text, '')
               END
        FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
        WHERE l.pid = ANY ($1)
          AND NOT (l.locktype = 'virtualxid' AND l.granted)
          AND (c.relnamespace IS NULL OR c.relnamespace <> 'pg_catalog'::regnamespace)
        ORDER BY l.pid, NOT l.granted, l.locktype, 5, l.mode
        """;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _blockers;

    private LockWatcher(NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlCommand blockers)
    {
        _source = source;
        _connection = connection;
        _blockers = blockers;
    }

    public static async Task<LockWatcher> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var blockers = new NpgsqlCommand("SELECT pg_catalog.pg_blocking_pids($1)", connection);
        blockers.Parameters.Add(new NpgsqlParameter<int>());
        await blockers.PrepareAsync(cancellation).ConfigureAwait(false);
        return new LockWatcher(source, connection, blockers);
    }

    /// <summary>The processes that hold, or are ahead in the queue for, what a process waits for; empty where it does not wait.</summary>
    public async Task<int[]> BlockersOfAsync(int processId, CancellationToken cancellation)
    {
        AnswerReader.RefuseClosed(_connection);
        ((NpgsqlParameter<int>)_blockers.Parameters[0]).TypedValue = processId;
        return (int[])(await _blockers.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Whether a process is still there. One that is not has given everything back: a process that ends rolls back and releases its locks first.
    /// </summary>
    public async Task<bool> IsThereAsync(int processId, CancellationToken cancellation)
    {
        AnswerReader.RefuseClosed(_connection);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1)", _connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = processId });
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>Ends the statement that a process waits with, as its time-out would (57014).</summary>
    public async Task CancelAsync(int processId, CancellationToken cancellation)
    {
        AnswerReader.RefuseClosed(_connection);
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_cancel_backend($1)", _connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = processId });
        await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>What processes hold and wait for.</summary>
    public async Task<IReadOnlyList<ProcessLock>> LocksOfAsync(int[] processIds, CancellationToken cancellation)
    {
        AnswerReader.RefuseClosed(_connection);
        await using var command = new NpgsqlCommand(AllLocks, _connection);
        command.Parameters.Add(new NpgsqlParameter { Value = processIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var locks = new List<ProcessLock>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            locks.Add(new ProcessLock(reader.GetInt32(0), reader.GetString(1), reader.GetString(4), reader.GetString(2), reader.GetBoolean(3)));
        return locks;
    }

    public async ValueTask DisposeAsync()
    {
        await _blockers.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>A line of <c>pg_locks</c>, or what the application holds beside it.</summary>
/// <param name="ProcessId">Who holds it or waits for it; in the application, minus the session's number.</param>
/// <param name="Kind">The <c>locktype</c>; in the application mutex, single-flight or connection.</param>
/// <param name="Target">What is locked, in a few words.</param>
/// <param name="Mode">Such as ExclusiveLock.</param>
/// <param name="IsGranted">False: waits for it.</param>
internal readonly record struct ProcessLock(int ProcessId, string Kind, string Target, string Mode, bool IsGranted);
