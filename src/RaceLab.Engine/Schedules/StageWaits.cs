namespace RaceLab.Engine.Schedules;

/// <content>What sessions hold and wait for, in the database and in the application, and what nobody will let go.</content>
internal sealed partial class Stage
{
    /// <summary>What sessions hold and wait for, in the database and in the application, and what is held by connections that lie in a pool.</summary>
    public async Task<IReadOnlyList<ProcessLock>> LocksAsync()
    {
        var locks = await On.Watcher.LocksOfAsync([.. _sessions.Select(s => s.ProcessId).OfType<int>(), .. On.Application.IdleProcesses], _cancellation).ConfigureAwait(false);
        return [.. locks, .. On.Application.Holds.DistinctBy(h => (h.Actor, h.Kind)).Select(h => new ProcessLock(-h.Actor, GateWords.Of(h.Kind), h.Value ?? "", "ExclusiveLock", h.WaitsFor is null))];
    }

    /// <summary>
    /// The session whose statement nobody can let go, where nobody else can go on either, so that only its time-out ends it: what it waits for is held by a connection
    /// in the pool, by a session whose attempt has ended, or by one that waits in the application, and no lease will run out. Null where there is none.
    /// </summary>
    public SteppedSession? Stuck
    {
        get
        {
            if (_sessions.Any(s => s.MayTakeTurn) || RunningOut.Any()) return null;
            var waiting = _sessions.Where(s => s is { IsWaiting: true, IsAtGate: false }).OrderBy(s => s.SentAfter).ToList();
            return waiting.FirstOrDefault(IsHeldForGood)
                ?? (_sessions.Any(s => s is { IsWaiting: true, IsAtGate: true }) ? waiting.FirstOrDefault() : null);
        }
    }

    /// <summary>Whether what a session waits for is held by a connection that nobody uses any more: one in the pool, or that of an attempt that has ended and left a session lock.</summary>
    private bool IsHeldForGood(SteppedSession session) =>
        session.Blockers.Contains(LockHolder.Pool) || _sessions.Any(s => s.HasEnded && session.Blockers.Contains(s.Number));

    /// <summary>Closes every connection. Where connecting is part of the schedule, or sessions keep what they hold, those before must not count any more.</summary>
    private async Task CloseSessionsAsync()
    {
        var processes = _request.Strategy.Connection is null && Footprint.KeepsSessions ? [] : _sessions.Select(s => s.ProcessId).OfType<int>().ToList();
        foreach (var session in _sessions) await session.DisposeAsync().ConfigureAwait(false);
        _sessions.Clear();
        foreach (var process in processes) await On.AwaitEndAsync(process, _cancellation).ConfigureAwait(false);
        await On.EmptyPoolsAsync(_cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Whom a session has waited for that gave up before anybody could look: nobody else has taken a turn since, so those who keep others out still do.
    /// </summary>
    private async Task<int[]> HoldersBesideAsync(SteppedSession session)
    {
        var others = _sessions.Where(s => s != session && s is { IsInTransaction: true, ProcessId: not null }).ToList();
        var locks = await On.Watcher.LocksOfAsync([.. others.Select(s => s.ProcessId!.Value)], _cancellation).ConfigureAwait(false);
        var holders = locks.Where(l => l is { IsGranted: true, Mode: not "AccessShareLock", Kind: not "virtualxid" }).Select(l => l.ProcessId).ToHashSet();
        return [.. others.Where(s => holders.Contains(s.ProcessId!.Value)).Select(s => s.Number)];
    }

    /// <summary>
    /// Whom the victim of a deadlock has waited for, where the server broke the circle before anybody could look: the other end of the line that waits for it.
    /// Not for a circle that the server sees at once, as between two that want more of one lock: nobody has waited there.
    /// </summary>
    private int[] OtherEndFrom(SteppedSession victim)
    {
        List<SteppedSession> line = [victim];
        for (var next = 0; next < line.Count; next++)
            line.AddRange(_sessions.Where(s => s.IsWaiting && s.BlockedBy.Contains(line[next].Number) && !line.Contains(s)));
        return [.. line.Skip(1).Where(s => !line.Any(behind => behind != victim && behind.BlockedBy.Contains(s.Number))).Select(s => s.Number)];
    }

    /// <summary>
    /// Where sessions wait for each other in the database, the server ends one of them in a moment. Where nobody looks on, nobody takes a turn before that: whether a third session did
    /// would be luck.
    /// </summary>
    /// <returns>False where there is no such circle.</returns>
    private async Task<bool> AwaitBrokenCircleAsync()
    {
        if (_settings.DeadlockTimeout is null) return false;
        var circle = _sessions.Where(IsInCircle).Select(s => s.Pending).ToList();
        if (circle.Count == 0) return false;
        await Task.WhenAny([.. circle, Task.Delay(On.DeadlockTimeout + Grace, _time, _cancellation)]).ConfigureAwait(false);
        _cancellation.ThrowIfCancellationRequested();
        return true;

        bool IsInCircle(SteppedSession session)
        {
            var reached = new HashSet<int>();
            var open = new Queue<SteppedSession>([session]);
            while (open.TryDequeue(out var next))
            {
                foreach (var blocker in _sessions.Where(s => s is { IsWaiting: true, IsAtGate: false } && next is { IsWaiting: true, IsAtGate: false } && next.Blockers.Contains(s.Number)))
                {
                    if (blocker == session) return true;
                    if (reached.Add(blocker.Number)) open.Enqueue(blocker);
                }
            }

            return false;
        }
    }

    /// <summary>Whom a session waits for, in the application or in the database.</summary>
    private async Task<int[]> BlockersOfAsync(SteppedSession session)
    {
        if (session.Next!.Gate is { Lease: not null }) return On.Services.Leases!.BlockersOf(session.Number);
        if (session.IsAtGate) return [.. On.Application.Holds.Where(h => h.Actor == session.Number).Select(h => h.WaitsFor).OfType<int>()];
        var blockers = await On.Watcher.BlockersOfAsync(session.ProcessId!.Value, _cancellation).ConfigureAwait(false);
        int[] pool = blockers.Intersect(On.Application.IdleProcesses).Any() ? [LockHolder.Pool] : [];
        return [.. pool, .. _sessions.Where(s => s.ProcessId is { } process && blockers.Contains(process)).Select(s => s.Number)];
    }

    /// <summary>Which sessions are gone. The statement that ended them has waited for it, so that all they held is free, and a schedule always goes on from the same place.</summary>
    private async Task MarkEndedAsync()
    {
        foreach (var session in _sessions)
            if (session is { IsWaiting: false, ProcessId: { } process } && !await On.Watcher.IsThereAsync(process, _cancellation).ConfigureAwait(false)) await session.HearEndAsync().ConfigureAwait(false);
    }

    private async Task<bool> HasReturnedAsync(SteppedSession session)
    {
        while (!session.Pending.IsCompleted)
        {
            await Task.WhenAny(session.Pending, Task.Delay(PollInterval, _time, _cancellation)).ConfigureAwait(false);
            _cancellation.ThrowIfCancellationRequested();
            if (session.Pending.IsCompleted) return true;
            var sessions = await BlockersOfAsync(session).ConfigureAwait(false);
            if (sessions.Length == 0 || session.Pending.IsCompleted) continue;
            session.MarkBlocked(sessions);

            // Nobody else takes a turn while it waits: whether it gives up before or after that would be luck.
            if (session.HasLimitedWaits && session.Waited < Grace) continue;
            return false;
        }

        return true;
    }
}
