using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;

namespace RaceLab.Cli;

/// <summary><c>check</c>: is the content right, and what is in it?</summary>
internal sealed class CheckCommand
{
    private const string Description = """
        Validate the content, prepare every statement on a real server, and list scenarios, strategies with their promises, and puzzles.

        Ends with 0 when all is well, 2 when something in the content is wrong (each with file, line and reason), and 3 when the
        database could not be had, so that the statements are not known to be right. A strategy that needs what this server lacks is
        listed with the reason; it is no error.
        """;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly LabOptions _options = new();
    private readonly LabAccess _lab;
    private readonly Terminal _terminal;

    private CheckCommand(LabAccess lab, Terminal terminal)
    {
        _lab = lab;
        _terminal = terminal;
    }

    /// <summary>The command, ready to be invoked.</summary>
    public static Command Build(LabAccess lab, Terminal terminal)
    {
        var check = new CheckCommand(lab, terminal);
        var command = new Command("check", Description);
        check._options.AddTo(command);
        command.SetAction(check.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var document = await CheckAsync(_options.Read(parsed, _lab), _options.ConnectionString(parsed), stop);
        if (parsed.GetValue(_options.Json)) _terminal.Out.WriteLine(JsonSerializer.Serialize(document, Json));
        else WriteList(document);
        foreach (var error in document.Errors) _terminal.Error.WriteLine(error);
        if (document.Problem is { } problem) _terminal.Error.WriteLine(problem);
        if (document.Errors.Count > 0) return ExitCode.BadInput;
        return document.Problem is null ? ExitCode.Kept : ExitCode.NoVerdict;
    }

    private async Task<CheckDocument> CheckAsync(ReadContent content, string? connectionString, CancellationToken stop)
    {
        var scenarios = content.Scenarios.Select(s => new CheckedScenario(
            s.Id, s.Title, [.. s.Strategies.Select(t => new CheckedStrategy(t.Id, t.Title, t.Promises, null))], PuzzlesOf(s))).ToList();
        var errors = content.Errors;
        if (scenarios.Count == 0 && errors.Count == 0) throw new BadInputException("The content folder has no scenario: each is a file scenarios/<id>/scenario.yaml.");
        try
        {
            await using var lab = await _lab.OpenLab(connectionString, stop);
            scenarios = await FindLacksAsync(lab, content.Scenarios, stop);
            var refused = await lab.CheckStatementsAsync([.. content.Scenarios.Select((s, i) => WithoutLacking(s, scenarios[i])).Where(s => s.Strategies.Count > 0)], stop);
            return new CheckDocument(scenarios, [.. errors, .. refused], lab.PostgresVersion, null);
        }
        catch (ServerRefusedException refused)
        {
            return new CheckDocument(scenarios, errors, null, $"The statements could not be prepared on a server. {refused.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new CheckDocument(scenarios, errors, null, "The check was stopped before every statement had been prepared.");
        }
    }

    private static async Task<List<CheckedScenario>> FindLacksAsync(IOpenLab lab, IReadOnlyList<Scenario> scenarios, CancellationToken stop)
    {
        var found = new List<CheckedScenario>();
        foreach (var scenario in scenarios)
        {
            var strategies = new List<CheckedStrategy>();
            foreach (var strategy in scenario.Strategies)
                strategies.Add(new CheckedStrategy(strategy.Id, strategy.Title, strategy.Promises, await lab.FindLackAsync(scenario, strategy, stop)));
            found.Add(new CheckedScenario(scenario.Id, scenario.Title, strategies, PuzzlesOf(scenario)));
        }

        return found;
    }

    private static List<CheckedPuzzle> PuzzlesOf(Scenario scenario) =>
        [.. scenario.Puzzles.Select(p => new CheckedPuzzle(p.Id, p.Title, p.Strategy, p.Sessions, p.Solution?.Select(s => s.ToString()).ToList()))];

    /// <summary>What a server lacks is no fault of the content: its statements are not held against it.</summary>
    private static Scenario WithoutLacking(Scenario scenario, CheckedScenario found) =>
        scenario with { Strategies = [.. scenario.Strategies.Where((_, i) => found.Strategies[i].NotOnThisServer is null)] };

    private void WriteList(CheckDocument document)
    {
        var ids = document.Scenarios.SelectMany(s => s.Strategies.Select(t => t.Id).Concat(s.Puzzles.Select(p => p.Id)));
        var width = ids.Select(id => id.Length).DefaultIfEmpty(0).Max();
        foreach (var scenario in document.Scenarios)
        {
            _terminal.Out.WriteLine($"{scenario.Id}: {scenario.Title}");
            foreach (var strategy in scenario.Strategies)
            {
                var promises = string.Join(", ", strategy.Promises.Select(p => $"{p.Key}: {(p.Value == Promise.None ? "none" : "some")}"));
                _terminal.Out.WriteLine($"  {strategy.Id.PadRight(width)}  {promises}");
                if (strategy.NotOnThisServer is { } lack) _terminal.Out.WriteLine($"  {new string(' ', width)}  not on this server: {lack}");
            }

            foreach (var puzzle in scenario.Puzzles)
                _terminal.Out.WriteLine($"  {puzzle.Id.PadRight(width)}  puzzle: {puzzle.Strategy}, {puzzle.Sessions} sessions{(puzzle.Solution is null ? ", no order solves it" : "")}");
        }

        var strategies = document.Scenarios.Sum(s => s.Strategies.Count);
        var puzzles = document.Scenarios.Sum(s => s.Puzzles.Count);
        var lacking = document.Scenarios.Sum(s => s.Strategies.Count(t => t.NotOnThisServer is not null));
        var verdict = (document.Errors.Count, document.Problem) switch
        {
            (0, null) when lacking > 0 => $"every statement of the other {strategies - lacking} prepared on PostgreSQL {document.Postgres}",
            (0, null) => $"every statement prepared on PostgreSQL {document.Postgres}",
            (0, _) => "statements not prepared",
            (var n, _) => RaceTable.Many(n, "error"),
        };
        _terminal.Out.WriteLine($"{RaceTable.Many(document.Scenarios.Count, "scenario")}, {RaceTable.Many(strategies, "strategy", "strategies")}, {RaceTable.Many(puzzles, "puzzle")}: {verdict}.");
    }

    private sealed record CheckDocument(IReadOnlyList<CheckedScenario> Scenarios, IReadOnlyList<ContentError> Errors, string? Postgres, string? Problem);

    private sealed record CheckedScenario(string Id, string Title, IReadOnlyList<CheckedStrategy> Strategies, IReadOnlyList<CheckedPuzzle> Puzzles);

    private sealed record CheckedStrategy(string Id, string Title, IReadOnlyDictionary<string, Promise> Promises, string? NotOnThisServer);

    private sealed record CheckedPuzzle(string Id, string Title, string Strategy, int Sessions, IReadOnlyList<string>? Solution);
}
