using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads the puzzles of a scenario, and holds their goals and solutions to what its invariants and strategies are.</summary>
/// <param name="invariants">What a goal may break.</param>
/// <param name="strategies">Those that could be read.</param>
/// <param name="named">The ids of all strategies of the file.</param>
/// <param name="deliveries">How often an attempt arrives at most.</param>
/// <param name="errors">Where to say what is wrong.</param>
internal sealed class PuzzleReader(IReadOnlyList<Invariant> invariants, IReadOnlyList<Strategy> strategies, IReadOnlyCollection<string> named, int deliveries, ErrorSink errors)
{
    private const int LongestHint = 240;

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

    public IReadOnlyList<Puzzle> Read(YamlFields puzzles)
    {
        var read = new List<Puzzle>();
        foreach (var (id, value) in puzzles.Entries)
        {
            if (!ScenarioReader.IsId(id.Value!))
                errors.Add(id, $"'{id.Value}' is no id for a puzzle: it has lower-case letters, digits and single hyphens, such as 'two-accounts'");
            if (YamlFields.From(value, $"the puzzle '{id.Value}'", ErrorSink.LineOf(id), errors) is { } fields && ReadPuzzle(id.Value!, fields) is { } puzzle)
                read.Add(puzzle);
        }

        return read;
    }

    private Puzzle? ReadPuzzle(string id, YamlFields fields)
    {
        var before = errors.Count;
        fields.RefuseOthers(ContentFields.Puzzle);
        var title = fields.Text("title", ScenarioReader.LongestTitle);
        var text = fields.Text("text");
        var strategy = ReadStrategy(fields);
        var sessions = fields.Find("sessions") is null ? Puzzle.FewestSessions : fields.Number("sessions", Puzzle.FewestSessions, Puzzle.MostSessions) ?? Puzzle.MostSessions;
        var goal = ReadGoal(fields, sessions);
        var solution = ReadSolution(fields, sessions, strategies.FirstOrDefault(s => s.Id == strategy)?.Program);
        var hints = ReadHints(fields);
        return errors.Count == before ? new Puzzle(id, title!, text!, strategy!, sessions, goal!, solution, hints) : null;
    }

    private string? ReadStrategy(YamlFields puzzle)
    {
        if (puzzle.Text("strategy") is not { } strategy || named.Contains(strategy)) return puzzle.OptionalText("strategy");
        errors.Add(puzzle.LineOf("strategy"), $"the scenario has no strategy '{strategy}': {NearestName.Hint(strategy, named)}");
        return null;
    }

    private PuzzleGoal? ReadGoal(YamlFields puzzle, int sessions)
    {
        if (puzzle.Fields("goal", $"'goal' of {puzzle.Owner}") is not { } goal) return null;
        goal.RefuseOthers(ContentFields.Goal);
        if (!goal.Entries.Any())
            errors.Add(goal.Line, $"{goal.Owner} asks for nothing: it has one or more of {string.Join(", ", ContentFields.Goal)}");
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
        errors.Add(goal.LineOf("breaks"), $"the scenario has no invariant '{name}': {NearestName.Hint(name, [.. invariants.Select(i => i.Name)])}");
        return null;
    }

    private string? ReadRaises(YamlFields goal)
    {
        if (goal.OptionalText("raises") is not { } state || RuleReader.IsSqlState(state)) return goal.OptionalText("raises");
        errors.Add(goal.LineOf("raises"), $"'{state}' is no SQLSTATE: it has five digits or capitals, such as 40P01");
        return null;
    }

    private bool? ReadWaits(YamlFields goal)
    {
        switch (goal.OptionalText("waits"))
        {
            case null: return null;
            case "yes": return true;
            case "no": return false;
            case { } other:
                errors.Add(goal.LineOf("waits"), $"'waits' is yes (somebody has to wait) or no (nobody has to), and '{other}' stands here");
                return null;
        }
    }

    private List<Outcome> ReadTold(YamlFields goal, int sessions)
    {
        var told = new List<Outcome>();
        if (goal.Find("told") is null || goal.List("told") is not { } list) return told;
        foreach (var item in list)
        {
            if (_answers.TryGetValue((item as YamlScalarNode)?.Value ?? "", out var answer)) told.Add(answer);
            else errors.Add(item, $"{YamlFields.Describe(item)} is nothing that a caller is told: {NearestName.Hint((item as YamlScalarNode)?.Value ?? "", _answers.Keys)}");
        }

        if (list.Children.Count > sessions)
            errors.Add(list, $"'told' has {list.Children.Count} answers, and there are {sessions} sessions with one caller each");
        return told;
    }

    private List<ScheduledStep>? ReadSolution(YamlFields puzzle, int sessions, StepProgram? program)
    {
        switch (puzzle.Require("solution"))
        {
            case null:
                return null;
            case YamlScalarNode { Value: "none" }:
                if (sessions > Puzzle.MostSessionsTried)
                    errors.Add(puzzle.LineOf("solution"), $"'none' is proven by trying every order, which the lab does for {Puzzle.MostSessionsTried} sessions at most, and {puzzle.Owner} has {sessions}");
                return null;
            case YamlSequenceNode { Children.Count: > 0 } list:
                return new ScheduleReader(sessions, deliveries, errors).Read(list, program);
            case var other:
                errors.Add(puzzle.LineOf("solution"), $"'solution' of {puzzle.Owner} is a schedule such as [1.check, 2.check, 1.insert, 2.insert], or none where no order reaches the goal, and {YamlFields.Describe(other)} stands here");
                return null;
        }
    }

    private List<string> ReadHints(YamlFields puzzle)
    {
        var hints = new List<string>();
        if (puzzle.List("hints") is not { } list) return hints;
        if (list.Children.Count > Puzzle.MostHints)
            errors.Add(puzzle.LineOf("hints"), $"{puzzle.Owner} has {list.Children.Count} hints, and {Puzzle.MostHints} are the most");
        foreach (var item in list)
        {
            if (item is YamlScalarNode { Value: { } text } && !string.IsNullOrWhiteSpace(text) && text.Length <= LongestHint) hints.Add(text.Trim());
            else errors.Add(item, $"a hint is a sentence of {LongestHint} characters at most, and {YamlFields.Describe(item)} stands here");
        }

        return hints;
    }
}
