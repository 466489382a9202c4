using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>
/// Turns what a few attempts did at once into a schedule that the stepper can play: one statement after another. A look that found nothing was
/// answered from before its sending; everything else counts from when its answer had come.
/// </summary>
internal static class ReplayOrder
{
    /// <summary>The most sessions of such a schedule.</summary>
    public const int MostSessions = 4;

    /// <summary>The longest schedule: a learner steps it by hand.</summary>
    public const int MostTurns = 60;

    /// <summary>The schedule, or null where there is none: the attempts have roles that no sessions have in that order, it would be too long,
    /// or more than the steps' order counts: whose instance an attempt runs in, when a lease runs out, how far a standby is, what a loop goes over.</summary>
    /// <param name="program">Whose steps they are.</param>
    /// <param name="stories">The attempts, in the order in which sessions are given to them; those beyond <see cref="MostSessions"/> are left out.</param>
    public static (IReadOnlyList<ScheduledStep> Order, int Sessions)? Of(StepProgram program, IReadOnlyList<AttemptStory> stories)
    {
        if (program.Steps.Any(s => s.Gate is not null || s.Each is not null || s.Target == StatementTarget.Replica)) return null;
        if (SeatsFor(program, [.. stories.Take(MostSessions)]) is not { } seats) return null;
        var turns = new List<Turn>();
        foreach (var (session, story) in seats) turns.AddRange(TurnsOf(program, session, story));
        if (turns.Count > MostTurns || turns.Any(t => !ScheduledStep.TryParse(t.Entry.ToString(), out _))) return null;
        return ([.. turns.OrderBy(t => t.AtUs).ThenBy(t => t.StartUs).Select(t => t.Entry)], Math.Max(2, seats.Max(s => s.Session)));
    }

    /// <summary>Session n has the program's nth role, and behind the last role comes the first again: each attempt sits down where its own role is.</summary>
    private static List<(int Session, AttemptStory Story)>? SeatsFor(StepProgram program, IReadOnlyList<AttemptStory> stories)
    {
        var seats = new List<(int Session, AttemptStory Story)>();
        foreach (var story in stories)
        {
            var free = Enumerable.Range(1, MostSessions).FirstOrDefault(s => seats.TrueForAll(t => t.Session != s) && ReferenceEquals(program.RoleOf(s), program.RoleOf(story.Worker)));
            if (free == 0) return null;
            seats.Add((free, story));
        }

        return seats.Count < 2 ? null : seats;
    }

    private static IEnumerable<Turn> TurnsOf(StepProgram program, int session, AttemptStory story)
    {
        long at = 0;
        var delivery = 1;
        foreach (var run in story.Steps)
        {
            var step = program.Steps[run.Step];
            if (step.IsWait) continue;
            if (run.Delivery != delivery)
            {
                delivery = run.Delivery;
                yield return new Turn(ScheduledStep.DeliveryTo(session), Math.Max(at, run.StartUs), run.StartUs);
            }

            // A session's own steps never change places.
            var sawNothing = run.Rows == 0 && step is { Kind: StepKind.Statement, Sql.MayWrite: false };
            at = Math.Max(at, sawNothing || step.Kind == StepKind.Begin ? run.StartUs : run.EndUs);
            yield return new Turn(new ScheduledStep(session, step.Name), at, run.StartUs);
        }
    }

    private readonly record struct Turn(ScheduledStep Entry, long AtUs, long StartUs);
}
