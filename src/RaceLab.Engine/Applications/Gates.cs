using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Applications;

/// <summary>
/// The mutexes and shared calls of one instance of the application. Whoever waits is let in in the order of coming. Nobody is inside more than one of
/// them, which the compiler sees to. Thread-safe.
/// </summary>
internal sealed class Gates
{
    /// <summary>SQLSTATE <c>connection_failure</c>, for those who waited for a call that died.</summary>
    private static readonly StatementResult _died = new(StatementEnd.Rejected, 0, new SqlError("08006", null, "The call whose answer was to be shared died with its connection."));

    private readonly Lock _lock = new();
    private readonly Dictionary<(BlockKind, string?), Door> _doors = [];

    /// <summary>Everybody who is inside, and everybody who waits.</summary>
    public IReadOnlyList<GateHold> Holds
    {
        get
        {
            lock (_lock)
                return [.. _doors.Values.SelectMany(d => d.Waiting.Select(w => new GateHold(w.Actor, d.Kind, d.Value, d.Owner)).Prepend(new GateHold(d.Owner, d.Kind, d.Value, null)))];
        }
    }

    /// <summary>Enters, at once or when whoever is inside has left. Of a shared call that another makes, the answer comes back with what it was told.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="gate">What.</param>
    /// <param name="value">For which value.</param>
    /// <param name="cancellation">Gives up waiting: the answer is then lost.</param>
    public Task<StatementResult> EnterAsync(int actor, Gate gate, string? value, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_doors.TryGetValue((gate.Kind, value), out var door))
            {
                _doors.Add((gate.Kind, value), new Door(gate.Kind, value) { Owner = actor });
                return Task.FromResult(new StatementResult(StatementEnd.Answered, 0));
            }

            var waiter = new Waiter(actor);
            door.Waiting.AddLast(waiter);
            waiter.GivingUp = cancellation.Register(() => GiveUp(door, waiter));
            return waiter.Entered.Task;
        }
    }

    /// <summary>Leaves what one is inside, in good order or after an error.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="end">What those get who have waited for a shared call; nobody cares about it at a mutex.</param>
    public void Leave(int actor, in StatementResult end)
    {
        List<Waiter> letGo;
        StatementResult result;
        lock (_lock)
        {
            if (_doors.Values.FirstOrDefault(d => d.Owner == actor) is not { } door) return;
            var shared = door.Kind == BlockKind.SingleFlight;
            letGo = [.. shared ? door.Waiting : door.Waiting.Take(1)];
            result = shared ? end : new StatementResult(StatementEnd.Answered, 0);
            if (shared || letGo.Count == 0)
            {
                _doors.Remove((door.Kind, door.Value));
            }
            else
            {
                door.Owner = letGo[0].Actor;
                door.Waiting.RemoveFirst();
            }
        }

        foreach (var waiter in letGo)
        {
            waiter.GivingUp.Unregister();
            waiter.Entered.TrySetResult(result);
        }
    }

    /// <summary>Whoever is inside has died: the next goes in, and a shared call ends with an error for all who wait for it.</summary>
    public void Die(int actor) => Leave(actor, _died);

    private void GiveUp(Door door, Waiter waiter)
    {
        lock (_lock)
            if (!door.Waiting.Remove(waiter)) return;
        waiter.Entered.TrySetResult(new StatementResult(StatementEnd.Lost, 0));
    }

    private sealed class Door(BlockKind kind, string? value)
    {
        public BlockKind Kind { get; } = kind;

        public string? Value { get; } = value;

        public required int Owner { get; set; }

        public LinkedList<Waiter> Waiting { get; } = [];
    }

    private sealed class Waiter(int actor)
    {
        public int Actor { get; } = actor;

        public TaskCompletionSource<StatementResult> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenRegistration GivingUp { get; set; }
    }
}

/// <summary>Somebody inside a gate, or before it.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Kind">What kind of gate.</param>
/// <param name="Value">For which value; null for a connection, and for NULL.</param>
/// <param name="WaitsFor">Who is inside; null where it is the actor itself.</param>
internal readonly record struct GateHold(int Actor, BlockKind Kind, string? Value, int? WaitsFor);
