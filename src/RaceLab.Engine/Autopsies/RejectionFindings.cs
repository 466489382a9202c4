using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>Finds out whom a rejected statement collided with.</summary>
public static class RejectionFindings
{
    private const string IntegrityClass = "23";

    /// <summary>The finding for one rejected statement.</summary>
    /// <param name="program">What the steps mean.</param>
    /// <param name="story">The attempt that met it.</param>
    /// <param name="run">The statement, one of the attempt's steps.</param>
    /// <param name="attempts">The race's log.</param>
    /// <param name="waits">What was seen of waits, of whomever.</param>
    /// <param name="overKeys">Whether attempts of one key are rivals; where they fight over something else, such as ids that they made up, the key tells nothing.</param>
    public static RejectionFinding Of(StepProgram program, AttemptStory story, StepRun run, IAttempts attempts, IReadOnlyList<WaitFinding> waits, bool overKeys = true)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(story);
        ArgumentNullException.ThrowIfNull(attempts);
        ArgumentNullException.ThrowIfNull(waits);
        List<AttemptStory> rivals = overKeys ? [.. attempts.OfKey(story.Key, run.EndUs).Where(a => a.Attempt != story.Attempt)] : [];

        // A constraint speaks of a row that is there, and a row names its attempt.
        if (run.SqlState?.StartsWith(IntegrityClass, StringComparison.Ordinal) == true)
        {
            var owners = rivals.Where(a => a.HasRow == true).Select(a => (Story: a, Reading.WinnerOf(program, a, 1).Write)).Where(o => o.Write is not null && o.Write.Value.StartUs <= run.EndUs).ToList();
            if (owners.Count > 0)
            {
                var (owner, write) = owners.MinBy(o => o.Write!.Value.EndUs);
                return new RejectionFinding(story, run, owner, write, Evidence.Rows);
            }
        }

        if (waits.FirstOrDefault(w => w.Attempt == story.Attempt && w.Run == run && w.Evidence == Evidence.Sampled) is { Holders: [{ Attempt: { } number } holder, ..] }
            && attempts.Find(number) is { } seen)
        {
            return new RejectionFinding(story, run, seen, holder.Took, Evidence.Sampled);
        }

        var (other, what) = rivals.Select(rival => (Story: rival, Run: LastOverlap(program, rival, story, run))).Where(r => r.Run is not null).OrderBy(r => r.Run!.Value.EndUs).LastOrDefault();
        return new RejectionFinding(story, run, other, what, Evidence.Inferred);
    }

    /// <summary>The last that a rival may have locked or written between the attempt's beginning and the rejection.</summary>
    private static StepRun? LastOverlap(StepProgram program, AttemptStory rival, AttemptStory story, StepRun run)
    {
        StepRun? last = null;
        foreach (var step in rival.Steps)
            if (step.StartUs < run.EndUs && step.EndUs > story.StartUs && Reading.MayLock(program, step)) last = step;
        return last;
    }
}
