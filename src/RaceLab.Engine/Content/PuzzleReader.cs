using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads the puzzles of a scenario, and holds their goals and solutions to what its invariants and strategies are.</summary>
/// <param name="invariants">What a goal may break.</param>
/// <param name="strategies">Those that could be read.</param>
/// <param name="named">The ids of all strategies of the file.</param>
/// <param name="deliveries">How often an attempt arrives at most.</param>
/// <param name="lines">Learns where solutions stand.</param>
/// <param name="errors">Where to say what is wrong.</param>
internal sealed class PuzzleReader(
    IReadOnlyList<Invariant> invariants, IReadOnlyList<Strategy> strategies, IReadOnlyCollection<string> named, int deliveries, ContentLines lines, ErrorSink errors)
{
    private const int LongestHint = 240;

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
        var goal = new GoalReader(invariants).Read(fields, "goal", sessions);
        var solution = ReadSolution(id, fields, sessions, strategies.FirstOrDefault(s => s.Id == strategy)?.Program);
        var hints = ReadHints(fields);
        return errors.Count == before ? new Puzzle(id, title!, text!, strategy!, sessions, goal!, solution, hints) : null;
    }

    private string? ReadStrategy(YamlFields puzzle)
    {
        if (puzzle.Text("strategy") is not { } strategy || named.Contains(strategy)) return puzzle.OptionalText("strategy");
        errors.Add(puzzle.LineOf("strategy"), $"the scenario has no strategy '{strategy}': {NearestName.Hint(strategy, named)}");
        return null;
    }

    private List<ScheduledStep>? ReadSolution(string id, YamlFields puzzle, int sessions, StepProgram? program)
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
                lines.AddEntries(entry => ContentLines.Solution(id, entry), puzzle.LineOf("solution"), list);
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
