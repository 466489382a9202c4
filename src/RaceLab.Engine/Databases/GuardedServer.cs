using System.Diagnostics;
using System.Globalization;

namespace RaceLab.Engine.Databases;

/// <summary>
/// A postmaster and its guardian: a small shell at the other end of a pipe from this process. When the pipe closes, because the lab
/// closed it or because the lab is no more, the guardian stops the postmaster and, for a lab's cluster, removes its directory.
/// </summary>
internal sealed class GuardedServer : IAsyncDisposable
{
    /// <summary>The number in the name of the socket.</summary>
    public const int SocketPort = 5432;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    // $1 log, $2 how to stop, $3 directory to remove or nothing, then the server's command. The shell becomes the postmaster, so that $$
    // stays its process id; the guardian is nobody's child, because a postmaster takes an unknown child's death for a crash.
    private const string Script = """
        stop=$2 remove=$3
        exec 3<&0 </dev/null >"$1" 2>&1 || exit 1
        shift 3
        ( (
          trap '' HUP INT QUIT TERM
          gone() { n=$1; while kill -0 $$; do [ "$n" -gt 0 ] || return 1; n=$((n - 1)); sleep 0.1; done 2>/dev/null; }
          read -r line <&3
          [ "$stop" = fast ] && kill -INT $$ 2>/dev/null && gone 20
          kill -QUIT $$ 2>/dev/null && { gone 6 || kill -KILL $$ 2>/dev/null; }
          [ -z "$remove" ] || rm -rf -- "$remove" "$remove.lock"
        ) & )
        exec 3<&-
        exec "$@"
        """;

    // Production's defaults where they shape timing. Errors that races provoke by the thousand stay out of the log, its own notes stay in.
    private static readonly string[] LabSettings = ["max_connections=260", "log_min_messages=log"];

    private static readonly string[] StateSettings = ["max_connections=30", "shared_buffers=16MB", "min_wal_size=32MB", "max_wal_size=128MB"];

    private readonly Process _process;
    private readonly ClusterSlot _slot;

    private GuardedServer(Process process, ClusterSlot slot)
    {
        _process = process;
        _slot = slot;
        ProcessId = process.Id;
    }

    public int ProcessId { get; }

    public static GuardedServer Start(ServerUser user, PostgresBinaries binaries, ClusterSlot slot, EmbeddedClusterOptions options)
    {
        var kind = options.Kind;
        string[] settings =
        [
            $"listen_addresses={(options.TcpPort is null ? "" : "127.0.0.1")}", string.Create(CultureInfo.InvariantCulture, $"port={options.TcpPort ?? SocketPort}"),
            $"unix_socket_directories={slot.Directory}", "unix_socket_permissions=0700", "logging_collector=off",
            .. kind == ClusterKind.Lab ? LabSettings : StateSettings,
        ];
        string[] shell =
        [
            "/bin/sh", "-c", Script, "racelab-guardian",
            slot.Log, kind == ClusterKind.Lab ? "immediate" : "fast", kind == ClusterKind.Lab ? slot.Directory : "",
            binaries.Postgres, "-D", slot.Data, .. settings.SelectMany(setting => new[] { "-c", setting }),
        ];

        // In a session of its own, Ctrl+C on the lab's terminal does not reach the server: the lab ends its races first.
        var setsid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
        var process = ServerUser.Start(setsid is null ? user.Command(shell[0], shell[1..]) : user.Command(setsid, shell));
        return new GuardedServer(process, slot);
    }

    public async Task WaitUntilReadyAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellation).ConfigureAwait(false))
        {
            if (_process.HasExited) throw new ServerRefusedException($"PostgreSQL did not start: {await ReasonAsync(cancellation).ConfigureAwait(false)}");
            if (waited.Elapsed > patience)
                throw new ServerRefusedException($"PostgreSQL did not take connections within {patience.TotalSeconds} s: {await ReasonAsync(cancellation).ConfigureAwait(false)}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation).ConfigureAwait(false);
        }

        // A process id may be used again: a guardian whose postmaster is gone must not wait with it. (Before, the log is still needed.)
        var pipe = _process.StandardInput.BaseStream;
        _process.Exited += (_, _) => pipe.Dispose();
        _process.EnableRaisingEvents = true;
    }

    public async ValueTask DisposeAsync()
    {
        // The stream and not its writer: closing that twice throws.
        await _process.StandardInput.BaseStream.DisposeAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _process.Dispose();
    }

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

    private async Task<string> ReasonAsync(CancellationToken cancellation)
    {
        try
        {
            var log = await File.ReadAllTextAsync(_slot.Log, cancellation).ConfigureAwait(false);
            if (log.Length > 0) return ServerWords.FirstError(log);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            // Then the shell could not even open the log, and says why on its own standard error.
        }

        return ServerWords.FirstError(_process.HasExited ? await _process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false) : "");
    }
}
