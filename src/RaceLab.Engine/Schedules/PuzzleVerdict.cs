using RaceLab.Engine.Content;

namespace RaceLab.Engine.Schedules;

/// <summary>Whether a finished run reaches a puzzle's goal.</summary>
/// <param name="IsReached">Everything that the goal asks for is there.</param>
/// <param name="Missing">Otherwise, in a sentence, what is not, and how the run ended instead; null where the goal is reached.</param>
public sealed record PuzzleVerdict(bool IsReached, string? Missing)
{
    /// <summary>Judges a run whose every attempt has ended.</summary>
    public static PuzzleVerdict Of(PuzzleGoal goal, ScheduleResult result) => Of(goal, Ending.Of(result));

    /// <summary>Judges an end.</summary>
    public static PuzzleVerdict Of(PuzzleGoal goal, Ending ending)
    {
        var missing = GoalCheck.Of(goal).Where(c => !c.IsReachedBy(ending)).Select(c => c.Missing).ToList();
        return missing.Count == 0 ? new PuzzleVerdict(true, null) : new PuzzleVerdict(false, $"{Sentence(string.Join(", and ", missing))}; {InWords(ending)}.");
    }

    private static string InWords(Ending ending)
    {
        var told = ending.Told.Select(GoalCheck.Words).ToList();
        return $"the run ended with {GoalCheck.Count(ending.Rows, "row", "rows")}, and the callers were told {string.Join(", ", told.SkipLast(1))} and {told[^1]}";
    }

    private static string Sentence(string words) => words.StartsWith('“') ? words : char.ToUpperInvariant(words[0]) + words[1..];
}
