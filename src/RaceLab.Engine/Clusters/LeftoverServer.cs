using System.Diagnostics;
using System.Globalization;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>A postmaster, or a Redis, that outlived its lab. Process ids are used again, so that nothing is signalled before it is known to be that server.</summary>
internal static class LeftoverServer
{
    /// <summary>Where a Redis of the lab's leaves its process id, in its data directory.</summary>
    public const string RedisPidFile = "redis.pid";

    private const string PostmasterPidFile = "postmaster.pid";

    private static readonly TimeSpan FastPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(10);

    /// <summary>Stops the server of a data directory where one still runs.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="fast">Lets it write a checkpoint first (SIGINT); otherwise it stops at once (SIGQUIT).</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether one was running.</returns>
    public static async Task<bool> StopAsync(string data, bool fast, CancellationToken cancellation)
    {
        if (ReadProcessId(data) is not { } id || !await IsServerAsync(id, data, cancellation).ConfigureAwait(false)) return false;
        if (!fast || !await SignalAsync(id, data, "INT", FastPatience, cancellation).ConfigureAwait(false))
            if (!await SignalAsync(id, data, "QUIT", FastPatience, cancellation).ConfigureAwait(false)
                && !await SignalAsync(id, data, "KILL", LastPatience, cancellation).ConfigureAwait(false))
                throw new ServerRefusedException($"An earlier lab's server (process {id}) does not stop: end it, then start the lab again.");
        return true;
    }

    private static int? ReadProcessId(string data) => ReadProcessId(data, PostmasterPidFile) ?? ReadProcessId(data, RedisPidFile);

    private static int? ReadProcessId(string data, string file)
    {
        try
        {
            using var lines = File.ReadLines(Path.Combine(data, file)).GetEnumerator();
            return lines.MoveNext() && int.TryParse(lines.Current, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<bool> SignalAsync(int id, string data, string signal, TimeSpan patience, CancellationToken cancellation)
    {
        using (var kill = Process.Start("/bin/kill", ["-s", signal, id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var waited = Stopwatch.StartNew();
        while (await IsServerAsync(id, data, cancellation).ConfigureAwait(false))
        {
            if (waited.Elapsed > patience) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation).ConfigureAwait(false);
        }

        return true;
    }

    private static async Task<bool> IsServerAsync(int id, string data, CancellationToken cancellation)
    {
        if (OperatingSystem.IsLinux())
        {
            // Either works in its data directory. Both links are gone once it has exited. Debian's redis-server is another name of redis-check-rdb.
            var executable = LinkTarget($"/proc/{id}/exe")?.Replace(" (deleted)", "", StringComparison.Ordinal);
            return Path.GetFileName(executable) is { } name && (name == "postgres" || name.StartsWith("redis-", StringComparison.Ordinal)) && LinkTarget($"/proc/{id}/cwd") == RealPath(data);
        }

        using var ps = Process.Start(new ProcessStartInfo("ps", ["-o", "command=", "-p", id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })
            ?? throw new ServerRefusedException("The command ps did not start, so that an earlier lab's PostgreSQL cannot be looked for.");
        var command = await ps.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
        await ps.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return (command.Contains("postgres", StringComparison.Ordinal) || command.Contains("redis", StringComparison.Ordinal)) && command.Contains(data, StringComparison.Ordinal);
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The kernel's links are free of symbolic links; the path that the lab was given need not be.
    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null) return path;
        var real = Path.Combine(RealPath(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real;
    }
}
