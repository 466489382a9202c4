using System.Runtime.InteropServices;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>Collects heartbeats, and tells those that came late because the client stood still. Knows no clock. Used from one thread.</summary>
internal sealed class PauseLog
{
    private readonly List<ClientPause> _late = [];
    private readonly List<uint> _pooled = [];
    private int _beats;
    private int _lateBeats;

    /// <summary>A thread of its own woke up.</summary>
    /// <param name="due">When it should have.</param>
    /// <param name="woke">When it did.</param>
    /// <param name="collected">For how long the garbage collector has stopped the process since it last woke up.</param>
    public void Woke(TimeSpan due, TimeSpan woke, TimeSpan collected)
    {
        _beats++;
        if (AddIfLate(due, woke, collected >= (woke - due) / 2 ? PauseCause.GarbageCollection : PauseCause.Processor)) _lateBeats++;
    }

    /// <summary>Work that was given to the thread pool was begun, or has not been begun so far.</summary>
    /// <param name="queued">When it was given.</param>
    /// <param name="begun">When it was begun, or now.</param>
    public void Pooled(TimeSpan queued, TimeSpan begun)
    {
        _pooled.Add((uint)Math.Max(0, (begun - queued).Ticks));
        AddIfLate(queued, begun, PauseCause.ThreadPool);
    }

    /// <summary>
    /// The pauses among what came late, in the order of time, none overlapping another. A late heartbeat alone is no pause: where processors are short, one thread waits while others go on.
    /// So only the time counts in which no worker did anything either.
    /// </summary>
    public IReadOnlyList<ClientPause> PausesIn(Movement movement) =>
    [
        .. Joined().SelectMany(late => movement.Standstills(late.FromUs, late.ToUs, (long)ClientPauses.Least.TotalMicroseconds)
            .Select(stood => new ClientPause(stood.FromUs, stood.ToUs, late.Cause))),
    ];

    /// <summary>What a result says of them.</summary>
    /// <param name="pauses">As <see cref="PausesIn"/> found them.</param>
    /// <param name="collected">For how long the garbage collector stopped the process.</param>
    /// <param name="collections">How often.</param>
    public ClientPauses Summarize(IReadOnlyList<ClientPause> pauses, TimeSpan collected, int collections) => new(
        collected.TotalMilliseconds,
        collections,
        pauses.Sum(p => p.LengthUs) / 1000.0,
        pauses.Count,
        [.. pauses.OrderByDescending(p => p.LengthUs).Take(ClientPauses.MostKept).OrderBy(p => p.FromUs)],
        _beats,
        _lateBeats,
        Percentiles.Summarize(CollectionsMarshal.AsSpan(_pooled)));

    private bool AddIfLate(TimeSpan from, TimeSpan to, PauseCause cause)
    {
        if (to - from < ClientPauses.Least) return false;
        _late.Add(new ClientPause((long)from.TotalMicroseconds, (long)to.TotalMicroseconds, cause));
        return true;
    }

    // Where the whole process stood still, the thread pool did too: the first cause of the enumeration explains the others.
    private List<ClientPause> Joined()
    {
        var joined = new List<ClientPause>();
        foreach (var late in _late.OrderBy(p => p.FromUs))
        {
            if (joined.Count > 0 && joined[^1] is var last && late.FromUs <= last.ToUs)
                joined[^1] = new ClientPause(last.FromUs, Math.Max(last.ToUs, late.ToUs), last.Cause < late.Cause ? last.Cause : late.Cause);
            else
                joined.Add(late);
        }

        return joined;
    }
}

/// <summary>In which milliseconds of a race any step or attempt of any worker ended: a bit for each.</summary>
internal sealed class Movement
{
    private const int UsInMs = 1000;
    private readonly System.Collections.BitArray _moved = new(1024);

    /// <summary>Something ended.</summary>
    /// <param name="at">In units of 100 ns since the start barrier.</param>
    public void Take(uint at)
    {
        var ms = (int)(at / TimeSpan.TicksPerMillisecond);
        if (ms >= _moved.Length) _moved.Length = Math.Max(ms + 1, 2 * _moved.Length);
        _moved[ms] = true;
    }

    /// <summary>The parts of a time in which nothing ended, to the millisecond, as far as they are long enough.</summary>
    public IEnumerable<(long FromUs, long ToUs)> Standstills(long fromUs, long toUs, long leastUs)
    {
        var stoodFrom = fromUs;
        for (var ms = fromUs / UsInMs; ms * UsInMs < toUs; ms++)
        {
            if (ms >= _moved.Length || !_moved[(int)ms]) continue;
            if ((ms * UsInMs) - stoodFrom >= leastUs) yield return (stoodFrom, ms * UsInMs);
            stoodFrom = (ms + 1) * UsInMs;
        }

        if (toUs - stoodFrom >= leastUs) yield return (stoodFrom, toUs);
    }
}
