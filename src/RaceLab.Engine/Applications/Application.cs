using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Applications;

/// <summary>
/// The application that a strategy's workers, or its stepped sessions, run in: one or several instances, each with its own mutexes, shared calls and
/// connections. The database knows nothing of any of it.
/// </summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly Strategy _strategy;
    private readonly Instance[] _instances;

    /// <param name="strategy">How many instances there are, and where their connections come from.</param>
    /// <param name="open">Opens a connection; fails with <see cref="ServerRefusedException"/>.</param>
    public Application(Strategy strategy, Func<CancellationToken, Task<ISession>> open)
    {
        _strategy = strategy;
        _instances = new Instance[strategy.Instances];
        for (var i = 0; i < _instances.Length; i++)
        {
            var pool = strategy.Connection is { Pool: { } size } use ? new ConnectionPool(size, use.Reset, open) : null;
            _instances[i] = new Instance(new Gates(), pool, open, strategy.Connection is null);
        }
    }

    /// <summary>Who is inside what, and who waits for whom.</summary>
    public IEnumerable<GateHold> Holds => _instances.SelectMany(i => i.Gates.Holds.Concat(i.Pool?.Holds ?? []));

    /// <summary>The server processes behind connections that lie in pools.</summary>
    public IEnumerable<int> IdleProcesses => _instances.SelectMany(i => i.Pool?.IdleProcesses ?? []);

    /// <summary>Whether connections close behind each attempt.</summary>
    public bool ClosesConnections => _strategy.Connection is { Pool: null };

    /// <summary>A place for a worker or a session.</summary>
    /// <param name="actor">From 1: it says in which instance.</param>
    public Seat SeatFor(int actor) => new(actor, _instances[_strategy.InstanceOf(actor) - 1]);

    /// <summary>Closes what lies in the pools; they can be used further on.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            if (instance.Pool is { } pool) await pool.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>One instance of an application.</summary>
/// <param name="Gates">Its mutexes and shared calls.</param>
/// <param name="Pool">Its connections; null where it has no pool.</param>
/// <param name="OpenAsync">Opens a connection.</param>
/// <param name="IsDedicated">Whether each worker has a connection of its own for all of its attempts.</param>
internal sealed record Instance(Gates Gates, ConnectionPool? Pool, Func<CancellationToken, Task<ISession>> OpenAsync, bool IsDedicated);
