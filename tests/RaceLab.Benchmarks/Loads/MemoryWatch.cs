using System.Diagnostics;

namespace RaceLab.Benchmarks.Loads;

/// <summary>Looks at the lab's memory while it is under load, and afterwards until it has come back.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Looking = TimeSpan.FromMilliseconds(500);

    private readonly LabProcess _lab;
    private readonly long _before;
    private readonly CancellationTokenSource _over;
    private readonly Task _looking;
    private long _most;

    private MemoryWatch(LabProcess lab, CancellationToken cancellation)
    {
        _lab = lab;
        _before = _most = lab.Memory;
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _looking = LookAsync();
    }

    /// <summary>Begins; what the lab has now is what it should have afterwards.</summary>
    public static MemoryWatch Start(LabProcess lab, CancellationToken cancellation) => new(lab, cancellation);

    /// <summary>Waits until the lab has no more than so much, at most for so long.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="most">Times what it had before.</param>
    public async Task<MemoryUse> EndAsync(TimeSpan patience, double most)
    {
        var waited = Stopwatch.StartNew();
        while (_lab.Memory > most * _before && waited.Elapsed < patience) await Task.Delay(Looking, _over.Token).ConfigureAwait(false);
        return new MemoryUse(Mb(_before), Mb(Math.Max(_most, _lab.Memory)), Mb(_lab.Memory), waited.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        _over.Dispose();
    }

    private static double Mb(long bytes) => bytes / 1048576.0;

    private async Task LookAsync()
    {
        try
        {
            using var ticks = new PeriodicTimer(Looking);
            while (await ticks.WaitForNextTickAsync(_over.Token).ConfigureAwait(false)) _most = Math.Max(_most, _lab.Memory);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // It has been measured.
        }
    }
}

/// <summary>The server process's working set, in MB of 1,048,576 bytes.</summary>
/// <param name="BeforeMb">After a race to warm up and some idle time.</param>
/// <param name="MostMb">The most that was seen.</param>
/// <param name="AfterMb">When the races were over, their pages closed, and it had come back or the time for that was over.</param>
/// <param name="AfterSeconds">How long that took.</param>
internal sealed record MemoryUse(double BeforeMb, double MostMb, double AfterMb, double AfterSeconds)
{
    /// <summary>What it has over what it had.</summary>
    public double Ratio => AfterMb / BeforeMb;
}
