using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Sessions;

namespace RaceLab.Cli;

/// <summary><c>check</c>: is the content right, and what is in it?</summary>
internal sealed class CheckCommand
{
    private const string Description = """
        Validate the content, prepare every statement on a real server, play every witness and solution there, and list scenarios, strategies with
        their promises, and puzzles. A strategy without a witness is played with its sessions one after another.

        Ends with 0 when all is well, 2 when something in the content is wrong (each with file, line and reason), and 3 when the
        database could not be had, so that the statements are not known to be right. A strategy that needs what this server lacks, such as a
        standby or Redis, is listed with the reason, and not played; it is no error. Where there are errors, they stand in the place of the list.
        """;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Option<string?> _scenario = new("--scenario") { Description = "Check this scenario of the content folder only.", HelpName = "id" };
    private readonly Option<string?> _file = new("--file") { Description = "Check this file by itself, wherever it lies: a scenario.yaml.", HelpName = "path" };
    private readonly Option<bool> _brief = new("--brief") { Description = "Leave the list out: errors, and one line about the whole." };
    private readonly Option<bool> _prepareOnly = new("--prepare-only") { Description = "Prepare the statements, and play nothing: quicker where there are hundreds of strategies." };
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
        command.Options.Add(check._scenario);
        command.Options.Add(check._file);
        command.Options.Add(check._brief);
        command.Options.Add(check._prepareOnly);
        check._options.AddTo(command);
        command.SetAction(check.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var document = await CheckAsync(Read(parsed), _options.ConnectionString(parsed), !parsed.GetValue(_prepareOnly), stop);
        var json = parsed.GetValue(_options.Json);
        if (json) _terminal.Out.WriteLine(JsonSerializer.Serialize(document, Json));
        else if (document.Errors.Count == 0 && !parsed.GetValue(_brief)) WriteList(document);
        foreach (var error in document.Errors) _terminal.Error.WriteLine(error);
        if (document.Problem is { } problem) _terminal.Error.WriteLine(problem);
        if (!json) _terminal.Out.WriteLine(Summary(document));
        if (document.Errors.Count > 0) return ExitCode.BadInput;
        return document.Problem is null ? ExitCode.Kept : ExitCode.NoVerdict;
    }

    private ReadContent Read(ParseResult parsed)
    {
        var (id, file) = (parsed.GetValue(_scenario), parsed.GetValue(_file));
        if (file is not null)
        {
            if (id is not null || parsed.GetValue(_options.Content) is not null) throw new BadInputException("--file is checked by itself: leave --scenario and --content out.");
            if (!File.Exists(file)) throw new BadInputException($"There is no file '{file}': give --file the path of a scenario.yaml.");
            return _lab.ReadFile(file, file);
        }

        // One scenario's file needs no other to be read, unless it is not there.
        var folder = _options.Folder(parsed, _lab);
        if (id is not null && ScenarioFile.Find(folder, id) is { } own) return _lab.ReadFile(own, ScenarioFile.NameOf(id));
        var content = _lab.ReadContent(folder);
        if (id is null)
        {
            return content is { Scenarios.Count: 0, Errors.Count: 0 }
                ? throw new BadInputException("The content folder has no scenario: each is a file scenarios/<id>/scenario.yaml.")
                : content;
        }

        var errors = content.ErrorsOf(id);
        var problems = new List<string>();
        if (errors.Count == 0 && StrategyOptions.Pick("scenario", id, content.Scenarios, s => s.Id, problems) is null) throw new BadInputException(problems);
        return new ReadContent([.. content.Scenarios.Where(s => s.Id == id)], errors);
    }

    private async Task<CheckDocument> CheckAsync(ReadContent content, string? connectionString, bool plays, CancellationToken stop)
    {
        var document = new CheckDocument([.. content.Scenarios.Select(s => Checked(s, _ => null))], content.Errors, null, null, 0, []);
        if (content.Scenarios.Count == 0) return document;
        try
        {
            await using var lab = await _lab.OpenLab(connectionString, stop);
            document = document with { Scenarios = await FindLacksAsync(lab, content.Scenarios, stop) };
            var here = content.Scenarios.Select((s, i) => WithoutLacking(s, document.Scenarios[i])).Where(s => s.Strategies.Count > 0).ToList();
            var refused = await lab.CheckStatementsAsync(here, stop);
            document = document with { Errors = [.. document.Errors, .. refused], Postgres = lab.PostgresVersion };
            if (!plays) return document;

            // What the server does not accept cannot be played either, and has been said.
            var report = await lab.PlayAsync([.. content.Scenarios.Where(s => refused.All(e => e.File != s.File))], stop);
            return document with { Errors = [.. document.Errors, .. report.Errors], Played = report.Played, NotPlayed = report.NotPlayed };
        }
        catch (ServerRefusedException gone)
        {
            return document with { Problem = $"Not everything could be tried on a server. {gone.Message}" };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return document with { Problem = "The check was stopped before everything had been tried on a server." };
        }
    }

    private static async Task<List<CheckedScenario>> FindLacksAsync(IOpenLab lab, IReadOnlyList<Scenario> scenarios, CancellationToken stop)
    {
        var found = new List<CheckedScenario>();
        foreach (var scenario in scenarios)
        {
            var lacks = new Dictionary<string, string?>();
            foreach (var strategy in scenario.Strategies) lacks[strategy.Id] = await lab.FindLackAsync(scenario, strategy, stop);
            found.Add(Checked(scenario, id => lacks[id]));
        }

        return found;
    }

    private static CheckedScenario Checked(Scenario scenario, Func<string, string?> lackOf) =>
        new(scenario.Id, scenario.Title, [.. scenario.Strategies.Select(t => new CheckedStrategy(t.Id, t.Title, t.Promises, lackOf(t.Id)))], PuzzlesOf(scenario));

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
    }

    private static string Summary(CheckDocument document)
    {
        var strategies = document.Scenarios.Sum(s => s.Strategies.Count);
        var puzzles = document.Scenarios.Sum(s => s.Puzzles.Count);
        var lacking = document.Scenarios.Sum(s => s.Strategies.Count(t => t.NotOnThisServer is not null));
        var played = document.Played == 0 ? "nothing played" : $"{document.Played} played{(document.NotPlayed.Count > 0 ? $" and {document.NotPlayed.Count} not" : "")}";
        var verdict = (document.Errors.Count, document.Problem) switch
        {
            (0, null) when lacking > 0 => $"every statement of the other {strategies - lacking} prepared on PostgreSQL {document.Postgres}, {played}",
            (0, null) => $"every statement prepared on PostgreSQL {document.Postgres}, {played}",
            (0, _) => document.Postgres is null ? "statements not prepared" : "not everything played",
            (var n, _) => RaceTable.Many(n, "error"),
        };
        return $"{RaceTable.Many(document.Scenarios.Count, "scenario")}, {RaceTable.Many(strategies, "strategy", "strategies")}, {RaceTable.Many(puzzles, "puzzle")}: {verdict}.";
    }

    private sealed record CheckDocument(
        List<CheckedScenario> Scenarios, IReadOnlyList<ContentError> Errors, string? Postgres, string? Problem, int Played, IReadOnlyList<NotPlayed> NotPlayed);

    private sealed record CheckedScenario(string Id, string Title, IReadOnlyList<CheckedStrategy> Strategies, IReadOnlyList<CheckedPuzzle> Puzzles);

    private sealed record CheckedStrategy(string Id, string Title, IReadOnlyDictionary<string, Promise> Promises, string? NotOnThisServer);

    private sealed record CheckedPuzzle(string Id, string Title, string Strategy, int Sessions, IReadOnlyList<string>? Solution);
}
