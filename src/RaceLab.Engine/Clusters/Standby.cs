using System.Globalization;
using Dapper;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// A hot standby of the private lab cluster, whose replay the lab holds back and lets go
/// (<see href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL">recovery control functions</see>). Replay is held for the whole
/// server, so that whoever rents one has it alone. Disposing it gives it back.
/// </summary>
public sealed class Standby : IAsyncDisposable
{
    private static readonly TimeSpan ReplayPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    private readonly StandbyPool _pool;
    private readonly EmbeddedCluster _cluster;
    private readonly NpgsqlDataSource _primary;
    private readonly NpgsqlDataSource _admin;

    internal Standby(StandbyPool pool, EmbeddedCluster cluster, EmbeddedCluster primary)
    {
        _pool = pool;
        _cluster = cluster;
        _primary = NpgsqlDataSource.Create(AdminTarget.Parse(primary.ConnectionString));
        _admin = NpgsqlDataSource.Create(AdminTarget.Parse(cluster.ConnectionString));
    }

    internal EmbeddedCluster Cluster => _cluster;

    /// <summary>Connects to the same database as the same role, here instead of on the primary.</summary>
    /// <param name="onPrimary">The connection string of a database of the primary.</param>
    public string ConnectionStringFor(string onPrimary)
    {
        var here = new NpgsqlConnectionStringBuilder(_cluster.ConnectionString);
        return new NpgsqlConnectionStringBuilder(onPrimary) { Host = here.Host, Port = here.Port }.ConnectionString;
    }

    /// <summary>Has the standby replay all that the primary has committed by now, and nothing from then on.</summary>
    /// <exception cref="ServerRefusedException">It does not get there, or is gone.</exception>
    public Task ReplayAndHoldAsync(CancellationToken cancellation) => ControlAsync(async (standby, token) =>
    {
        await RunAsync(standby, "SELECT pg_wal_replay_resume()", token).ConfigureAwait(false);
        await AwaitReplayAsync(standby, await MarkAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
        await RunAsync(standby, "SELECT pg_wal_replay_pause()", token).ConfigureAwait(false);

        // Before 14 the server does not say when the request has taken effect; with everything replayed, there is nothing left to be late with.
        var isPaused = _cluster.Version.Major >= 14 ? "SELECT pg_get_wal_replay_pause_state() = 'paused'" : "SELECT pg_is_wal_replay_paused()";
        await AwaitAsync(standby, isPaused, null, token).ConfigureAwait(false);
    }, cancellation);

    /// <summary>Has the standby replay by itself from now on, each commit so long after it was made on the primary.</summary>
    /// <param name="lag">0 or more; 0: as soon as it can. Whole milliseconds count.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The standby is gone.</exception>
    public Task ReplayBehindAsync(TimeSpan lag, CancellationToken cancellation) => ControlAsync(async (standby, token) =>
    {
        await RunAsync(standby, "SELECT pg_wal_replay_resume()", token).ConfigureAwait(false);

        // Tables that were made just now must be there first; and a delay that is not in force yet would let the first commits pass.
        await AwaitReplayAsync(standby, await MarkAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
        var delay = string.Create(CultureInfo.InvariantCulture, $"{(int)lag.TotalMilliseconds}");
        await RunAsync(standby, $"ALTER SYSTEM SET recovery_min_apply_delay = {delay}", token).ConfigureAwait(false);
        await RunAsync(standby, "SELECT pg_reload_conf()", token).ConfigureAwait(false);
        await AwaitAsync(standby, "SELECT setting = @value FROM pg_settings WHERE name = 'recovery_min_apply_delay'", delay, token).ConfigureAwait(false);
    }, cancellation);

    /// <summary>Gives it back. Never throws: one that has gone astray is ended.</summary>
    public ValueTask DisposeAsync() => _pool.ReturnAsync(this);

    internal async ValueTask EndAsync()
    {
        await _admin.DisposeAsync().ConfigureAwait(false);
        await _primary.DisposeAsync().ConfigureAwait(false);
        await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ControlAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReplayPatience);
        try
        {
            var connection = await _admin.OpenConnectionAsync(patience.Token).ConfigureAwait(false);
            await using var closing = connection.ConfigureAwait(false);
            await work(connection, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerRefusedException($"The lab's standby has not replayed what its primary wrote within {ReplayPatience.TotalSeconds} s. Try again: it is replaced by a new one.");
        }
        catch (Exception gone) when (AdminTarget.IsServerTrouble(gone))
        {
            throw new ServerRefusedException($"The lab's standby does not answer. Try again: it is replaced by a new one. {gone.Message}", gone);
        }
    }

    /// <summary>
    /// A place in the primary's log behind everything that is committed. The mark's own commit is written through, and with it whatever stands before it, commits that nobody waited for included.
    /// </summary>
    private async Task<string> MarkAsync(CancellationToken cancellation)
    {
        var connection = await _primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return (await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "SELECT pg_logical_emit_message(true, 'racelab', 'mark')::text", cancellationToken: cancellation)).ConfigureAwait(false))!;
    }

    private static Task AwaitReplayAsync(NpgsqlConnection standby, string mark, CancellationToken cancellation) =>
        AwaitAsync(standby, "SELECT pg_last_wal_replay_lsn() >= @value::pg_lsn", mark, cancellation);

    private static async Task AwaitAsync(NpgsqlConnection standby, string question, string? value, CancellationToken cancellation)
    {
        while (!await standby.ExecuteScalarAsync<bool>(new CommandDefinition(question, new { value }, cancellationToken: cancellation)).ConfigureAwait(false))
            await Task.Delay(PollInterval, cancellation).ConfigureAwait(false);
    }

    private static Task<int> RunAsync(NpgsqlConnection standby, string sql, CancellationToken cancellation) =>
        standby.ExecuteAsync(new CommandDefinition(sql, cancellationToken: cancellation));
}
