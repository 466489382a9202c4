using Npgsql;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Says from outside who waits for whom, from the server's lock tables: never from slowness
/// (<see href="https://www.postgresql.org/docs/current/functions-info.html">pg_blocking_pids</see>).
/// </summary>
internal sealed class LockWatcher : IAsyncDisposable
{
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
        ((NpgsqlParameter<int>)_blockers.Parameters[0]).TypedValue = processId;
        return (int[])(await _blockers.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _blockers.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }
}
