using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads what a finished run must show: the goal of a puzzle, or what a page claims.</summary>
/// <param name="invariants">What a run may break.</param>
internal sealed class GoalReader(IReadOnlyList<Invariant> invariants)
{
    private const int MostRows = 100;

    /// <summary>What a caller can be told for certain.</summary>
    private static readonly Dictionary<string, Outcome> _answers = new()
    {
        ["created"] = Outcome.Created,
        ["found"] = Outcome.Found,
        ["updated"] = Outcome.Updated,
        ["rejected"] = Outcome.Rejected,
        ["failed"] = Outcome.Failed,
    };

    /// <summary>Reads a field such as <c>{ breaks: duplicates, waits: no }</c>; null where it is missing or no mapping.</summary>
    /// <param name="owner">What has the field.</param>
    /// <param name="field">The field's name.</param>
    /// <param name="sessions">How many callers there are.</param>
    public PuzzleGoal? Read(YamlFields owner, string field, int sessions)
    {
        if (owner.Fields(field, $"'{field}' of {owner.Owner}") is not { } goal) return null;
        goal.RefuseOthers(ContentFields.Goal);
        if (!goal.Entries.Any())
            goal.Errors.Add(goal.Line, $"{goal.Owner} asks for nothing: it has one or more of {string.Join(", ", ContentFields.Goal)}");
        return new PuzzleGoal
        {
            Breaks = ReadBreaks(goal),
            Raises = ReadRaises(goal),
            Waits = ReadWaits(goal),
            Told = ReadTold(goal, sessions),
            Rows = goal.Find("rows") is null ? null : goal.Number("rows", 0, MostRows),
        };
    }

    private Invariant? ReadBreaks(YamlFields goal)
    {
        if (goal.OptionalText("breaks") is not { } name) return null;
        if (invariants.FirstOrDefault(i => i.Name == name) is { } invariant) return invariant;
        goal.Errors.Add(goal.LineOf("breaks"), $"the scenario has no invariant '{name}': {NearestName.Hint(name, [.. invariants.Select(i => i.Name)])}");
        return null;
    }

    private static string? ReadRaises(YamlFields goal)
    {
        if (goal.OptionalText("raises") is not { } state || RuleReader.IsSqlState(state)) return goal.OptionalText("raises");
        goal.Errors.Add(goal.LineOf("raises"), $"'{state}' is no SQLSTATE: it has five digits or capitals, such as 40P01");
        return null;
    }

    private static bool? ReadWaits(YamlFields goal)
    {
        switch (goal.OptionalText("waits"))
        {
            case null: return null;
            case "yes": return true;
            case "no": return false;
            case { } other:
                goal.Errors.Add(goal.LineOf("waits"), $"'waits' is yes (somebody has to wait) or no (nobody has to), and '{other}' stands here");
                return null;
        }
    }

    private static List<Outcome> ReadTold(YamlFields goal, int sessions)
    {
        var told = new List<Outcome>();
        if (goal.Find("told") is null || goal.List("told") is not { } list) return told;
        foreach (var item in list)
        {
            if (_answers.TryGetValue((item as YamlScalarNode)?.Value ?? "", out var answer)) told.Add(answer);
            else goal.Errors.Add(item, $"{YamlFields.Describe(item)} is nothing that a caller is told: {NearestName.Hint((item as YamlScalarNode)?.Value ?? "", _answers.Keys)}");
        }

        if (list.Children.Count > sessions)
            goal.Errors.Add(list, $"'told' has {list.Children.Count} answers, and there are {sessions} sessions with one caller each");
        return told;
    }
}
