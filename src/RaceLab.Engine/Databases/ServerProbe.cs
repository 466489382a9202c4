using Npgsql;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Databases;

/// <summary>
/// Finds out by trying, in a race's database and as a race's role, what a server really does. A server that speaks PostgreSQL's language may
/// take every statement here and still let both sessions pass.
/// </summary>
internal sealed class ServerProbe(NpgsqlDataSource source, CancellationToken cancellation)
{
    private const string ConstraintName = "racelab_probe_key";

    /// <summary>What the server lacks, with the reason; nothing where all is there.</summary>
    /// <exception cref="NpgsqlException">The server went away meanwhile.</exception>
    public static async Task<IReadOnlyDictionary<ServerBehaviour, string>> FindLacksAsync(string connectionString, CancellationToken cancellation)
    {
        // The waits below are meant to end by these limits: nobody else is in this database.
        var target = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        target.Options = $"{target.Options} -c lock_timeout=150ms -c statement_timeout=5s".Trim();
        var source = NpgsqlDataSource.Create(target);
        await using var closing = source.ConfigureAwait(false);
        var probe = new ServerProbe(source, cancellation);
        var lacks = new Dictionary<ServerBehaviour, string>();
        await TryAsync(ServerBehaviour.AdvisoryLocks, probe.TryAdvisoryLocksAsync).ConfigureAwait(false);
        await TryAsync(ServerBehaviour.UniqueViolations, probe.TryUniqueViolationsAsync).ConfigureAwait(false);
        await TryAsync(ServerBehaviour.SerializationFailures, probe.TrySerializationFailuresAsync).ConfigureAwait(false);
        return lacks;

        async Task TryAsync(ServerBehaviour behaviour, Func<Task<string?>> attempt)
        {
            string? reason;
            try
            {
                reason = await attempt().ConfigureAwait(false);
            }
            catch (PostgresException refused) when (refused.Severity is not ("FATAL" or "PANIC"))
            {
                reason = $"it refuses what they need ({refused.SqlState}: {refused.MessageText})";
            }

            if (reason is not null) lacks[behaviour] = reason;
        }
    }

    private async Task<string?> TryAdvisoryLocksAsync()
    {
        var one = await OpenAsync().ConfigureAwait(false);
        await using var first = one.ConfigureAwait(false);
        var two = await OpenAsync().ConfigureAwait(false);
        await using var second = two.ConfigureAwait(false);
        await RunAsync(one, "BEGIN; SELECT pg_advisory_xact_lock(1)").ConfigureAwait(false);
        await RunAsync(two, "BEGIN").ConfigureAwait(false);
        if (await SqlStateOfAsync(two, "SELECT pg_advisory_xact_lock(1)").ConfigureAwait(false) != PostgresErrorCodes.LockNotAvailable)
            return "two sessions held the same lock at once";
        await RunAsync(one, "COMMIT").ConfigureAwait(false);
        await RunAsync(two, "ROLLBACK; BEGIN; SELECT pg_advisory_xact_lock(1); COMMIT").ConfigureAwait(false);
        return null;
    }

    private async Task<string?> TryUniqueViolationsAsync()
    {
        var one = await OpenAsync().ConfigureAwait(false);
        await using var first = one.ConfigureAwait(false);
        await RunAsync(one, $"CREATE TABLE racelab_probe_unique (id int NOT NULL, CONSTRAINT {ConstraintName} UNIQUE (id)); INSERT INTO racelab_probe_unique VALUES (1)").ConfigureAwait(false);
        try
        {
            await RunAsync(one, "INSERT INTO racelab_probe_unique VALUES (1)").ConfigureAwait(false);
            return "a duplicate was let in";
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return refused.ConstraintName == ConstraintName ? null : "a duplicate is refused without the constraint's name";
        }
        finally
        {
            await RunAsync(one, "DROP TABLE racelab_probe_unique").ConfigureAwait(false);
        }
    }

    /// <summary>Write skew, one row each: whatever way a server prevents it, both transactions must not commit.</summary>
    private async Task<string?> TrySerializationFailuresAsync()
    {
        var one = await OpenAsync().ConfigureAwait(false);
        await using var first = one.ConfigureAwait(false);
        var two = await OpenAsync().ConfigureAwait(false);
        await using var second = two.ConfigureAwait(false);
        await RunAsync(one, "CREATE TABLE racelab_probe_skew (id int PRIMARY KEY, value int NOT NULL); INSERT INTO racelab_probe_skew VALUES (1, 0), (2, 0)").ConfigureAwait(false);
        const string Begin = "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(value) FROM racelab_probe_skew";
        await RunAsync(one, Begin).ConfigureAwait(false);
        await RunAsync(two, Begin).ConfigureAwait(false);
        string?[] failures =
        [
            await SqlStateOfAsync(one, "UPDATE racelab_probe_skew SET value = 1 WHERE id = 1").ConfigureAwait(false),
            await SqlStateOfAsync(two, "UPDATE racelab_probe_skew SET value = 1 WHERE id = 2").ConfigureAwait(false),
            await SqlStateOfAsync(one, "COMMIT").ConfigureAwait(false),
            await SqlStateOfAsync(two, "COMMIT").ConfigureAwait(false),
        ];
        await RunAsync(one, "ROLLBACK; DROP TABLE racelab_probe_skew").ConfigureAwait(false);
        if (failures.All(f => f is null)) return "two transactions that each wrote what the other had read both committed";
        return failures.Contains(PostgresErrorCodes.SerializationFailure) ? null : $"the losing transaction fails with {failures.First(f => f is not null)} and not with 40001";
    }

    private async Task<NpgsqlConnection> OpenAsync() => await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);

    private async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<string?> SqlStateOfAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            await RunAsync(connection, sql).ConfigureAwait(false);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
