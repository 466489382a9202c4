using System.ComponentModel;
using System.Diagnostics;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// Who runs a private cluster's programs. PostgreSQL refuses to run as root, so that a lab started by root hands over to another user of the system.
/// </summary>
/// <param name="Name">The other user; null where the lab's own user will do.</param>
internal sealed record ServerUser(string? Name)
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    public static ServerUser ForThisProcess()
    {
        if (!Environment.IsPrivilegedProcess) return new ServerUser(default(string));
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        return new ServerUser(Candidates.FirstOrDefault(known.Contains)
            ?? throw new ServerRefusedException("PostgreSQL does not run as root, and this machine has no user postgres or nobody: start the lab as an ordinary user, or create the user postgres."));
    }

    /// <summary>A command run by that user, away from the caller's directory and locale.</summary>
    public ProcessStartInfo Command(string file, IEnumerable<string> arguments)
    {
        var command = AsLab(file, arguments);
        if (Name is not null) command.UserName = Name;
        return command;
    }

    /// <summary>A directory that only that user may enter.</summary>
    public async Task MakeDirectoryAsync(string path, CancellationToken cancellation)
    {
        if (Name is not null) await RunAsync(AsLab("install", ["-d", "-m", "0700", "-o", Name, path]), cancellation).ConfigureAwait(false);
        else if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Copies a directory with its owner and modes, as the lab's own user.</summary>
    public static Task CopyAsync(string from, string to, CancellationToken cancellation) => RunAsync(AsLab("cp", ["-a", from, to]), cancellation);

    /// <summary>The same with files that a server is writing meanwhile, and may remove: whoever replays its log removes them as well.</summary>
    public static Task CopyLiveAsync(IEnumerable<string> from, string to, CancellationToken cancellation) =>
        RunAsync(AsLab("cp", ["-a", .. from, to]), line => line.EndsWith("No such file or directory", StringComparison.Ordinal), cancellation);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="ServerRefusedException">It failed, with its own words.</exception>
    public static Task RunAsync(ProcessStartInfo command, CancellationToken cancellation) => RunAsync(command, static _ => false, cancellation);

    /// <param name="command">What to run.</param>
    /// <param name="isForgiven">Whether a line of its standard error is no reason to call it failed.</param>
    /// <param name="cancellation">Ends it.</param>
    private static async Task RunAsync(ProcessStartInfo command, Func<string, bool> isForgiven, CancellationToken cancellation)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = await process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            var reasons = string.Join('\n', errors.Split('\n').Where(line => line.Length > 0 && !isForgiven(line)));
            if (process.ExitCode != 0 && (reasons.Length > 0 || errors.Length == 0))
                throw new ServerRefusedException($"A private PostgreSQL cannot be set up: {ServerWords.FirstError(reasons)} ({ClusterHome.EnvironmentVariable} names another place for it.)");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a command.</summary>
    /// <exception cref="ServerRefusedException">It cannot be started.</exception>
    public static Process Start(ProcessStartInfo command)
    {
        try
        {
            return Process.Start(command) ?? throw new ServerRefusedException($"{command.FileName} did not start.");
        }
        catch (Win32Exception failure)
        {
            var user = string.IsNullOrEmpty(command.UserName) ? "" : $" as the user {command.UserName}";
            throw new ServerRefusedException($"{command.FileName} cannot be started{user}: {failure.Message}.", failure);
        }
    }

    private static ProcessStartInfo AsLab(string file, IEnumerable<string> arguments)
    {
        var command = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in command.Environment.Keys.Where(IsLocaleOrPostgres).ToList()) command.Environment.Remove(name);
        return command;
    }

    // Whatever the shell says about languages or another server must not shape this one.
    private static bool IsLocaleOrPostgres(string name) =>
        name is "LANG" or "LANGUAGE" || name.StartsWith("LC_", StringComparison.Ordinal) || name.StartsWith("PG", StringComparison.Ordinal);
}
