using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>How a private cluster is started.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>What it is for.</summary>
    public required ClusterKind Kind { get; init; }

    /// <summary>The directory of <c>initdb</c> and <c>postgres</c>; null searches for it (<see cref="PostgresBinaries"/>).</summary>
    public string? PostgresBin { get; init; }

    /// <summary>
    /// Where clusters live; null for the environment's RACELAB_HOME, else /var/lib/racelab for root, else the user's data directory.
    /// </summary>
    public string? Home { get; init; }

    /// <summary>A port of 127.0.0.1 to listen on as well, for tests that need a server like somebody else's; null, as always otherwise, for the socket alone.</summary>
    internal int? TcpPort { get; init; }

    /// <summary>For <see cref="ClusterKind.Standby"/>: whose.</summary>
    internal EmbeddedCluster? Primary { get; init; }
}

/// <summary>What a private cluster is for.</summary>
public enum ClusterKind
{
    /// <summary>Races: gone with the lab that started it. Production's defaults where they shape timing.</summary>
    Lab,

    /// <summary>History: durable, small. A second lab at the same time has one of its own.</summary>
    State,

    /// <summary>A copy of a lab's cluster that follows it: gone with the lab, as that is.</summary>
    Standby,
}

/// <summary>
/// A PostgreSQL that the lab starts for itself, on a Unix socket in a directory that only the server's user can enter. It ends with this
/// object and, within three seconds, with this process, however that ends.
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    internal const string Superuser = "postgres";
    internal const string SocketName = ".s.PGSQL.5432";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly ClusterKind _kind;
    private readonly ClusterSlot _slot;
    private readonly GuardedServer _server;
    private readonly ILogger _log;
    private int _disposed;

    private EmbeddedCluster(ClusterKind kind, ClusterSlot slot, GuardedServer server, int port, Version version, ILogger log)
    {
        _kind = kind;
        _slot = slot;
        _server = server;
        _log = log;
        Version = version;
        ReplicationTarget = $"host='{slot.Directory}' port={port.ToString(CultureInfo.InvariantCulture)} user={Superuser}";
        ConnectionString = new NpgsqlConnectionStringBuilder { Host = slot.Directory, Port = port, Username = Superuser, Database = "postgres" }.ConnectionString;
    }

    /// <summary>Holds the data directory, the socket and the server's log.</summary>
    public string RootDirectory => _slot.Directory;

    internal string DataDirectory => _slot.Data;

    /// <summary>Where a standby of this cluster gets its changes, in libpq's words.</summary>
    internal string ReplicationTarget { get; }

    /// <summary>Connects as the cluster's superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>The postmaster's process id.</summary>
    public int ProcessId => _server.ProcessId;

    /// <summary>Such as 15.18.</summary>
    public Version Version { get; }

    /// <summary>Starts a cluster and waits until it takes connections.</summary>
    /// <exception cref="ServerRefusedException">It did not start, with the reason.</exception>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options, ILogger log, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            throw new ServerRefusedException("On Windows the lab cannot start a PostgreSQL of its own: give it connection strings (ConnectionStrings:Lab and ConnectionStrings:State).");
        var started = Stopwatch.StartNew();
        var binaries = await PostgresBinaries.FindAsync(options.PostgresBin, cancellation).ConfigureAwait(false);
        ClusterSlot? slot = null;
        EmbeddedCluster? cluster = null;
        try
        {
            var user = ServerUser.ForThisProcess();
            var home = await ClusterHome.OpenAsync(options.Home, user, cancellation).ConfigureAwait(false);
            if (options.Kind == ClusterKind.Lab) await home.SweepAsync(log, cancellation).ConfigureAwait(false);
            var template = await ClusterTemplate.EnsureAsync(home, binaries, user, cancellation).ConfigureAwait(false);
            slot = options.Kind == ClusterKind.State ? home.TakeState() : home.TakeRun();
            await PrepareAsync(options, slot, template, binaries, user, cancellation).ConfigureAwait(false);
            var server = GuardedServer.Start(user, binaries, slot, options);
            cluster = new EmbeddedCluster(options.Kind, slot, server, options.TcpPort ?? GuardedServer.SocketPort, binaries.Version, log);
            await server.WaitUntilReadyAsync(StartPatience, cancellation).ConfigureAwait(false);
            if (options.Kind != ClusterKind.Standby) await cluster.CloseDefaultDatabasesAsync(cancellation).ConfigureAwait(false);
            log.LogInformation("PostgreSQL {Version} ({Kind}) started in {Directory} after {Elapsed} ms", binaries.Version, options.Kind, slot.Directory, started.ElapsedMilliseconds);
            return cluster;
        }
        catch (Exception failure)
        {
            if (cluster is not null) await cluster.DisposeAsync().ConfigureAwait(false);
            else if (slot is not null) await GiveUpAsync(options.Kind, slot, log).ConfigureAwait(false);
            if (failure is IOException or UnauthorizedAccessException)
                throw new ServerRefusedException($"The lab cannot keep its databases where it wants to: {failure.Message} Set {ClusterHome.EnvironmentVariable} to a directory that you can write to.", failure);
            if (failure is NpgsqlException && (cluster?.ConnectionString ?? options.Primary?.ConnectionString) is { } asked)
                throw new ServerRefusedException(ServerWords.Describe(failure, new NpgsqlConnectionStringBuilder(asked)), failure);
            throw;
        }
    }

    /// <summary>Stops the server; a lab's directory is removed. Never throws: what goes wrong is logged, and the next start sweeps.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _server.DisposeAsync().ConfigureAwait(false);
        await GiveUpAsync(_kind, _slot, _log).ConfigureAwait(false);
    }

    private static async Task GiveUpAsync(ClusterKind kind, ClusterSlot slot, ILogger log)
    {
        try
        {
            if (kind != ClusterKind.State) await slot.RemoveAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(failure, "The directory {Directory} could not be removed; the next start tries again", slot.Directory);
        }
        finally
        {
            slot.Dispose();
        }
    }

    private static async Task PrepareAsync(
        EmbeddedClusterOptions options, ClusterSlot slot, string template, PostgresBinaries binaries, ServerUser user, CancellationToken cancellation)
    {
        if (options.Kind != ClusterKind.State || !Directory.Exists(slot.Directory)) await user.MakeDirectoryAsync(slot.Directory, cancellation).ConfigureAwait(false);
        switch (options.Kind)
        {
            case ClusterKind.Lab:
                await ServerUser.CopyAsync(template, slot.Data, cancellation).ConfigureAwait(false);
                return;
            case ClusterKind.Standby:
                await StandbyCopy.MakeAsync(options.Primary!, slot.Data, user, cancellation).ConfigureAwait(false);
                return;
        }

        if (Directory.Exists(slot.Data))
        {
            var made = (await File.ReadAllTextAsync(Path.Combine(slot.Data, "PG_VERSION"), cancellation).ConfigureAwait(false)).Trim();
            if (made != binaries.Version.Major.ToString(CultureInfo.InvariantCulture))
            {
                throw new ServerRefusedException(
                    $"The lab's history in {slot.Directory} was written by PostgreSQL {made}, and {binaries.Directory} is {binaries.Version}: "
                    + $"set {PostgresBinaries.EnvironmentVariable} to version {made}, or move that directory away to begin anew.");
            }

            await LeftoverServer.StopAsync(slot.Data, fast: true, cancellation).ConfigureAwait(false);
            return;
        }

        // History is to last: it gets its name only when it is complete and on the disk.
        var unfinished = slot.Data + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await ServerUser.CopyAsync(template, unfinished, cancellation).ConfigureAwait(false);
        await ServerUser.RunAsync(user.Command(binaries.Initdb, ["--sync-only", "-D", unfinished]), cancellation).ConfigureAwait(false);
        Directory.Move(unfinished, slot.Data);
    }

    // A race's role may enter its own database and no other.
    private async Task CloseDefaultDatabasesAsync(CancellationToken cancellation)
    {
        var target = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(
            "REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC; REVOKE CONNECT, TEMPORARY ON DATABASE template1 FROM PUBLIC", connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
