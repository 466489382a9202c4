namespace RaceLab.Engine.Wire;

/// <summary>
/// The loops that a race or a stage runs on. A single thread would share a processor with all the server's processes that it waits for, and the more of them there
/// are, the smaller is its part; more threads than processors only take time from each other.
/// </summary>
internal sealed class WireLoops : IAsyncDisposable
{
    /// <summary>A loop for fewer would seldom find more than one answer when it looks.</summary>
    private const int FewestWorkers = 4;

    /// <summary>A guess for larger machines: on two processors, where it was measured, two are better than one and better than four.</summary>
    private const int Most = 4;

    private readonly WireLoop[] _loops;

    private WireLoops(int count) => _loops = [.. Enumerable.Range(0, count).Select(_ => WireLoop.Start())];

    /// <summary>Where a connection belongs that is opened now: to the loop that asks for it, so that whoever runs there need not leave it to use it.</summary>
    public WireLoop Here => Array.Find(_loops, loop => loop.IsCurrent) ?? _loops[0];

    /// <exception cref="WireUnfitException">There is none on this system.</exception>
    public static WireLoops Start(int count) => new(count);

    /// <summary>How many loops workers have use for.</summary>
    /// <param name="workers">So many of them.</param>
    /// <param name="processors">Of this machine, on which a private server runs as well.</param>
    public static int CountFor(int workers, int processors) => Math.Clamp(Math.Min(workers / FewestWorkers, processors), 1, Most);

    /// <summary>Where a worker runs.</summary>
    /// <param name="worker">Its number, from 0.</param>
    public WireLoop Of(int worker) => _loops[worker % _loops.Length];

    /// <summary>Ends them. Statements that are still under way are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.DisposeAsync().ConfigureAwait(false);
    }
}
