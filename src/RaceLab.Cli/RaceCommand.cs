using RaceLab.Engine.Content;
using System.CommandLine;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Cli;

/// <summary><c>race</c>: one race, without a browser.</summary>
internal sealed class RaceCommand
{
    private const string Description = """
        Race a strategy and print how it went.

        Ends with 0 when every promise was kept, 1 when one was broken, 4 when none was broken but a promised flaw was not shown,
        2 for bad input, 3 when there is no verdict: the database could not be had, or the race was refused or interrupted.
        Ctrl+C stops the race; the verdict is then about the attempts that ran.

        In the JSON document, 'rejected' counts every statement that the server rejected, by SQLSTATE, also those whose error the
        strategy caught; 'attempts.rejected' counts attempts that ended so. 'verdict' is kept, broken or notShown. Times are in milliseconds.
        """;

    private readonly Option<string?> _scenario = new("--scenario") { Description = "The scenario's id; 'check' lists them.", HelpName = "id" };
    private readonly Option<string?> _strategy = new("--strategy") { Description = "The strategy's id; 'check' lists them.", HelpName = "id" };
    private readonly WorkloadOptions _workload = new();
    private readonly LabOptions _options = new();
    private readonly LabAccess _lab;
    private readonly Terminal _terminal;

    private RaceCommand(LabAccess lab, Terminal terminal)
    {
        _lab = lab;
        _terminal = terminal;
    }

    /// <summary>The command, ready to be invoked.</summary>
    public static Command Build(LabAccess lab, Terminal terminal)
    {
        var race = new RaceCommand(lab, terminal);
        var command = new Command("race", Description);
        command.Options.Add(race._scenario);
        command.Options.Add(race._strategy);
        race._workload.AddTo(command);
        race._options.AddTo(command);
        command.SetAction(race.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var request = ReadRequest(parsed);
        var result = await RaceAsync(request, _options.ConnectionString(parsed), stop);
        var document = RaceDocument.From(result);
        _terminal.Out.WriteLine(parsed.GetValue(_options.Json) ? document.ToJson() : RaceTable.Write(document));
        if (document.Problem is { } problem) _terminal.Error.WriteLine(problem);
        return CodeFor(document);
    }

    private RaceRequest ReadRequest(ParseResult parsed)
    {
        var problems = new List<string>();
        var workload = _workload.Read(parsed, problems);
        var content = _options.Read(parsed, _lab);
        var scenario = Pick("scenario", parsed.GetValue(_scenario), content.Scenarios, s => s.Id, problems);
        var strategy = scenario is null ? null : Pick("strategy", parsed.GetValue(_strategy), scenario.Strategies, s => s.Id, problems);

        // A broken file matters here only if the race was looked for in it.
        if (scenario is null) problems.AddRange(content.Errors.Select(e => e.ToString()));
        if (problems.Count > 0) throw new BadInputException(problems);
        return new RaceRequest(scenario!, strategy!, workload);
    }

    private static T? Pick<T>(string kind, string? id, IReadOnlyList<T> known, Func<T, string> idOf, List<string> problems)
        where T : class
    {
        var picked = known.FirstOrDefault(k => idOf(k) == id);
        if (picked is not null) return picked;
        var ids = known.Select(idOf).ToList();
        var list = ids.Count == 0 ? "there is none in this content folder" : "there is " + string.Join(", ", ids);
        if (string.IsNullOrEmpty(id)) problems.Add($"Say which {kind} to race with --{kind}: {list}.");
        else if (NearestName.To(id, ids) is { } near) problems.Add($"There is no {kind} '{id}'; the nearest is '{near}'.");
        else problems.Add($"There is no {kind} '{id}': {list}.");
        return null;
    }

    private async Task<RaceResult> RaceAsync(RaceRequest request, string? connectionString, CancellationToken stop)
    {
        try
        {
            await using var lab = await _lab.OpenLab(connectionString, stop);
            using var progress = new ProgressLine(_terminal);
            return await lab.Runner.RunAsync(request, progress, stop);
        }
        catch (ServerRefusedException refused)
        {
            return RaceResults.Refused(request, TimeProvider.System.GetUtcNow(), refused.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return RaceResults.Refused(request, TimeProvider.System.GetUtcNow(), "The race was stopped before it began.");
        }
    }

    private static int CodeFor(RaceDocument document)
    {
        if (document.End is RaceEnd.Refused or RaceEnd.Interrupted) return ExitCode.NoVerdict;
        var verdicts = document.Invariants.Values.Select(i => i.Verdict).ToList();
        if (verdicts.Contains(Verdict.Broken)) return ExitCode.Broken;
        return verdicts.Contains(Verdict.NotShown) ? ExitCode.NotShown : ExitCode.Kept;
    }
}
