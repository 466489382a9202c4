using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Checks;

/// <summary>Whether a played witness shows what its strategy promises.</summary>
public static class WitnessVerdict
{
    /// <summary>How many sessions a witness needs.</summary>
    public static int SessionsOf(Strategy strategy) => Math.Max(Puzzle.FewestSessions, strategy.Witness.Select(s => s.Whose).DefaultIfEmpty(0).Max());

    /// <summary>Why it does not, in a sentence; null where it does.</summary>
    /// <param name="strategy">With a promise of some violations, and a witness.</param>
    /// <param name="result">What came of the witness.</param>
    public static string? FindFault(Strategy strategy, ScheduleResult result)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(result);

        // Between sessions, answers may come in another order than they were asked for, as in a deadlock.
        foreach (var own in strategy.Witness.GroupBy(s => s.Whose))
        {
            var played = result.Played.Select(p => p.Step).Where(s => s.Whose == own.Key).Take(own.Count()).ToList();
            if (!own.SequenceEqual(played)) return $"It says {string.Join(", ", own)}, and {string.Join(", ", played)} was played.";
        }

        if (result.Invariants.FirstOrDefault(i => i.Verdict == Verdict.Broken) is { } broken)
            return $"It breaks '{broken.Name}', of which the strategy promises no violation.";
        return result.Invariants.FirstOrDefault(i => i.Verdict == Verdict.NotShown) is { } missing
            ? $"It does not break '{missing.Name}', of which the strategy promises some violations: the run ended with {GoalCheck.Count(result.Rows, "row", "rows")}, and the callers were told {string.Join(", ", result.Outcomes.Select(GoalCheck.Words))}."
            : null;
    }
}
