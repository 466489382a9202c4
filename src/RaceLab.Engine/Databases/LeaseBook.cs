namespace RaceLab.Engine.Databases;

/// <summary>
/// Who holds which lease, and who waits for one, where sessions are stepped: there a lease is let go only by a turn, and whoever has waited longest is next, so that the same
/// schedule goes the same way every time. The leases themselves are in Redis, as in a race; every command on them is noted here.
/// </summary>
internal sealed class LeaseBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LeaseHold> _holds = [];
    private readonly List<(int Actor, string Name)> _waiting = [];

    /// <summary>What is held now.</summary>
    public IReadOnlyList<LeaseHold> Holds
    {
        get
        {
            lock (_gate) return [.. _holds.Values.OrderBy(h => h.Actor)];
        }
    }

    /// <summary>A session begins to wait, behind all who wait already.</summary>
    public void Wait(int actor, string name)
    {
        lock (_gate) _waiting.Add((actor, name));
    }

    /// <summary>Whether nobody has waited longer.</summary>
    public bool IsNext(int actor, string name)
    {
        lock (_gate) return _waiting.First(w => w.Name == name).Actor == actor;
    }

    /// <summary>It has the lease, or has given up.</summary>
    public void StopWaiting(int actor, string name, LeaseHold? hold)
    {
        lock (_gate)
        {
            _waiting.Remove((actor, name));
            if (hold is { } got) _holds[name] = got;
        }
    }

    /// <summary>The token of whoever holds a lease now; null where nobody does.</summary>
    /// <param name="name">Its name in Redis.</param>
    public string? TokenOf(string name)
    {
        lock (_gate) return _holds.TryGetValue(name, out var hold) ? hold.Token : null;
    }

    /// <summary>A lease that was taken with a token is gone. Whoever has got one of that name since then keeps it.</summary>
    /// <param name="name">Its name in Redis.</param>
    /// <param name="token">What it was taken with; null: nobody had it, and nothing is removed.</param>
    public void Remove(string name, string? token)
    {
        lock (_gate)
            if (_holds.TryGetValue(name, out var hold) && hold.Token == token) _holds.Remove(name);
    }

    /// <summary>Whom a session waits for: the holder of the lease, and those who have waited longer. Empty where it does not wait, or is about to be let in.</summary>
    public int[] BlockersOf(int actor)
    {
        lock (_gate)
        {
            foreach (var (who, name) in _waiting)
            {
                if (who != actor) continue;
                var ahead = _waiting.TakeWhile(w => w.Actor != actor).Where(w => w.Name == name).Select(w => w.Actor);
                return [.. ahead.Concat(_holds.TryGetValue(name, out var hold) ? [hold.Actor] : []).Distinct().Order()];
            }

            return [];
        }
    }
}

/// <summary>A lease that is held.</summary>
/// <param name="Actor">The session, from 1.</param>
/// <param name="Name">The key in Redis.</param>
/// <param name="Token">What it was taken with.</param>
/// <param name="Length">How long it is for.</param>
internal readonly record struct LeaseHold(int Actor, string Name, string Token, TimeSpan Length);
