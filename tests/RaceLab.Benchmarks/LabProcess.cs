using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Engine.Settings;

namespace RaceLab.Benchmarks;

/// <summary>A lab in a process of its own, with private servers, so that what the server process costs can be told from everything else.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private const string Announcement = "RaceLab is at ";
    private const string AnyPort = "http://127.0.0.1:0";
    private const string Script = "racelab";
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string? _home;
    private readonly long _started;
    private readonly Task _drained;

    private LabProcess(Process process, string? ownHome, Uri address, long started)
    {
        _process = process;
        _home = ownHome;
        _started = started;
        Announced = Age;
        Address = address;
        _drained = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Where its page is.</summary>
    public Uri Address { get; }

    /// <summary>Processor time that the server process has used, in its own code and in the kernel's for it.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes of memory that the server process has now, such as the system counts them.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>How long after it was started it said where its page is.</summary>
    public TimeSpan Announced { get; }

    /// <summary>Since it was started.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>Starts a lab in a home that goes with it, and waits until its page is there.</summary>
    /// <exception cref="LabException">It does not come up.</exception>
    public static Task<LabProcess> StartAsync(CancellationToken cancellation)
    {
        var home = NewHome();
        return StartAsync(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RaceLab.Web.dll"), "--urls", AnyPort, $"--RaceLab:Home={home}", "--Logging:LogLevel:Default=Warning"]), home, cancellation);
    }

    /// <summary>Starts a lab as people do, by <c>./racelab run</c>, whose own checks take their time, too.</summary>
    /// <param name="home">Where its databases are; stays the caller's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static Task<LabProcess> StartByScriptAsync(string home, CancellationToken cancellation)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, Script))) folder = folder.Parent;
        if (folder is null) throw new LabException($"There is no {Script} above {AppContext.BaseDirectory}: this bench runs in the lab's repository.");
        var command = new ProcessStartInfo("bash", [Path.Combine(folder.FullName, Script), "run", "--urls", AnyPort]);
        command.Environment[SettingKeys.InEnvironment(SettingKeys.Home)] = home;
        return StartAsync(command, null, cancellation);
    }

    /// <summary>The name of a home that nobody has; short, because PostgreSQL's sockets lie below it.</summary>
    public static string NewHome() => Path.Combine(Path.GetTempPath(), $"rlb-{Guid.NewGuid():N}"[..12]);

    private static async Task<LabProcess> StartAsync(ProcessStartInfo command, string? ownHome, CancellationToken cancellation)
    {
        command.RedirectStandardOutput = true;
        var started = Stopwatch.GetTimestamp();
        Process process;
        try
        {
            process = Process.Start(command)!;
        }
        catch (Win32Exception missing)
        {
            throw new LabException($"{command.FileName} cannot be started: {missing.Message}");
        }

        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            {
                if (!line.StartsWith(Announcement, StringComparison.Ordinal)) continue;
                var address = line[Announcement.Length..].Split(' ')[0].Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
                return new LabProcess(process, ownHome, new Uri(address), started);
            }

            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            throw new LabException($"The lab ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)} before its page was there; what it said above says why.");
        }
        catch
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Starts a race as a learner does.</summary>
    /// <param name="workload">The rest of the page's link: scenario, strategy, workload.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The learner, at the race's address.</returns>
    public async Task<RaceViewer> RaceAsync(string workload, CancellationToken cancellation)
    {
        var learner = await RaceViewer.OpenAsync(new Uri(Address, $"/?{workload}"), cancellation).ConfigureAwait(false);
        try
        {
            await learner.RunAsync(cancellation).ConfigureAwait(false);
            return learner;
        }
        catch
        {
            await learner.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-s", "TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync().ConfigureAwait(false);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(EndingTime).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _process.Kill();
                await _process.WaitForExitAsync().ConfigureAwait(false);
            }
        }

        await _drained.ConfigureAwait(false);
        _process.Dispose();
        if (_home is not null && Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
    }
}

/// <summary>There is no lab to measure.</summary>
internal sealed class LabException(string message) : Exception(message);
