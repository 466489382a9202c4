using Microsoft.Extensions.Logging;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>
/// Standbys of the private lab cluster, made when somebody needs one. Each serves one race or one stepped run at a time; whoever comes when all are taken waits.
/// </summary>
/// <param name="primary">Whose standbys.</param>
/// <param name="options">Where clusters live.</param>
/// <param name="log">For what goes wrong in the background.</param>
internal sealed class StandbyPool(EmbeddedCluster primary, EmbeddedClusterOptions options, ILogger log) : IAsyncDisposable
{
    /// <summary>The most standbys at once: each takes as much disk as its primary, and the primary's walsenders are ten.</summary>
    public const int Most = 4;

    private static readonly TimeSpan TidyPatience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Stack<Standby> _idle = new();
    private readonly HashSet<Standby> _all = [];
    private readonly SemaphoreSlim _places = new(Most);
    private readonly SemaphoreSlim _making = new(1);
    private readonly CancellationTokenSource _closing = new();
    private bool _ended;

    /// <summary>A standby that follows its primary, for the caller alone.</summary>
    /// <exception cref="ServerRefusedException">None can be had, with the reason.</exception>
    public async Task<Standby> RentAsync(CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended, this);
                if (_idle.TryPop(out var idle)) return idle;
            }

            return await MakeAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Takes one back. Never throws: one that cannot be put in order is ended.</summary>
    public async ValueTask ReturnAsync(Standby standby)
    {
        var isWell = false;
        using var patience = new CancellationTokenSource(TidyPatience);
        lock (_gate)
        {
            if (_ended) return;
        }

        try
        {
            await standby.ReplayBehindAsync(TimeSpan.Zero, patience.Token).ConfigureAwait(false);
            isWell = true;
        }
        catch (OperationCanceledException)
        {
            // It takes too long.
        }
        catch (ServerRefusedException astray)
        {
            log.LogWarning(astray, "A standby has gone astray and is replaced");
        }

        lock (_gate)
        {
            if (_ended) return;
            if (isWell) _idle.Push(standby);
            else _all.Remove(standby);
        }

        if (!isWell) await standby.EndAsync().ConfigureAwait(false);
        _places.Release();
    }

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _ended = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _making.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        List<Standby> all;
        lock (_gate) all = [.. _all];
        foreach (var standby in all) await standby.EndAsync().ConfigureAwait(false);
        _making.Dispose();
        _places.Dispose();
        _closing.Dispose();
    }

    // One after another: a base backup has the primary write a checkpoint.
    private async Task<Standby> MakeAsync(CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
            var cluster = await EmbeddedCluster.StartAsync(options with { Kind = ClusterKind.Standby, Primary = primary, TcpPort = null }, log, ending.Token).ConfigureAwait(false);
            var standby = new Standby(this, cluster, primary);
            lock (_gate) _all.Add(standby);
            return standby;
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            throw new ServerRefusedException($"A standby of the lab's server could not be made. {failure.Message}", failure);
        }
        finally
        {
            _making.Release();
        }
    }
}
