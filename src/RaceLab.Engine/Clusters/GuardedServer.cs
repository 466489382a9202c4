using System.Globalization;

namespace RaceLab.Engine.Clusters;

/// <summary>A postmaster that ends with the lab (<see cref="GuardedProcess"/>).</summary>
internal sealed class GuardedServer : IAsyncDisposable
{
    /// <summary>The number in the name of the socket.</summary>
    public const int SocketPort = 5432;

    // Production's defaults where they shape timing. Errors that races provoke by the thousand stay out of the log, its own notes stay in.
    // A standby that is being made needs what was written meanwhile.
    private static readonly string[] LabSettings = ["max_connections=260", "log_min_messages=log", "wal_keep_size=128MB"];

    private static readonly string[] StateSettings = ["max_connections=30", "shared_buffers=16MB", "min_wal_size=32MB", "max_wal_size=128MB"];

    // A hot standby must be able to have as many connections as its primary.
    private static readonly string[] StandbySettings = ["max_connections=260", "log_min_messages=log", "shared_buffers=32MB", "min_wal_size=32MB", "max_wal_size=128MB", "wal_retrieve_retry_interval=100ms"];

    private readonly GuardedProcess _process;
    private readonly ClusterSlot _slot;

    private GuardedServer(GuardedProcess process, ClusterSlot slot)
    {
        _process = process;
        _slot = slot;
    }

    public int ProcessId => _process.ProcessId;

    public static GuardedServer Start(ServerUser user, PostgresBinaries binaries, ClusterSlot slot, EmbeddedClusterOptions options)
    {
        string[] settings =
        [
            $"listen_addresses={(options.TcpPort is null ? "" : "127.0.0.1")}", string.Create(CultureInfo.InvariantCulture, $"port={options.TcpPort ?? SocketPort}"),
            $"unix_socket_directories={slot.Directory}", "unix_socket_permissions=0700", "logging_collector=off",
            .. options.Kind switch
            {
                ClusterKind.Lab => LabSettings,
                ClusterKind.State => StateSettings,
                _ => [.. StandbySettings, $"primary_conninfo={options.Primary!.ReplicationTarget}"],
            },
        ];
        string[] command = [binaries.Postgres, "-D", slot.Data, .. settings.SelectMany(setting => new[] { "-c", setting })];
        return new GuardedServer(GuardedProcess.Start(user, slot, lasts: options.Kind == ClusterKind.State, command), slot);
    }

    public Task WaitUntilReadyAsync(TimeSpan patience, CancellationToken cancellation) => _process.WaitUntilReadyAsync("PostgreSQL", IsReadyAsync, patience, cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // The eighth line of postmaster.pid is the server's own word on its state (miscadmin.h, PM_STATUS_READY), since PostgreSQL 10.
    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(_slot.Data, "postmaster.pid"), cancellation).ConfigureAwait(false);
            return lines.Length >= 8 && lines[0] == ProcessId.ToString(CultureInfo.InvariantCulture) && lines[7].Trim() == "ready";
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
