using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads a scenario's file. A file that is wrong gives no scenario but every error that could be found in it.</summary>
public static partial class ScenarioReader
{
    internal const int LongestTitle = 60;

    internal const int LongestSummary = 240;

    /// <summary>Whether a text can be the id of a scenario, a strategy or a puzzle: lower-case letters, digits and single hyphens, 60 characters at most.</summary>
    public static bool IsId(string text) => text.Length <= 60 && IdForm().IsMatch(text);

    /// <summary>Whether a text can be the name of an invariant or of a role: lower-case words.</summary>
    internal static bool IsName(string text) => NameForm().IsMatch(text);

    /// <summary>Reads a scenario.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="id">The folder's name.</param>
    /// <param name="file">The file's path below the content folder, for errors.</param>
    public static ScenarioReading Read(string yaml, string id, string file)
    {
        var errors = new ErrorSink(file);
        if (!IsId(id))
            errors.Add(1, $"the folder '{id}' is no id for a scenario: it has lower-case letters, digits and single hyphens, such as 'sign-up'");
        var root = YamlText.Load(yaml, errors);
        var scenario = root is null ? null : ReadScenario(root, id, file, errors);
        return new ScenarioReading(errors.Count == 0 ? scenario : null, errors.Errors);
    }

    private static Scenario? ReadScenario(YamlNode root, string id, string file, ErrorSink errors)
    {
        if (YamlFields.From(root, "a scenario", 1, errors) is not { } fields) return null;
        var lines = new ContentLines();
        fields.RefuseOthers(ContentFields.Scenario);
        var title = fields.Text("title", LongestTitle);
        var summary = fields.Text("summary", LongestSummary);
        var order = fields.Find("order") is null ? Scenario.LastPlace : fields.Number("order", 1, Scenario.LastPlace);
        var text = fields.Text("text");
        var needs = NeedsReader.Read(fields);
        var key = ReadKey(fields);
        var deliveries = ReadDeliveries(fields);
        var inputs = InputReader.Inputs(fields, []);
        var workload = InputReader.Workload(fields);
        var schema = SqlReader.Script(fields, "schema", true, lines, ContentLines.Schema);
        var keyRows = ReadKeyRows(fields, lines);
        var rows = ReadQuery(fields, "rows", lines, ContentLines.Rows);
        var view = fields.Find("view") is null ? null : ReadQuery(fields, "view", lines, ContentLines.View);
        var invariants = ReadInvariants(fields, lines);
        var strategies = ReadStrategies(fields, invariants, inputs, deliveries, lines);
        var puzzles = ReadPuzzles(fields, invariants, strategies, deliveries, lines);
        return errors.Count > 0
            ? null
            : new Scenario(id, title!, summary!, text!, needs.Postgres, key, schema!, rows!, invariants, strategies, file)
            {
                Lines = lines,
                Order = order!.Value,
                Behaviours = needs.Behaviours,
                Services = needs.Services,
                Extensions = needs.Extensions,
                Deliveries = deliveries,
                KeyRows = keyRows,
                Workload = workload,
                View = view,
                Puzzles = puzzles,
            };
    }

    private static KeyTemplate ReadKey(YamlFields scenario)
    {
        if (scenario.Text("key") is not { } text) return default;
        if (text.Split(KeyTemplate.Placeholder).Length != 2)
            scenario.Errors.Add(scenario.LineOf("key"), $"'{text}' is no key: it needs {KeyTemplate.Placeholder} exactly once, in the place of the key's number");
        return new KeyTemplate(text);
    }

    private static int ReadDeliveries(YamlFields scenario)
    {
        if (scenario.Find("deliveries") is null || scenario.Fields("deliveries", "'deliveries'") is not { } deliveries) return 1;
        deliveries.RefuseOthers(ContentFields.Deliveries);
        if (deliveries.Text("until") is { } until && until != "acknowledged")
            scenario.Errors.Add(deliveries.LineOf("until"), $"an attempt arrives again until it is 'acknowledged' (told created, found or updated), and '{until}' stands here");

        // Where the number is wrong, it is not also held against the crashes.
        return deliveries.Number("at most", 2, Scenario.MostDeliveries) ?? Scenario.MostDeliveries;
    }

    private static List<Invariant> ReadInvariants(YamlFields scenario, ContentLines lines)
    {
        var read = new List<Invariant>();
        if (scenario.Fields("invariants", "'invariants'") is not { } invariants) return read;
        if (!invariants.Entries.Any()) scenario.Errors.Add(invariants.Line, "a scenario needs at least one invariant");
        foreach (var (name, value) in invariants.Entries)
        {
            var owner = $"the invariant '{name.Value}'";
            if (!IsName(name.Value!))
                scenario.Errors.Add(name, $"'{name.Value}' is no name for an invariant: it has lower-case words, such as 'duplicates'");
            var live = LiveCount.None;
            string? title = null;
            string? query = null;
            if (YamlFields.From(value, owner, ErrorSink.LineOf(name), scenario.Errors) is { } fields)
            {
                fields.RefuseOthers(ContentFields.Invariant);
                title = fields.Text("title", LongestTitle);
                query = ReadQuery(fields, "query", lines, ContentLines.Query(name.Value!));
                live = ReadLive(fields);
            }

            // Kept even where it is wrong, so that promises about it are not called unknown as well.
            read.Add(new Invariant(name.Value!, title ?? "", query ?? "", live));
        }

        return read;
    }

    private static LiveCount ReadLive(YamlFields invariant)
    {
        if (invariant.OptionalText("live") is not { } live) return LiveCount.None;
        if (live != "extra creations")
            invariant.Errors.Add(invariant.LineOf("live"), $"the only count that a page can keep up during a race is 'extra creations', and '{live}' stands here");
        return LiveCount.ExtraCreations;
    }

    private static KeyRows? ReadKeyRows(YamlFields scenario, ContentLines lines)
    {
        const string Name = "for each key";
        if (scenario.Find(Name) is null || SqlReader.Statement(scenario, Name, lines, ContentLines.KeyRows) is not { } statement) return null;
        if (statement.Parameters is [KeyRows.Parameter]) return new KeyRows(statement);
        var found = statement.Parameters.Count == 0 ? "there is none" : $"{string.Join(", ", statement.Parameters.Select(p => $"@{p}"))} stand here";
        scenario.Errors.Add(scenario.LineOf(Name), $"'{Name}' is run once for each key, so it has @{KeyRows.Parameter} and no other parameters: {found}");
        return null;
    }

    /// <summary>Reads a query of the lab's own, which has no parameters.</summary>
    private static string? ReadQuery(YamlFields fields, string name, ContentLines lines, string place)
    {
        if (SqlReader.Statement(fields, name, lines, place) is not { } query) return null;
        if (query.Parameters.Count == 0) return query.Numbered;
        fields.Errors.Add(fields.LineOf(name), $"'{name}' of {fields.Owner} is asked once for the whole race and has no parameters: @{query.Parameters[0]} means nothing here");
        return null;
    }

    private static IReadOnlyList<Strategy> ReadStrategies(
        YamlFields scenario, List<Invariant> invariants, IReadOnlyList<Programs.Input> inputs, int deliveries, ContentLines lines)
    {
        if (scenario.Fields("strategies", "'strategies'") is not { } strategies) return [];
        if (!strategies.Entries.Any()) scenario.Errors.Add(strategies.Line, "a scenario needs at least one strategy");
        return new StrategyReader([.. invariants.Select(i => i.Name)], inputs, deliveries, lines, scenario.Errors).Read(strategies);
    }

    private static IReadOnlyList<Puzzle> ReadPuzzles(YamlFields scenario, List<Invariant> invariants, IReadOnlyList<Strategy> strategies, int deliveries, ContentLines lines)
    {
        if (scenario.Find("puzzles") is null || scenario.Fields("puzzles", "'puzzles'") is not { } puzzles) return [];

        // A strategy that cannot be read is no unknown one.
        var named = (scenario.Find("strategies") as YamlMappingNode)?.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "") ?? [];
        return new PuzzleReader(invariants, strategies, [.. named], deliveries, lines, scenario.Errors).Read(puzzles);
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex IdForm();

    [GeneratedRegex("^[a-z][a-z0-9-]*( [a-z0-9-]+)*$")]
    private static partial Regex NameForm();
}

/// <summary>What came of reading a scenario's file.</summary>
/// <param name="Scenario">Null where there are errors.</param>
/// <param name="Errors">In the order of the file.</param>
public sealed record ScenarioReading(Scenario? Scenario, IReadOnlyList<ContentError> Errors);
