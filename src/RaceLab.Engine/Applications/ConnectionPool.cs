using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Applications;

/// <summary>
/// The pool of one instance: connections are opened when they are first needed, the one that came back last is taken first, and what its session holds
/// stays with it until a reset. Thread-safe.
/// </summary>
internal sealed class ConnectionPool(int size, PoolReset reset, Func<CancellationToken, Task<ISession>> open) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<ISession> _idle = new();
    private readonly Dictionary<int, ISession?> _taken = [];
    private readonly LinkedList<Waiter> _waiting = [];

    /// <summary>The server processes behind connections that lie in the pool.</summary>
    public IReadOnlyList<int> IdleProcesses
    {
        get
        {
            lock (_lock) return [.. _idle.Select(s => s.ProcessId)];
        }
    }

    /// <summary>Who has a connection, and who waits for one: for all who have.</summary>
    public IReadOnlyList<GateHold> Holds
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _taken.Keys.Order().Select(actor => new GateHold(actor, BlockKind.Connection, null, null)),
                    .. _waiting.SelectMany(w => _taken.Keys.Order().Select(holder => new GateHold(w.Actor, BlockKind.Connection, null, holder))),
                ];
            }
        }
    }

    /// <summary>A connection, at once or when one is free.</summary>
    /// <exception cref="ServerRefusedException">A new one had to be opened, and could not be.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public async Task<ISession> TakeAsync(int actor, CancellationToken cancellation)
    {
        Waiter? waiter = null;
        ISession? session = null;
        lock (_lock)
        {
            if (_taken.Count < size)
            {
                _idle.TryPop(out session);
                _taken.Add(actor, session);
            }
            else
            {
                waiter = new Waiter(actor);
                _waiting.AddLast(waiter);
            }
        }

        if (waiter is not null)
        {
            await using var givingUp = cancellation.Register(() => GiveUp(waiter)).ConfigureAwait(false);
            session = await waiter.Got.Task.ConfigureAwait(false);
        }

        try
        {
            // A connection of the pool that died while it lay there is found out only with its next statement, as in any pool that does not try first.
            if (session is not null && reset == PoolReset.WhenTaken) await session.ResetAsync(cancellation).ConfigureAwait(false);
            session ??= await open(cancellation).ConfigureAwait(false);
            lock (_lock) _taken[actor] = session;
            return session;
        }
        catch
        {
            Free(actor, null);
            throw;
        }
    }

    /// <summary>Gives a connection back.</summary>
    public async Task ReturnAsync(int actor, ISession session)
    {
        if (reset == PoolReset.WhenReturned && !await session.ResetAsync(CancellationToken.None).ConfigureAwait(false))
            await DiscardAsync(actor, session).ConfigureAwait(false);
        else
            Free(actor, session);
    }

    /// <summary>Closes a connection that is of no more use, which makes room for another one.</summary>
    public async Task DiscardAsync(int actor, ISession session)
    {
        await session.DisposeAsync().ConfigureAwait(false);
        Free(actor, null);
    }

    /// <summary>Closes what lies in the pool.</summary>
    public async ValueTask DisposeAsync()
    {
        while (true)
        {
            ISession? session;
            lock (_lock)
                if (!_idle.TryPop(out session)) return;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Free(int actor, ISession? session)
    {
        Waiter? next;
        lock (_lock)
        {
            _taken.Remove(actor);
            next = _waiting.First?.Value;
            if (next is not null)
            {
                _waiting.RemoveFirst();
                _taken.Add(next.Actor, session);
            }
            else if (session is not null)
            {
                _idle.Push(session);
            }
        }

        next?.Got.TrySetResult(session);
    }

    private void GiveUp(Waiter waiter)
    {
        lock (_lock)
            if (!_waiting.Remove(waiter)) return;
        waiter.Got.TrySetCanceled();
    }

    private sealed class Waiter(int actor)
    {
        public int Actor { get; } = actor;

        /// <summary>A connection, or null: there is room for a new one.</summary>
        public TaskCompletionSource<ISession?> Got { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
