using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace RaceLab.Engine.Databases;

/// <summary>The server on which races happen, reached by a connection string, whoever started it. Thread-safe.</summary>
public sealed class LabServer : IAsyncDisposable
{
    /// <summary>The most connections that watch one race's database from outside at once.</summary>
    public const int WatchersPerDatabase = 2;

    /// <summary>Connections kept back for the lab itself: its own few, and watchers of some races at once.</summary>
    public const int Headroom = 16;

    private readonly NpgsqlDataSource _admin;
    private readonly DatabasePool _pool;

    private LabServer(ConnectionPermits permits, Version version, NpgsqlDataSource admin, DatabasePool pool)
    {
        Permits = permits;
        Version = version;
        _admin = admin;
        _pool = pool;
    }

    /// <summary>Connections that races may use at once.</summary>
    public ConnectionPermits Permits { get; }

    /// <summary>Such as 15.18.</summary>
    public Version Version { get; }

    /// <summary>Connects, makes sure that the server can be used, and begins to make databases ahead.</summary>
    /// <exception cref="ServerRefusedException">It cannot, with the reason.</exception>
    public static Task<LabServer> OpenAsync(string connectionString, ILoggerFactory logs, CancellationToken cancellation) =>
        OpenAsync(connectionString, dropAtEnd: true, logs, cancellation);

    /// <param name="connectionString">An administrator's.</param>
    /// <param name="dropAtEnd">False on a server that is thrown away as a whole.</param>
    /// <param name="logs">For what goes wrong in the background.</param>
    /// <param name="cancellation">Gives up.</param>
    internal static async Task<LabServer> OpenAsync(string connectionString, bool dropAtEnd, ILoggerFactory logs, CancellationToken cancellation)
    {
        var target = AdminTarget.Parse(connectionString);
        var admin = NpgsqlDataSource.Create(target);
        try
        {
            var facts = await ReadFactsAsync(admin, cancellation).ConfigureAwait(false);
            var version = CheckFacts(facts, target);
            var permits = new ConnectionPermits(facts.MaxConnections - facts.Reserved - facts.InUse - Headroom);
            var pool = new DatabasePool(admin, target, facts.Superuser, facts.Utf8, dropAtEnd, logs.CreateLogger<LabServer>());
            pool.MakeAhead();
            return new LabServer(permits, version, admin, pool);
        }
        catch (Exception failure)
        {
            await admin.DisposeAsync().ConfigureAwait(false);
            if (AdminTarget.IsServerTrouble(failure)) throw new ServerRefusedException(ServerWords.Describe(failure, target), failure);
            throw;
        }
    }

    /// <summary>Takes a clean database from the pool, with an empty schema <c>public</c> that belongs to its own restricted role.</summary>
    /// <exception cref="ServerRefusedException">The server is gone, full or will not have it.</exception>
    public Task<RaceDatabase> RentDatabaseAsync(CancellationToken cancellation) => _pool.RentAsync(cancellation);

    /// <summary>Ends every connection and drops the lab's databases and roles. Never throws: a server that is gone is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync().ConfigureAwait(false);
        await _admin.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<Facts> ReadFactsAsync(NpgsqlDataSource admin, CancellationToken cancellation) => AdminTarget.WithConnectionAsync(
        admin,
        connection => connection.QuerySingleAsync<Facts>(new CommandDefinition(
            """
            SELECT current_setting('server_version_num')::int AS VersionNumber,
                   pg_is_in_recovery() AS Standby,
                   r.rolsuper AS Superuser,
                   r.rolsuper OR (r.rolcreatedb AND r.rolcreaterole) AS MayCreate,
                   current_setting('max_connections')::int AS MaxConnections,
                   current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int AS Reserved,
                   (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS InUse,
                   (SELECT pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = 'template0') AS Utf8
            FROM pg_roles r WHERE r.rolname = current_user
            """,
            cancellationToken: cancellation)),
        cancellation);

    private static Version CheckFacts(Facts facts, NpgsqlConnectionStringBuilder target)
    {
        var place = ServerWords.Place(target);
        var version = new Version(facts.VersionNumber / 10_000, facts.VersionNumber % 10_000);
        if (version.Major < PostgresBinaries.MinimumMajor)
            throw new ServerRefusedException($"PostgreSQL at {place} is version {version}: the lab needs {PostgresBinaries.MinimumMajor} or newer.");
        if (facts.Standby)
            throw new ServerRefusedException($"PostgreSQL at {place} is a standby, on which nothing can be written: give the connection string of its primary.");
        if (!facts.MayCreate)
        {
            throw new ServerRefusedException(
                $"The user {target.Username} may not create databases and roles at {place}, and every race needs its own: run ALTER ROLE … CREATEDB CREATEROLE there as an administrator, or give another user.");
        }

        // Until 14 the schema public belongs to the superuser, and nobody else may hand it to a race's role.
        if (version.Major < 15 && !facts.Superuser)
            throw new ServerRefusedException($"PostgreSQL at {place} is version {version}, where the lab needs a superuser, and {target.Username} is none: give a superuser, or a server from 15 on.");

        var left = facts.MaxConnections - facts.Reserved - facts.InUse - Headroom;
        if (left < 2)
        {
            throw new ServerRefusedException(string.Create(
                CultureInfo.InvariantCulture,
                $"PostgreSQL at {place} has too few connections for a race: of {facts.MaxConnections}, {facts.InUse} are in use, {facts.Reserved} reserved, and the lab keeps {Headroom} for itself. Raise max_connections."));
        }

        return version;
    }

    private sealed record Facts
    {
        public int VersionNumber { get; init; }

        public bool Standby { get; init; }

        public bool Superuser { get; init; }

        public bool MayCreate { get; init; }

        public int MaxConnections { get; init; }

        public int Reserved { get; init; }

        public int InUse { get; init; }

        public bool Utf8 { get; init; }
    }
}
