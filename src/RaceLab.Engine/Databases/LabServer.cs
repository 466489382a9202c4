using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

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

    private readonly LabLease? _lease;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _probing = new(1);
    private Task _sweeping = Task.CompletedTask;

    private LabServer(ConnectionPermits permits, Version version, IReadOnlySet<string> extensions, NpgsqlDataSource admin, DatabasePool pool, LabLease? lease, LabServices services, ILogger log)
    {
        Permits = permits;
        Version = version;
        Extensions = extensions;
        _admin = admin;
        _pool = pool;
        _lease = lease;
        Services = services;
        _log = log;
    }

    /// <summary>Connections that races may use at once.</summary>
    public ConnectionPermits Permits { get; }

    /// <summary>Such as 15.18.</summary>
    public Version Version { get; }

    /// <summary>The extensions that content may ask for: those that the server has and calls trusted, so that they reach nothing outside the database.</summary>
    public IReadOnlySet<string> Extensions { get; }

    /// <summary>What stands beside it.</summary>
    public LabServices Services { get; }

    /// <summary>Whether the wire engine can speak to it as the lab's roles; known since the first schedule was played.</summary>
    internal WireFit WireFit { get; set; }

    /// <summary>What the server was found not to do, with the reason; null until it has been tried (<see cref="ProbeAsync"/>).</summary>
    public IReadOnlyDictionary<ServerBehaviour, string>? Lacks { get; private set; }

    /// <summary>Connects, makes sure that the server can be used, and begins to make databases ahead.</summary>
    /// <exception cref="ServerRefusedException">It cannot, with the reason.</exception>
    public static Task<LabServer> OpenAsync(string connectionString, ILoggerFactory logs, CancellationToken cancellation) =>
        OpenAsync(connectionString, LabServices.None, logs, cancellation);

    /// <summary>The same, with what stands beside it.</summary>
    /// <exception cref="ServerRefusedException">It cannot be used, with the reason.</exception>
    public static Task<LabServer> OpenAsync(string connectionString, LabServices services, ILoggerFactory logs, CancellationToken cancellation) =>
        OpenAsync(connectionString, isPrivate: false, LeftoverDatabases.Interval, services, logs, cancellation);

    /// <param name="connectionString">An administrator's.</param>
    /// <param name="isPrivate">True for a cluster that nobody else uses and that is thrown away as a whole.</param>
    /// <param name="sweepInterval">How long a lab must have been dead before its databases are dropped.</param>
    /// <param name="services">What stands beside it; stays the caller's.</param>
    /// <param name="logs">For what goes wrong in the background.</param>
    /// <param name="cancellation">Gives up.</param>
    internal static async Task<LabServer> OpenAsync(string connectionString, bool isPrivate, TimeSpan sweepInterval, LabServices services, ILoggerFactory logs, CancellationToken cancellation)
    {
        var target = AdminTarget.Parse(connectionString);
        var admin = NpgsqlDataSource.Create(target);
        var log = logs.CreateLogger<LabServer>();
        LabLease? lease = null;
        try
        {
            var facts = await ReadFactsAsync(admin, cancellation).ConfigureAwait(false);
            var version = CheckFacts(facts, target);
            var permits = new ConnectionPermits(facts.MaxConnections - facts.Reserved - facts.InUse - Headroom);
            lease = isPrivate ? null : await LabLease.TakeAsync(target, log, cancellation).ConfigureAwait(false);
            var prefix = lease?.Prefix ?? LabLease.PrefixOf(LabLease.NewNumber());
            var pool = new DatabasePool(admin, target, facts.Superuser, facts.Utf8, prefix, !isPrivate, log);
            pool.MakeAhead();
            var server = new LabServer(permits, version, facts.Extensions.Split(' ').ToHashSet(StringComparer.Ordinal), admin, pool, lease, services, log);
            if (lease is not null) server._sweeping = Task.Run(() => server.SweepAsync(sweepInterval), CancellationToken.None);
            return server;
        }
        catch (Exception failure)
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
            await admin.DisposeAsync().ConfigureAwait(false);
            if (AdminTarget.IsServerTrouble(failure)) throw new ServerRefusedException(ServerWords.Describe(failure, target), failure);
            throw;
        }
    }

    /// <summary>Takes a clean database from the pool, with an empty schema <c>public</c> that belongs to its own restricted role.</summary>
    /// <exception cref="ServerRefusedException">The server is gone, full or will not have it.</exception>
    public Task<RaceDatabase> RentDatabaseAsync(CancellationToken cancellation) => _pool.RentAsync(cancellation);

    /// <summary>The same with extensions in it. Their functions and operators stand in <c>public</c>, and go with it when the database is given back.</summary>
    /// <param name="extensions">Each of them one of <see cref="Extensions"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server is gone, full or will not have it.</exception>
    public async Task<RaceDatabase> RentDatabaseAsync(IReadOnlyList<string> extensions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(extensions);
        var database = await _pool.RentAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (extensions.Count > 0) await database.InstallAsync(extensions, cancellation).ConfigureAwait(false);
            return database;
        }
        catch (Exception failure)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            if (failure is NpgsqlException) throw new ServerRefusedException($"An extension could not be installed. {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>
    /// Why something cannot run here, in a sentence, or null where it can. The first that relies on a behaviour has the server tried, which takes about a
    /// quarter of a second; afterwards the answer is known.
    /// </summary>
    /// <exception cref="ServerRefusedException">The server is gone or full, so that it cannot be tried.</exception>
    public async Task<string?> FindLackAsync(Needs needs, CancellationToken cancellation)
    {
        if (KnownLack(needs) is { } known) return known;
        if (needs.Behaviours.Count > 0) await ProbeAsync(cancellation).ConfigureAwait(false);
        return KnownLack(needs);
    }

    /// <summary>The same without asking the server: a behaviour that has not been tried counts as being there.</summary>
    public string? KnownLack(Needs needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        if (needs.Postgres > Version.Major) return $"It needs PostgreSQL {needs.Postgres} or newer, and the lab's server is {Version}.";
        if (needs.Services.Select(Services.LackOf).FirstOrDefault(lack => lack is not null) is { } missing) return missing;
        if (needs.Extensions.FirstOrDefault(e => !Extensions.Contains(e)) is { } extension)
            return $"It needs the extension {extension}, and the lab's server does not have it as a trusted one: many systems have it in a package of their own, postgresql-contrib.";
        foreach (var behaviour in needs.Behaviours)
        {
            if (Lacks is { } lacks && lacks.TryGetValue(behaviour, out var reason))
                return $"It relies on {ServerBehaviours.NameOf(behaviour)}, and the lab has tried them in vain: {reason}.";
        }

        return null;
    }

    /// <summary>Tries the server for every behaviour that content may rely on, unless that has been done.</summary>
    /// <exception cref="ServerRefusedException">The server is gone or full, so that it cannot be tried.</exception>
    public async Task ProbeAsync(CancellationToken cancellation)
    {
        if (Lacks is not null) return;
        await _probing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Lacks is not null) return;
            var database = await RentDatabaseAsync(cancellation).ConfigureAwait(false);
            await using var returning = database.ConfigureAwait(false);
            Lacks = await ServerProbe.FindLacksAsync(database.ConnectionString, cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException failure)
        {
            throw new ServerRefusedException($"The server could not be tried for what a strategy relies on. {failure.Message}", failure);
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <summary>Asks the server for a sign of life.</summary>
    /// <exception cref="ServerRefusedException">It gives none, with the reason.</exception>
    public Task PingAsync(CancellationToken cancellation) => AdminTarget.PingAsync(_admin, cancellation);

    /// <summary>Ends every connection and drops the lab's databases and roles. Never throws: a server that is gone is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);

        // Last: until then the databases belong to a living lab.
        if (_lease is not null) await _lease.DisposeAsync().ConfigureAwait(false);
        await _admin.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
        _probing.Dispose();
    }

    private async Task SweepAsync(TimeSpan interval)
    {
        try
        {
            await LeftoverDatabases.SweepAsync(_admin, _log, interval, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The lab ends; the next one looks again.
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            _log.LogWarning(failure, "Databases of labs that died could not be looked for");
        }
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
                   (SELECT pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = 'template0') AS Utf8,
                   (SELECT coalesce(string_agg(DISTINCT name, ' '), '') FROM pg_available_extension_versions WHERE trusted) AS Extensions
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

        public string Extensions { get; init; } = "";
    }
}
