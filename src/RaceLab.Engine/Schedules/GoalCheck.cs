using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>One thing that a puzzle's goal asks for.</summary>
public sealed class GoalCheck
{
    private readonly Func<Ending, bool> _isReached;

    private GoalCheck(string wanted, string missing, Func<Ending, bool> isReached)
    {
        Wanted = wanted;
        Missing = missing;
        _isReached = isReached;
    }

    /// <summary>What is asked for, as the end of a sentence: "somebody has to wait".</summary>
    public string Wanted { get; }

    /// <summary>What to say of a run that does not show it: "nobody had to wait".</summary>
    public string Missing { get; }

    /// <summary>Everything that a goal asks for, at least one.</summary>
    public static IReadOnlyList<GoalCheck> Of(PuzzleGoal goal)
    {
        var checks = new List<GoalCheck>();
        if (goal.Breaks is { } invariant)
            checks.Add(new($"“{invariant.Title}” is broken", $"“{invariant.Title}” still holds", e => e.Broken.Contains(invariant.Name)));
        if (goal.Raises is { } state)
            checks.Add(new($"a statement is rejected with {state}", $"nobody was rejected with {state}", e => e.SqlStates.Contains(state)));
        if (goal.Waits is true)
            checks.Add(new("somebody has to wait", "nobody had to wait", e => e.Waits));
        if (goal.Waits is false)
            checks.Add(new("nobody has to wait", "somebody had to wait", e => !e.Waits));
        if (goal.Told.Count > 0)
            checks.Add(new(Callers(goal.Told), $"it takes {Callers(goal.Told, "who ")}", e => goal.Told.CountBy(t => t).All(wanted => e.Told.Count(t => t == wanted.Key) >= wanted.Value)));
        if (goal.Rows is { } rows)
            checks.Add(new($"{Count(rows, "row is", "rows are")} left", $"it takes {Count(rows, "row", "rows")}", e => e.Rows == rows));
        return checks;
    }

    /// <summary>Whether a run shows it.</summary>
    public bool IsReachedBy(Ending ending) => _isReached(ending);

    private static string Callers(IReadOnlyList<Outcome> told, string who = "") => string.Join(" and ", told
        .CountBy(t => t)
        .Select(t => $"{Count(t.Value, $"caller {who}is", $"callers {who}are")} told “{Words(t.Key)}”"));

    internal static string Words(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>A small number in letters, with its noun.</summary>
    internal static string Count(long count, string one, string many) => $"{count switch
    {
        0 => "no",
        1 => "one",
        2 => "two",
        3 => "three",
        4 => "four",
        _ => count.ToString(CultureInfo.InvariantCulture),
    }} {(count == 1 ? one : many)}";
}
