using System.CommandLine;
using RaceLab.Engine.Content;

namespace RaceLab.Cli;

/// <summary>The options that name a scenario and one of its strategies.</summary>
internal sealed class StrategyOptions
{
    private readonly Option<string?> _scenario = new("--scenario") { Description = "The scenario's id; 'check' lists them.", HelpName = "id" };
    private readonly Option<string?> _strategy = new("--strategy") { Description = "The strategy's id; 'check' lists them.", HelpName = "id" };

    public void AddTo(Command command)
    {
        command.Options.Add(_scenario);
        command.Options.Add(_strategy);
    }

    /// <summary>What was named, or null with the reason among the problems.</summary>
    public (Scenario Scenario, Strategy Strategy)? Read(ParseResult parsed, ReadContent content, List<string> problems)
    {
        var id = parsed.GetValue(_scenario);
        if (RefusedScenario(content, id) is { Count: > 0 } refused)
        {
            problems.AddRange(refused);
            return null;
        }

        var scenario = Pick("scenario", id, content.Scenarios, s => s.Id, problems);
        var strategy = scenario is null ? null : Pick("strategy", parsed.GetValue(_strategy), scenario.Strategies, s => s.Id, problems);

        // A broken file matters here only if what was named may be in it.
        if (scenario is null) problems.AddRange(content.Errors.Select(e => e.ToString()));
        return strategy is null ? null : (scenario!, strategy);
    }

    /// <summary>That a scenario is there and was refused, and why; empty where it was not.</summary>
    private static List<string> RefusedScenario(ReadContent content, string? id)
    {
        if (id is null || content.Scenarios.Any(s => s.Id == id) || content.ErrorsOf(id) is not { Count: > 0 } errors) return [];
        return [$"The scenario '{id}' is there, and was refused for {RaceTable.Many(errors.Count, "error")}:", .. errors.Select(e => e.ToString())];
    }

    internal static T? Pick<T>(string kind, string? id, IReadOnlyList<T> known, Func<T, string> idOf, List<string> problems)
        where T : class
    {
        var picked = known.FirstOrDefault(k => idOf(k) == id);
        if (picked is not null) return picked;
        var ids = known.Select(idOf).ToList();
        var list = ids.Count == 0 ? "there is none in this content folder" : "there is " + string.Join(", ", ids);
        if (string.IsNullOrEmpty(id)) problems.Add($"Say which {kind} with --{kind}: {list}.");
        else if (NearestName.To(id, ids) is { } near) problems.Add($"There is no {kind} '{id}'; the nearest is '{near}'.");
        else problems.Add($"There is no {kind} '{id}': {list}.");
        return null;
    }
}
