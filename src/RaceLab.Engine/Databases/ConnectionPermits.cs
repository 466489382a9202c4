using System.Diagnostics;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>What permits are for, which decides who may be there at the same time.</summary>
public enum PermitUse
{
    /// <summary>Load on the server: a race or an exploration, beside others.</summary>
    Load,

    /// <summary>A race that is measured with nothing beside it: waits until no load is left, and keeps load out while it is there.</summary>
    Alone,

    /// <summary>
    /// Sessions that stand still between a learner's steps, for minutes. One statement now and then is no load, so they neither wait for those who are alone
    /// nor make them wait.
    /// </summary>
    Idle,
}

/// <summary>
/// A budget of connections, given out in the order of asking, so that 53300 never happens by accident. It is also what keeps a measured race alone
/// among the races of this process; what other programs do on the same server it cannot know. Thread-safe; callers are told things outside of every lock.
/// </summary>
public sealed class ConnectionPermits
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _queue = new();
    private int _free;
    private int _loads;
    private long _loadsSoFar;
    private bool _isAlone;

    /// <summary>Makes a budget.</summary>
    /// <param name="total">1 or more.</param>
    public ConnectionPermits(int total)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        Total = total;
        _free = total;
    }

    /// <summary>How many there are in all.</summary>
    public int Total { get; }

    /// <summary>How many nobody holds just now.</summary>
    public int Free
    {
        get
        {
            lock (_gate) return _free;
        }
    }

    /// <summary>Whether any load is there just now, and how many loads have been there so far.</summary>
    public (bool IsThere, long SoFar) Load
    {
        get
        {
            lock (_gate) return (_loads > 0 || _isAlone, _loadsSoFar);
        }
    }

    /// <summary>How many callers wait just now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    /// <summary>The same for <see cref="PermitUse.Load"/>.</summary>
    public Task<PermitLease> TakeAsync(int count, Action<int>? place, CancellationToken cancellation) => TakeAsync(count, PermitUse.Load, place, cancellation);

    /// <summary>
    /// Waits for permits. First come, first served: a large request is not overtaken by small ones, nor one that wants to be alone by whoever comes after it, but for sessions that stand still and take nothing from it.
    /// </summary>
    /// <param name="count">1 to <see cref="Total"/>.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="place">Told the place in the queue whenever it changes: 1 for the next. Not called where there is no wait; must not throw.</param>
    /// <param name="cancellation">Leaves the queue.</param>
    /// <returns>The permits; disposing gives them back, and doing it twice does nothing.</returns>
    /// <exception cref="ServerRefusedException">More were asked for than there are.</exception>
    public async Task<PermitLease> TakeAsync(int count, PermitUse use, Action<int>? place, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count > Total)
            throw new ServerRefusedException($"The server allows races {Total} connections at once, and {count} were asked for. Use fewer workers, or raise its max_connections.");
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (MayEnter(count, use, _queue.Sum(w => w.Count))) return Enter(count, use, TimeSpan.Zero);

            waiter = new Waiter(count, use, place);
            _queue.AddLast(waiter);
            waiter.Place = _queue.Count;
        }

        Tell([waiter]);
        using var leaving = cancellation.UnsafeRegister(static (state, token) =>
        {
            var (permits, leaver) = ((ConnectionPermits, Waiter))state!;
            permits.Leave(leaver, token);
        }, (this, waiter));
        return await waiter.Granted.Task.ConfigureAwait(false);
    }

    private void Leave(Waiter waiter, CancellationToken cancellation)
    {
        List<Waiter> moved;
        lock (_gate)
        {
            if (!_queue.Remove(waiter)) return;
            waiter.Place = 0;
            moved = Advance();
        }

        waiter.Granted.TrySetCanceled(cancellation);
        Tell(moved);
    }

    // Under the lock, as is whatever changes what it asks.
    private bool Fits(int count, PermitUse use) => count <= _free && use switch
    {
        PermitUse.Load => !_isAlone,
        PermitUse.Alone => !_isAlone && _loads == 0,
        _ => true,
    };

    /// <summary>Whoever is first, if it fits. Whoever stands still may pass those who wait for quiet and not for connections: there must be room for all of them beside it.</summary>
    private bool MayEnter(int count, PermitUse use, int ahead) => Fits(count, use) && (ahead == 0 || (use == PermitUse.Idle && count + ahead <= _free));

    private PermitLease Enter(int count, PermitUse use, TimeSpan waited)
    {
        _free -= count;
        if (use != PermitUse.Idle) _loadsSoFar++;
        if (use == PermitUse.Load) _loads++;
        if (use == PermitUse.Alone) _isAlone = true;
        return new PermitLease(waited, () => GiveBack(count, use));
    }

    private void GiveBack(int count, PermitUse use)
    {
        List<Waiter> moved;
        lock (_gate)
        {
            _free += count;
            if (use == PermitUse.Load) _loads--;
            if (use == PermitUse.Alone) _isAlone = false;
            moved = Advance();
        }

        Tell(moved);
    }

    // Under the lock: lets in whoever may enter, and renumbers the rest.
    private List<Waiter> Advance()
    {
        var ahead = 0;
        for (var node = _queue.First; node is not null;)
        {
            var (waiter, next) = (node.Value, node.Next);
            if (MayEnter(waiter.Count, waiter.Use, ahead))
            {
                _queue.Remove(node);
                waiter.Place = 0;
                waiter.Granted.TrySetResult(Enter(waiter.Count, waiter.Use, waiter.Waited));
            }
            else
            {
                ahead += waiter.Count;
            }

            node = next;
        }

        var moved = new List<Waiter>();
        var place = 0;
        foreach (var waiter in _queue)
        {
            if (waiter.Place == ++place) continue;
            waiter.Place = place;
            moved.Add(waiter);
        }

        return moved;
    }

    private static void Tell(List<Waiter> moved)
    {
        foreach (var waiter in moved) waiter.Tell();
    }

    private sealed class Waiter(int count, PermitUse use, Action<int>? told)
    {
        private readonly long _asked = Stopwatch.GetTimestamp();
        private int _telling;
        private int _last;
        private volatile int _place;

        public int Count { get; } = count;

        public PermitUse Use { get; } = use;

        public TimeSpan Waited => Stopwatch.GetElapsedTime(_asked);

        public TaskCompletionSource<PermitLease> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>0 once it waits no longer.</summary>
        public int Place
        {
            get => _place;
            set => _place = value;
        }

        // Two changes may be told from two threads: whoever comes second leaves it to the first, so that places arrive in order.
        public void Tell()
        {
            if (told is null || Interlocked.Increment(ref _telling) != 1) return;
            int seen;
            do
            {
                seen = Volatile.Read(ref _telling);
                var place = _place;
                if (place != 0 && place != _last) told(_last = place);
            }
            while (Interlocked.Add(ref _telling, -seen) != 0);
        }
    }
}

/// <summary>Permits that somebody holds. Disposing it gives them back; repeating that does nothing.</summary>
public sealed class PermitLease : IDisposable
{
    private readonly long _granted = Stopwatch.GetTimestamp();
    private Action? _giveBack;

    internal PermitLease(TimeSpan waited, Action giveBack)
    {
        Waited = waited;
        _giveBack = giveBack;
    }

    /// <summary>How long the queue took, whenever its holder noticed.</summary>
    public TimeSpan Waited { get; }

    /// <summary>For how long they have been held.</summary>
    public TimeSpan Held => Stopwatch.GetElapsedTime(_granted);

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
