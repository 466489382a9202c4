using System.Diagnostics;
using System.Text.Json;

namespace RaceLab.Hosting.Tests;

/// <summary>The lab as a process: what it prints, what it ends with, what it leaves.</summary>
public sealed class ProcessTests : IDisposable
{
    /// <summary>How long a lab may take to end: half of what a container's engine waits before it kills (https://docs.docker.com/reference/cli/docker/container/stop/).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Short, because sockets lie below it; of its own, because a lab's history stays in it, and belongs to one version of PostgreSQL.</summary>
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"rlp-{Guid.NewGuid():N}"[..12]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Terminated_LabWithServersOfItsOwn_EndsBeforeItWouldBeKilledAndLeavesNoServer()
    {
        using var lab = Start("--urls", "http://127.0.0.1:0", "--Logging:LogLevel:RaceLab=Information", "--Logging:Console:FormatterName=json");
        var directories = new List<string>();
        string? line;
        while ((line = await lab.StandardOutput.ReadLineAsync(Cancellation)) is not null && !line.StartsWith("RaceLab is at", StringComparison.Ordinal))
        {
            using var entry = JsonDocument.Parse(line);
            if (entry.RootElement.GetProperty("State").TryGetProperty("Directory", out var directory)) directories.Add(directory.GetString()!);
        }

        Assert.NotNull(line);
        Assert.Equal(2, directories.Count);
        Assert.All(directories, directory => Assert.True(File.Exists(Path.Combine(directory, "data", "postmaster.pid"))));

        var waited = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-s", "TERM", $"{lab.Id}"])) await kill.WaitForExitAsync(Cancellation);
        await lab.WaitForExitAsync(Cancellation);
        Assert.True(waited.Elapsed < Patience, $"it took {waited.Elapsed}");
        Assert.Equal(0, lab.ExitCode);
        Assert.All(directories, directory => Assert.False(File.Exists(Path.Combine(directory, "data", "postmaster.pid"))));
    }

    [Fact(Timeout = 60_000)]
    public async Task Start_WrongSettings_SaysEachOnALineAndEndsWithTwo()
    {
        using var lab = Start("--port", "x", "--RaceLab:Limits:History=never", "--ConnectionStrings:Lab=Password=hunter2");
        var error = await lab.StandardError.ReadToEndAsync(Cancellation);
        await lab.WaitForExitAsync(Cancellation);

        Assert.Equal(2, lab.ExitCode);
        Assert.Equal(3, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Start_ServerThatIsNotThere_SaysSoAndEndsWithThree()
    {
        using var lab = Start("--ConnectionStrings:Lab=Host=127.0.0.1;Port=1;Username=me;Password=hunter2", "--ConnectionStrings:State=Host=127.0.0.1;Port=1;Username=me;Password=hunter2");
        var error = await lab.StandardError.ReadToEndAsync(Cancellation);
        await lab.WaitForExitAsync(Cancellation);

        Assert.Equal(3, lab.ExitCode);
        Assert.Contains("127.0.0.1:1 cannot be reached", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
    }

    private Process Start(params string[] arguments)
    {
        var command = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RaceLab.Web.dll"), $"--RaceLab:Content={Places.Content}", $"--RaceLab:Home={_home}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        return Process.Start(command)!;
    }
}
