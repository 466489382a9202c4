using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// The directory under which all private clusters of one user live: <c>templates/</c>, <c>run/&lt;id&gt;</c> for labs, <c>state</c>, <c>state-2</c> …
/// Beside each cluster's directory lies a lock file, held for as long as the lab that uses it lives, so that two labs never meet.
/// </summary>
internal sealed class ClusterHome
{
    /// <summary>Names the directory where the default will not do.</summary>
    public const string EnvironmentVariable = "RACELAB_HOME";

    /// <summary>The longest path of a socket, in bytes. The system's own limit is 104 or 108 with the closing zero.</summary>
    public const int LongestSocketPath = 100;

    private const int StateSlots = 16;

    private ClusterHome(string path) => Path = path;

    public string Path { get; }

    public string Templates => System.IO.Path.Combine(Path, "templates");

    private string Runs => System.IO.Path.Combine(Path, "run");

    /// <summary>Finds the directory and makes what is missing of it.</summary>
    public static async Task<ClusterHome> OpenAsync(string? configured, ServerUser user, CancellationToken cancellation)
    {
        var home = new ClusterHome(System.IO.Path.GetFullPath(configured ?? Default()));
        var longest = System.IO.Path.Combine(home.Runs, NewId(), EmbeddedCluster.SocketName);
        if (Encoding.UTF8.GetByteCount(longest) > LongestSocketPath)
            throw new ServerRefusedException($"The directory {home.Path} has too long a name for a socket below it: set {EnvironmentVariable} to a shorter one.");

        // The server's user has to pass through it, and nobody needs to list it.
        if (!Directory.Exists(home.Path))
        {
            Directory.CreateDirectory(home.Path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        foreach (var directory in new[] { home.Templates, home.Runs })
            if (!Directory.Exists(directory)) await user.MakeDirectoryAsync(directory, cancellation).ConfigureAwait(false);
        return home;
    }

    /// <summary>A new directory for a lab's cluster.</summary>
    public ClusterSlot TakeRun()
    {
        while (true)
        {
            var slot = ClusterSlot.TryTake(System.IO.Path.Combine(Runs, NewId()));
            if (slot is not null) return slot;
        }
    }

    /// <summary>The first state directory that no other lab uses just now.</summary>
    public ClusterSlot TakeState()
    {
        for (var number = 1; number <= StateSlots; number++)
        {
            var slot = ClusterSlot.TryTake(System.IO.Path.Combine(Path, number == 1 ? "state" : $"state-{number}"));
            if (slot is not null) return slot;
        }

        throw new ServerRefusedException($"{StateSlots} labs already run with {Path}: end one of them, or set {EnvironmentVariable} to another directory.");
    }

    /// <summary>Holds the templates alone, waiting for whoever is making one.</summary>
    public async Task<FileStream> LockTemplatesAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (ClusterSlot.TryLock(Templates + ".lock") is { } held) return held;
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops and removes what labs left behind that could not clean up after themselves.</summary>
    public async Task SweepAsync(ILogger log, CancellationToken cancellation)
    {
        var names = Directory.EnumerateFileSystemEntries(Runs)
            .Select(entry => entry.EndsWith(ClusterSlot.LockSuffix, StringComparison.Ordinal) ? entry[..^ClusterSlot.LockSuffix.Length] : entry)
            .Distinct().ToList();
        foreach (var path in names)
        {
            try
            {
                using var slot = ClusterSlot.TryTake(path);
                if (slot is null) continue;
                if (await LeftoverServer.StopAsync(slot.Data, fast: false, cancellation).ConfigureAwait(false))
                    log.LogInformation("Stopped a PostgreSQL that an earlier lab had left running in {Directory}", path);
                await slot.RemoveAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ServerRefusedException)
            {
                log.LogWarning(failure, "What an earlier lab left in {Directory} could not be removed; the next start tries again", path);
            }
        }
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    private static string Default()
    {
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } named) return named;
        if (Environment.IsPrivilegedProcess) return "/var/lib/racelab";
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (data.Length == 0)
            throw new ServerRefusedException($"This user has no home directory for the lab's databases: set {EnvironmentVariable} to a directory that you can write to.");
        return System.IO.Path.Combine(data, "racelab");
    }
}
