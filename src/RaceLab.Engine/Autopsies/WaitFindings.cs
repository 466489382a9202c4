using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>Puts what was seen in the lock tables together with the race's log: whose statement waited, and who held what.</summary>
public static class WaitFindings
{
    /// <summary>One finding for each statement that was seen waiting, the longest first.</summary>
    /// <param name="program">What the steps mean.</param>
    /// <param name="seen">What was seen, in the order of time.</param>
    /// <param name="attempts">The race's log.</param>
    public static IReadOnlyList<WaitFinding> OfSeen(StepProgram program, IEnumerable<SeenWait> seen, IAttempts attempts)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(attempts);
        var found = new Dictionary<(int Worker, StepRun Run), WaitFinding>();
        foreach (var wait in seen)
        {
            if (attempts.At(wait.Worker, wait.AtUs) is not { } story || RunAt(story, wait.AtUs) is not { } run || program.Steps[run.Step].Sql is null) continue;
            var holders = wait.HeldBy.Select(worker => HolderAt(program, attempts, worker, wait.AtUs)).ToList();
            found[(wait.Worker, run)] = found.TryGetValue((wait.Worker, run), out var before)
                ? before with { Looks = before.Looks + 1, Holders = [.. before.Holders.Concat(holders).DistinctBy(h => (h.Worker, h.Attempt))] }
                : new WaitFinding(wait.Worker, story.Attempt, story.Key, run, wait.On, holders, 1, Evidence.Sampled);
        }

        return [.. found.Values.OrderByDescending(w => w.Run.EndUs - w.Run.StartUs)];
    }

    /// <summary>
    /// Waits that times alone imply, among attempts for one key: a statement that may wait began before another attempt let go of what it held, and had its
    /// answer only after that one's transaction was sent to its end. Only where it also took <paramref name="leastUs"/> or longer, and where the client was not standing still meanwhile.
    /// </summary>
    /// <param name="program">What the steps mean.</param>
    /// <param name="stories">Attempts for one key.</param>
    /// <param name="leastUs">For each step, how long it must have taken at least; a step that is not named does not count.</param>
    /// <param name="pauses">When the client stood still, in the order of time, none overlapping another.</param>
    public static IEnumerable<WaitFinding> Implied(StepProgram program, IReadOnlyList<AttemptStory> stories, IReadOnlyDictionary<int, int> leastUs, IReadOnlyList<ClientPause> pauses)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(stories);
        ArgumentNullException.ThrowIfNull(leastUs);
        ArgumentNullException.ThrowIfNull(pauses);
        var holds = stories.SelectMany(story => HoldsOf(program, story)).OrderBy(h => h.ReleasedUs).ToList();
        var releases = holds.Select(h => h.ReleasedUs).ToList();
        foreach (var story in stories)
        {
            foreach (var run in story.Steps)
            {
                if (program.Steps[run.Step] is not { Kind: StepKind.Statement, Sql.MayWait: true } || !leastUs.TryGetValue(run.Step, out var least) || run.EndUs - run.StartUs < least || Overlaps(pauses, run)) continue;

                // The last one that let go before the answer came is the one that let it through.
                var at = releases.BinarySearch(run.EndUs);
                at = at < 0 ? ~at - 1 : at;
                for (; at >= 0 && holds[at].ReleasedUs > run.StartUs; at--)
                {
                    var hold = holds[at];
                    if (hold.Story.Attempt == story.Attempt) continue;
                    yield return new WaitFinding(
                        story.Worker, story.Attempt, story.Key, run, "", [new Holder(hold.Story.Worker, hold.Story.Attempt, hold.Took)], 0, Evidence.Inferred);
                    break;
                }
            }
        }
    }

    private static IEnumerable<Hold> HoldsOf(StepProgram program, AttemptStory story)
    {
        StepRun? took = null;
        foreach (var run in story.Steps)
        {
            if (Reading.Ends(program, run))
            {
                if (took is { } first) yield return new Hold(story, first, run.StartUs);
                took = null;
            }
            else if (took is null && Reading.MayLock(program, run) && program.Steps[run.Step].InTransaction)
            {
                took = run;
            }
        }
    }

    private static Holder HolderAt(StepProgram program, IAttempts attempts, int worker, long us) =>
        attempts.At(worker, us) is { } story ? new Holder(worker, story.Attempt, Reading.HeldAt(program, story.Steps, us)) : new Holder(worker, null, null);

    private static bool Overlaps(IReadOnlyList<ClientPause> pauses, StepRun run)
    {
        // The first pause that ends behind the run's beginning.
        var (low, high) = (0, pauses.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (pauses[middle].ToUs <= run.StartUs) low = middle + 1;
            else high = middle;
        }

        return low < pauses.Count && pauses[low].FromUs < run.EndUs;
    }

    private static StepRun? RunAt(AttemptStory story, long us)
    {
        foreach (var run in story.Steps)
            if (run.StartUs <= us && us <= run.EndUs) return run;
        return null;
    }

    /// <summary>From when an attempt held something to when its transaction was sent to its end.</summary>
    private readonly record struct Hold(AttemptStory Story, StepRun Took, long ReleasedUs);
}
