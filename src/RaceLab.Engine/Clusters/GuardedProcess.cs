using System.Diagnostics;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// A server's process and its guardian: a small shell at the other end of a pipe from this process. When the pipe closes, because the lab
/// closed it or because the lab is no more, the guardian stops the server and, where nothing of it is to last, removes its directory.
/// </summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    // $1 log, $2 how to stop, $3 directory to remove or nothing, then the server's command. The shell becomes the server, so that $$
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

    private readonly Process _process;
    private readonly ClusterSlot _slot;

    private GuardedProcess(Process process, ClusterSlot slot)
    {
        _process = process;
        _slot = slot;
        ProcessId = process.Id;
    }

    public int ProcessId { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a server whose output goes to its slot's log.</summary>
    /// <param name="user">As whom.</param>
    /// <param name="slot">Its directory.</param>
    /// <param name="lasts">Whether what it wrote is to be read again: then it is given the time to stop well, and its directory stays.</param>
    /// <param name="command">The program and its arguments.</param>
    public static GuardedProcess Start(ServerUser user, ClusterSlot slot, bool lasts, IEnumerable<string> command)
    {
        string[] shell = ["/bin/sh", "-c", Script, "racelab-guardian", slot.Log, lasts ? "fast" : "immediate", lasts ? "" : slot.Directory, .. command];

        // In a session of its own, Ctrl+C on the lab's terminal does not reach the server: the lab ends its races first.
        var setsid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
        return new GuardedProcess(ServerUser.Start(setsid is null ? user.Command(shell[0], shell[1..]) : user.Command(setsid, shell)), slot);
    }

    /// <summary>Waits until the server can be used.</summary>
    /// <param name="name">What it is called in errors.</param>
    /// <param name="isReady">Whether it can.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">It did not start, with its own reason.</exception>
    public async Task WaitUntilReadyAsync(string name, Func<CancellationToken, Task<bool>> isReady, TimeSpan patience, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (!await isReady(cancellation).ConfigureAwait(false))
        {
            if (_process.HasExited) throw new ServerRefusedException($"{name} did not start: {await ReasonAsync(cancellation).ConfigureAwait(false)}");
            if (waited.Elapsed > patience)
                throw new ServerRefusedException($"{name} did not take connections within {patience.TotalSeconds} s: {await ReasonAsync(cancellation).ConfigureAwait(false)}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation).ConfigureAwait(false);
        }

        // A process id may be used again: a guardian whose server is gone must not wait with it. (Before, the log is still needed.)
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
