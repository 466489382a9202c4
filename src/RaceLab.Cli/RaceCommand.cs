using System.CommandLine;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary><c>race</c>: one race, without a browser.</summary>
internal sealed class RaceCommand
{
    private const string Description = """
        Race a strategy and print how it went.

        Ends with 0 when every promise was kept, 1 when one was broken, 4 when none was broken but a promised flaw was not shown,
        2 for bad input, and where the server refuses a statement of the scenario so that there is no verdict; 3 when there is none for another reason:
        the database could not be had, the race was refused or interrupted, or the books do not balance: what callers were told and what the table
        holds do not fit together. A promise that the table shows to be broken is broken all the same.
        A scenario may have a workload of its own, which then holds in the place of the defaults below.
        Ctrl+C stops the race; the verdict is then about the attempts that ran.

        In the JSON document, 'rejected' counts every statement that the server rejected, by SQLSTATE, also those whose error the
        strategy caught; 'attempts.rejected' counts attempts that ended so. 'verdict' is kept, broken or notShown. Times are in milliseconds,
        unless a name ends in Us. 'timing' says where the time went; its histograms have 20 bins for a factor of ten, the first from 1 us on.
        """;

    private readonly StrategyOptions _strategy = new();
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
        race._strategy.AddTo(command);
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
        var asJson = parsed.GetValue(_options.Json);
        _terminal.Out.WriteLine(asJson ? document.ToJson() : RaceTable.Write(document));
        if (document.Problem is { } problem) _terminal.Error.WriteLine(problem);

        // The table says it by itself.
        if (asJson && RaceTable.Imbalance(document) is { } imbalance) _terminal.Error.WriteLine(imbalance);
        return CodeFor(document);
    }

    private RaceRequest ReadRequest(ParseResult parsed)
    {
        var problems = new List<string>();
        var content = _options.Read(parsed, _lab);
        var raced = _strategy.Read(parsed, content, problems);
        var workload = _workload.Read(parsed, raced?.Scenario.Workload, problems);
        var most = _lab.Environment.Settings.Races.WorkersPerRace;
        if (problems.Count == 0 && workload.Workers > most)
            problems.Add($"{SettingKeys.InEnvironment(LimitSetting.WorkersPerRace.Name)} is {most}, and the race is to have {Plural.Of(workload.Workers, "worker")}: give --workers {most} or less, or raise the limit.");
        if (problems.Count > 0) throw new BadInputException(problems);
        return new RaceRequest(raced!.Value.Scenario, raced.Value.Strategy, workload);
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
        if (document.End is RaceEnd.Refused or RaceEnd.Interrupted) return document.Refused is { IsOfContent: true } ? ExitCode.BadInput : ExitCode.NoVerdict;
        var verdicts = document.Invariants.Values.Select(i => i.Verdict).ToList();
        if (verdicts.Contains(Verdict.Broken)) return ExitCode.Broken;
        if (document.Reconciliation is { Holds: false }) return ExitCode.NoVerdict;
        return verdicts.Contains(Verdict.NotShown) ? ExitCode.NotShown : ExitCode.Kept;
    }
}
