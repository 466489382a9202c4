using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>Takes a race's log apart: the findings, and the waits that its track shows.</summary>
internal static class RaceAutopsy
{
    private const int LeastSeenWaitUs = 100;
    private const int LeastImpliedWaitUs = 200;

    /// <summary>Makes the autopsy and marks the recording's waits. The recording must have been closed.</summary>
    /// <param name="recording">The log.</param>
    /// <param name="program">What was raced.</param>
    /// <param name="doubled">Keys with more rows than one, from the table.</param>
    /// <param name="keysInAll">How many of them there are.</param>
    /// <param name="rejectionsInAll">How many statements were rejected, recorded or not.</param>
    /// <param name="seen">Waits that were seen.</param>
    /// <param name="looks">How they were looked for.</param>
    /// <param name="overKeys">Whether attempts of one key are rivals.</param>
    /// <param name="pauses">When the client stood still, in the order of time: what is slow then has not waited for a lock.</param>
    public static Autopsy Of(
        RaceRecording recording, StepProgram program, IReadOnlyList<DoubledKey> doubled, long keysInAll, long rejectionsInAll, IReadOnlyList<SeenWait> seen, LockLooks looks, bool overKeys,
        IReadOnlyList<ClientPause> pauses)
    {
        var sampled = WaitFindings.OfSeen(program, seen, recording);
        var (implied, time) = ImpliedWaits(recording, program, sampled, pauses);
        recording.MarkWaits(implied);
        recording.MarkWaits(sampled);
        var rejections = new List<RejectionFinding>();
        foreach (var (worker, at) in recording.Rejected())
        {
            if (rejections.Count == Autopsy.MostEntries) break;
            if (recording.RunAt(worker, at) is { } rejected) rejections.Add(RejectionFindings.Of(program, rejected.Story, rejected.Run, recording, sampled, overKeys));
        }

        var autopsy = new Autopsy
        {
            Keys = KeyFindings.Of(program, doubled, recording),
            KeysInAll = keysInAll,
            Rejections = rejections,
            RejectionsInAll = rejectionsInAll,
            Waits = [.. sampled.Concat(implied).Take(Autopsy.MostEntries)],
            WaitsInAll = sampled.Count + implied.Count,
            Looks = looks,
            WaitTime = time with { Seen = seen.Count, SampledMs = looks.Count < LockWaitTime.LeastLooks ? null : looks.EveryMs * seen.Count },
            CompleteUntilUs = recording.CompleteUntilUs,
        };
        recording.ForgetKeys();
        return autopsy;
    }

    /// <summary>
    /// Times imply a wait only where a statement took much longer than it usually takes: three times as long as a tenth of its runs, or, where others were seen
    /// waiting at it, twice as long.
    /// </summary>
    private static (List<WaitFinding> Unseen, LockWaitTime Time) ImpliedWaits(
        RaceRecording recording, StepProgram program, IReadOnlyList<WaitFinding> sampled, IReadOnlyList<ClientPause> pauses)
    {
        var waiting = program.Steps.Where(s => s is { Kind: StepKind.Statement, Sql.MayWait: true }).Select(s => s.Index).ToHashSet();
        if (!program.Steps.Any(s => s.InTransaction && waiting.Contains(s.Index))) return ([], LockWaitTime.None);
        var seen = sampled.Select(w => (w.Worker, w.Run)).ToHashSet();
        var seenAt = sampled.Select(w => w.Run.Step).ToHashSet();
        var usual = recording.Durations(waiting);
        var least = usual.ToDictionary(
            s => s.Key, s => seenAt.Contains(s.Key) ? Math.Max(LeastSeenWaitUs, 2 * s.Value) : Math.Max(LeastImpliedWaitUs, 3 * s.Value));
        var implied = recording.StoriesByKey().SelectMany(stories => WaitFindings.Implied(program, stories, least, pauses)).ToList();
        return (
            [.. implied.Where(w => !seen.Contains((w.Worker, w.Run))).OrderByDescending(w => w.Run.EndUs - w.Run.StartUs)],
            new LockWaitTime(0, null, implied.Count, implied.Sum(w => w.Run.EndUs - w.Run.StartUs - usual[w.Run.Step]) / 1000.0));
    }
}
