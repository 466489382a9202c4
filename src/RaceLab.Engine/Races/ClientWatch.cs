using RaceLab.Engine.Autopsies;

namespace RaceLab.Engine.Races;

/// <summary>
/// Notices when the lab itself pauses while a race runs: a thread of its own wakes up every <see cref="ClientPauses.Beat"/>, and gives the thread pool a piece of work, one at a time. What comes late
/// by <see cref="ClientPauses.Least"/> is a pause where no worker moved either (<see cref="PauseLog"/>).
/// </summary>
internal sealed class ClientWatch : IThreadPoolWorkItem, IDisposable
{
    private readonly PauseLog _log = new();

    // It waits for a whole beat nearly always: to spin first would only take processors from those who are watched.
    private readonly ManualResetEventSlim _ended = new(initialState: false, spinCount: 0);
    private readonly Func<TimeSpan> _now;
    private readonly Action<IThreadPoolWorkItem> _queue;
    private readonly Thread _thread;
    private readonly TimeSpan _collectedBefore = GC.GetTotalPauseDuration();
    private readonly int _collectionsBefore = GC.CollectionCount(0);
    private TimeSpan _queued;
    private long _begun;

    private ClientWatch(Func<TimeSpan> now, Action<IThreadPoolWorkItem> queue)
    {
        _now = now;
        _queue = queue;
        _thread = new Thread(Beat) { IsBackground = true, Name = "racelab heartbeat" };
    }

    /// <summary>Watches a race whose start barrier has just opened.</summary>
    /// <param name="now">The time since the start barrier.</param>
    /// <param name="queue">Gives work to the pool that is watched; null for the process's own.</param>
    public static ClientWatch Start(Func<TimeSpan> now, Action<IThreadPoolWorkItem>? queue = null)
    {
        var watch = new ClientWatch(now, queue ?? (work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false)));
        watch._thread.Start();
        return watch;
    }

    /// <summary>Watches no longer.</summary>
    /// <param name="movement">When the race's workers moved.</param>
    /// <returns>Every pause in the order of time, and what a result says of them.</returns>
    public (IReadOnlyList<ClientPause> Pauses, ClientPauses Summary) Stop(Movement movement)
    {
        _ended.Set();
        _thread.Join();
        var pauses = _log.PausesIn(movement);
        return (pauses, _log.Summarize(pauses, GC.GetTotalPauseDuration() - _collectedBefore, GC.CollectionCount(0) - _collectionsBefore));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    /// <summary>The pool has come to its work.</summary>
    void IThreadPoolWorkItem.Execute() => Volatile.Write(ref _begun, Math.Max(1, _now().Ticks));

    private void Beat()
    {
        // The barrier has opened already: what this thread came too late for belongs to the race.
        var collected = GC.GetTotalPauseDuration();
        _log.Woke(TimeSpan.Zero, _now(), collected - _collectedBefore);
        QueueWork();
        var due = _now() + ClientPauses.Beat;
        while (!_ended.Wait(ClientPauses.Beat))
        {
            var now = _now();
            var collectedNow = GC.GetTotalPauseDuration();
            _log.Woke(due, now, collectedNow - collected);
            collected = collectedNow;
            if (Volatile.Read(ref _begun) is > 0 and var begun)
            {
                _log.Pooled(_queued, TimeSpan.FromTicks(begun));
                QueueWork();
            }

            due = _now() + ClientPauses.Beat;
        }

        _log.Pooled(_queued, Volatile.Read(ref _begun) is > 0 and var ran ? TimeSpan.FromTicks(ran) : _now());
    }

    private void QueueWork()
    {
        _queued = _now();
        Volatile.Write(ref _begun, 0);
        _queue(this);
    }
}
