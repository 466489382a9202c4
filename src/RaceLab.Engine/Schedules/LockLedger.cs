using RaceLab.Engine.Content;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Remembers with which step a lock was first seen: the lock tables say who holds it, and not since when.
/// </summary>
internal sealed class LockLedger
{
    private Dictionary<ProcessLock, ScheduledStep> _takenAt = [];

    /// <summary>What is held and waited for now.</summary>
    public IReadOnlyList<HeldLock> Locks { get; private set; } = [];

    /// <summary>Takes what the lock tables say.</summary>
    /// <param name="seen">Everything that the sessions hold and wait for.</param>
    /// <param name="sessions">The sessions.</param>
    /// <param name="latest">For each session, the step that it sent last.</param>
    public void Take(IReadOnlyList<ProcessLock> seen, IReadOnlyList<SteppedSession> sessions, IReadOnlyDictionary<int, ScheduledStep> latest)
    {
        // Whoever is no session's process lies in a pool.
        var numbers = seen.Select(l => l.ProcessId).Distinct()
            .ToDictionary(p => p, p => p < 0 ? -p : sessions.FirstOrDefault(s => s.ProcessId == p)?.Number ?? LockHolder.Pool);
        var takenAt = new Dictionary<ProcessLock, ScheduledStep>();
        foreach (var entry in seen)
        {
            // A lock that was waited for was asked for by the step that waited.
            if (_takenAt.TryGetValue(entry, out var at) || _takenAt.TryGetValue(entry with { IsGranted = !entry.IsGranted }, out at) || latest.TryGetValue(numbers[entry.ProcessId], out at))
                takenAt[entry] = at;
        }

        _takenAt = takenAt;
        Locks = [.. seen.Select(l => new HeldLock(numbers[l.ProcessId], l.Kind, l.Target, l.Mode, l.IsGranted, takenAt.TryGetValue(l, out var at) ? at : null))];
    }

    /// <summary>What a session waits for.</summary>
    public LockWait? WaitOf(SteppedSession session)
    {
        if (!session.IsWaiting) return null;
        var wanted = Locks.FirstOrDefault(l => l.Session == session.Number && !l.IsGranted);
        return new LockWait(wanted, [.. session.Blockers.Select(n => new LockHolder(n, wanted is null ? null : HolderStep(n, wanted)))]);
    }

    /// <summary>A session may hold several locks on one thing, and only some of them stand in the way.</summary>
    private ScheduledStep? HolderStep(int session, HeldLock wanted) => Locks.FirstOrDefault(l =>
        l.Session == session && l.IsGranted && l.Kind == wanted.Kind && l.Target == wanted.Target && LockModes.Conflict(l.Mode, wanted.Mode))?.TakenAt;
}
