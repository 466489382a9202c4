using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Clusters;

namespace RaceLab.Benchmarks.Runner;

/// <summary>The program pgbench.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Version">Such as 15.18.</param>
internal sealed partial record Pgbench(string Path, Version Version)
{
    // \aset, which takes an answer without rows, came with it.
    private const int LeastMajor = 14;
    private const int UserTicksAt = 13;
    private const double TicksPerSecond = 100;
    private const string OwnTimes = "/proc/self/stat";

    // Behind the last second there must be another, or it is not told.
    private const int LastSeconds = 1;

    /// <summary>Looks beside the server's programs, and then in PATH.</summary>
    /// <exception cref="LabException">There is none, or it is too old.</exception>
    public static async Task<Pgbench> FindAsync(PostgresBinaries server, CancellationToken cancellation)
    {
        var beside = System.IO.Path.Combine(server.Directory, "pgbench");
        var path = File.Exists(beside) ? beside : "pgbench";
        if (await RunAsync(new ProcessStartInfo(path, ["--version"]), cancellation).ConfigureAwait(false) is not { } said || VersionForm().Match(said) is not { Success: true } match)
            throw new LabException($"pgbench was not found, neither in {server.Directory} nor in PATH: install it (Debian: apt-get install postgresql), since the runner is measured against it.");
        var found = new Pgbench(path, Version.Parse(match.Groups[1].Value));
        return found.Version.Major >= LeastMajor ? found : throw new LabException($"pgbench {found.Version} is too old: the scripts need {LeastMajor} or newer.");
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="length">For how long its speed counts, behind <see cref="IContender.Uncounted"/>; whole seconds.</param>
    /// <param name="arguments">Everything else on the command line.</param>
    /// <param name="environment">What libpq reads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="LabException">It fails, or one of its clients does.</exception>
    public async Task<PgbenchRun> RunAsync(TimeSpan length, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellation)
    {
        var seconds = (int)length.TotalSeconds;
        var command = new ProcessStartInfo(Path, [.. arguments, "-P", "1", "-T", ((int)IContender.Uncounted.TotalSeconds + seconds + LastSeconds).ToString(CultureInfo.InvariantCulture)]);
        foreach (var (name, value) in environment) command.Environment[name] = value;
        var before = ChildrensTime();
        var said = await RunAsync(command, cancellation).ConfigureAwait(false) ?? throw new LabException($"{Path} cannot be started any more.");
        return Read(said, seconds) with { Cpu = ChildrensTime() - before };
    }

    /// <summary>Reads what it prints.</summary>
    /// <param name="said">All of it.</param>
    /// <param name="seconds">How many of its seconds count, from the second one on.</param>
    /// <exception cref="LabException">It is no good end.</exception>
    internal static PgbenchRun Read(string said, int seconds)
    {
        var (made, failed) = (MadeForm().Match(said), FailedForm().Match(said));
        var told = ProgressForm().Matches(said).Select(m => (At: Number(m.Groups[1]), PerSecond: Number(m.Groups[2]))).Take(seconds + 1).ToList();
        if (!made.Success || told.Count <= seconds) throw new LabException($"pgbench did not say how fast it was: {said.Trim()}");
        if (said.Contains("aborted", StringComparison.Ordinal)) throw new LabException($"pgbench lost a client: {said.Trim()}");
        if (failed.Success && failed.Groups[1].Value != "0") throw new LabException($"{failed.Groups[1].Value} of pgbench's transactions failed, and none should.");
        var counted = told.Zip(told.Skip(1), (before, after) => (after.At - before.At) * after.PerSecond).Sum();
        return new PgbenchRun(long.Parse(made.Groups[1].Value, CultureInfo.InvariantCulture), counted / (told[^1].At - told[0].At), null);

        static double Number(Group written) => double.Parse(written.Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string?> RunAsync(ProcessStartInfo command, CancellationToken cancellation)
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        Process process;
        try
        {
            process = Process.Start(command)!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            try
            {
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                var output = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
                return process.ExitCode == 0 ? output + await errors.ConfigureAwait(false) : throw new LabException($"pgbench ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {(await errors.ConfigureAwait(false)).Trim()}");
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
    }

    /// <summary>The processor time of processes that this one has started and that have ended (<see href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat</see>); null where the system does not tell.</summary>
    private static TimeSpan? ChildrensTime()
    {
        if (!File.Exists(OwnTimes)) return null;
        var fields = File.ReadAllText(OwnTimes).Split(") ")[^1].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[UserTicksAt], CultureInfo.InvariantCulture) + long.Parse(fields[UserTicksAt + 1], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    [GeneratedRegex(@"\(PostgreSQL\)\s+(\d+\.\d+)")]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex MadeForm();

    [GeneratedRegex(@"progress: ([0-9.]+) s, ([0-9.]+) tps")]
    private static partial Regex ProgressForm();

    [GeneratedRegex(@"number of failed transactions: (\d+)")]
    private static partial Regex FailedForm();
}

/// <summary>What pgbench says of a run.</summary>
/// <param name="Made">Transactions of its kind, which are attempts of ours.</param>
/// <param name="PerSecond">Of them, in the time that counts.</param>
/// <param name="Cpu">The processor time of its process; null where it is not known.</param>
internal sealed record PgbenchRun(long Made, double PerSecond, TimeSpan? Cpu);
