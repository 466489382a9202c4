using System.Diagnostics;
using System.Globalization;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>Private clusters held by a process of their own, which can be killed.</summary>
internal sealed class HeldClusters : IAsyncDisposable
{
    private readonly Process _holder;

    private HeldClusters(Process holder) => _holder = holder;

    public List<(int ProcessId, string Directory)> Clusters { get; } = [];

    public string? Refusal { get; private set; }

    public static async Task<HeldClusters> StartAsync(string home, string[] kinds, CancellationToken cancellation, string? user = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RaceLab.ClusterHolder.dll"), .. kinds])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.Environment["RACELAB_HOME"] = home;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (user is not null) start.UserName = user;
        var held = new HeldClusters(Process.Start(start) ?? throw new InvalidOperationException("The holder did not start."));
        while (held.Clusters.Count < kinds.Length && held.Refusal is null)
        {
            var line = await held._holder.StandardOutput.ReadLineAsync(cancellation) ?? throw new InvalidOperationException("The holder ended without a word.");
            var words = line.Split(' ', 3);
            if (words[0] == "refused") held.Refusal = line["refused ".Length..];
            else held.Clusters.Add((int.Parse(words[1], CultureInfo.InvariantCulture), words[2]));
        }

        return held;
    }

    /// <summary>As a crash would, and as kill -9 does: no chance to say goodbye.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _holder.Kill();
        await _holder.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await _holder.WaitForExitAsync(patience.Token);
        _holder.Dispose();
    }
}

/// <summary>Waiting for what another process does.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, TimeSpan within, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < within, $"Still not so after {within.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
        }
    }

    public static bool Runs(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
