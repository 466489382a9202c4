using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>
/// One database of the pool and the restricted role that goes with it. All names are the lab's own letters and digits, which need no quoting;
/// statements that take no parameters are put together from nothing else.
/// </summary>
internal sealed class PooledDatabase
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly string _password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly string _verifier;
    private readonly string _cleaner;

    public PooledDatabase(string name, NpgsqlConnectionStringBuilder admin)
    {
        Name = name;
        _verifier = ScramVerifier.Make(_password);
        var own = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Database = name };
        WatcherConnectionString = AdminTarget.Watcher(own, name, LabServer.WatchersPerDatabase);
        own.Pooling = false;
        _cleaner = own.ConnectionString;
        RaceConnectionString = new NpgsqlConnectionStringBuilder(own.ConnectionString)
        {
            Username = name,
            Password = _password,
            Passfile = null,
            Options = null,
            ApplicationName = "racelab race",
        }.ConnectionString;
    }

    public string Name { get; }

    public string RaceConnectionString { get; }

    public string WatcherConnectionString { get; }

    public async Task<bool> CreateAsync(NpgsqlConnection admin, bool superuser, bool utf8, CancellationToken cancellation)
    {
        await RunAsync(admin, $"CREATE ROLE {Name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '{_verifier}'", cancellation).ConfigureAwait(false);

        // An administrator who is no superuser may act on the role's tables and sessions only as its member.
        if (!superuser) await RunAsync(admin, $"GRANT {Name} TO CURRENT_USER", cancellation).ConfigureAwait(false);

        // template0, because nobody can be connected to it, which would make CREATE DATABASE fail.
        var encoding = utf8 ? "" : " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";
        await RunAsync(admin, $"CREATE DATABASE {Name} TEMPLATE template0{encoding}", cancellation).ConfigureAwait(false);
        await RunAsync(admin, $"REVOKE CONNECT, TEMPORARY ON DATABASE {Name} FROM PUBLIC", cancellation).ConfigureAwait(false);
        var connection = new NpgsqlConnection(_cleaner);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            await RunAsync(connection, $"DROP SCHEMA public; {Furnish}", cancellation).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Has new sessions of the role look for deadlocks when they have waited so long. <see cref="CleanAsync"/> undoes it.</summary>
    public async Task LookForDeadlocksAfterAsync(TimeSpan wait, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_cleaner);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        var milliseconds = ((int)wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await RunAsync(connection, $"ALTER ROLE {Name} SET deadlock_timeout = {milliseconds}", cancellation).ConfigureAwait(false);
    }

    /// <summary>Installs extensions. <see cref="CleanAsync"/> drops them with the schema in which they stand.</summary>
    /// <param name="extensions">Names of letters, digits, underscores and hyphens.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task InstallAsync(IReadOnlyList<string> extensions, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_cleaner);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        foreach (var extension in extensions) await RunAsync(connection, $"CREATE EXTENSION IF NOT EXISTS \"{extension}\" SCHEMA public", cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets the role have so many connections at once, when those that it no longer uses are gone. <see cref="CleanAsync"/> undoes it.
    /// </summary>
    /// <param name="connections">How many; -1: as many as the server has.</param>
    /// <param name="open">How many it has and keeps.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task LimitConnectionsAsync(int connections, int open, CancellationToken cancellation)
    {
        const string Mine = "SELECT count(*) FROM pg_stat_activity WHERE usename = @name";
        var connection = new NpgsqlConnection(_cleaner);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"ALTER ROLE {Name} CONNECTION LIMIT {connections}"), cancellation).ConfigureAwait(false);
        var waited = Stopwatch.StartNew();
        while (connections >= 0 && waited.Elapsed < EndPatience
            && await connection.ExecuteScalarAsync<long>(new CommandDefinition(Mine, new { name = Name }, cancellationToken: cancellation)).ConfigureAwait(false) > open)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the role's sessions.</summary>
    public async Task EndSessionsAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_cleaner);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        await EndSessionsAsync(connection, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the role's sessions, drops all that it owns and undoes what it set.</summary>
    public async Task CleanAsync(bool superuser, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_cleaner);
        await using var closing = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);

        // Nobody new gets in while those inside are sent away.
        await RunAsync(connection, $"ALTER ROLE {Name} NOLOGIN", cancellation).ConfigureAwait(false);
        await EndSessionsAsync(connection, cancellation).ConfigureAwait(false);
        if (superuser) await RollBackPreparedAsync(connection, cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"ALTER ROLE {Name} RESET ALL; ALTER ROLE {Name} IN DATABASE {Name} RESET ALL", cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"DROP OWNED BY {Name} CASCADE; DROP SCHEMA IF EXISTS public CASCADE; {Furnish}", cancellation).ConfigureAwait(false);

        // The role may have given itself another password.
        await RunAsync(connection, $"ALTER ROLE {Name} LOGIN CONNECTION LIMIT -1 PASSWORD '{_verifier}'", cancellation).ConfigureAwait(false);
    }

    public async Task<bool> DropAsync(NpgsqlConnection admin)
    {
        await RunAsync(admin, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", CancellationToken.None).ConfigureAwait(false);
        await RunAsync(admin, $"DROP ROLE IF EXISTS {Name}", CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>Closes idle watchers: they would keep connections that other races need.</summary>
    public void ClearWatchers()
    {
        using var any = new NpgsqlConnection(WatcherConnectionString);
        NpgsqlConnection.ClearPool(any);
    }

    private string Furnish =>
        $"CREATE SCHEMA public AUTHORIZATION {Name}; GRANT CONNECT, TEMPORARY ON DATABASE {Name} TO {Name}";

    private async Task EndSessionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string Remaining = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = @name AND pid <> pg_backend_pid()";
        var waited = Stopwatch.StartNew();
        for (var left = 1L; left > 0;)
        {
            if (waited.Elapsed > EndPatience) throw new TimeoutException($"Sessions of {Name} did not end within {EndPatience.TotalSeconds} s.");
            left = await connection.ExecuteScalarAsync<long>(new CommandDefinition(Remaining, new { name = Name }, cancellationToken: cancellation)).ConfigureAwait(false);
            if (left > 0) await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation).ConfigureAwait(false);
        }
    }

    // Only where a server allows prepared transactions at all: they would hold their locks for ever.
    private static async Task RollBackPreparedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var rollBacks = await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database()", cancellationToken: cancellation)).ConfigureAwait(false);
        foreach (var rollBack in rollBacks) await RunAsync(connection, rollBack, cancellation).ConfigureAwait(false);
    }

    private static Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: cancellation));
}
