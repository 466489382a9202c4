using System.CommandLine;
using System.Globalization;
using System.Text;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Cli;

/// <summary><c>explore</c>: every interleaving of two or three sessions.</summary>
internal sealed class ExploreCommand
{
    private const string Description = """
        Run every distinct interleaving of two or three sessions on a real server, and print how each ends.

        Orders that differ only in steps that nobody can tell apart are run once; 'orders' counts all that a run stands for. A turn of a
        session whose attempt has ended is an empty one; an order in which a session would have to go on while it waits for a lock is infeasible.
        Ends with 0 when every promise was kept, 1 when one was broken, 4 when a promised flaw was in no order, 2 for bad input, and where
        the server refuses a statement of the scenario that is not a step's; 3 when the database could not be had or not every order was tried.
        """;

    private const int SessionsByDefault = 2;

    private readonly StrategyOptions _strategy = new();
    private readonly Option<string?> _sessions = new("--sessions") { Description = $"2 or 3; {SessionsByDefault} where it is not given.", HelpName = "n" };
    private readonly LabOptions _options = new();
    private readonly LabAccess _lab;
    private readonly Terminal _terminal;

    private ExploreCommand(LabAccess lab, Terminal terminal)
    {
        _lab = lab;
        _terminal = terminal;
    }

    /// <summary>The command, ready to be invoked.</summary>
    public static Command Build(LabAccess lab, Terminal terminal)
    {
        var explore = new ExploreCommand(lab, terminal);
        var command = new Command("explore", Description);
        explore._strategy.AddTo(command);
        command.Options.Add(explore._sessions);
        explore._options.AddTo(command);
        command.SetAction(explore.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var problems = new List<string>();
        var sessions = ReadSessions(parsed, problems);
        var explored = _strategy.Read(parsed, _options.Read(parsed, _lab), problems);
        if (problems.Count > 0) throw new BadInputException(problems);
        var (scenario, strategy) = explored!.Value;

        await using var lab = await _lab.OpenLab(_options.ConnectionString(parsed), stop);
        ExplorationDocument document;
        try
        {
            using var progress = new ProgressLine(_terminal);
            document = ExplorationDocument.From(await lab.ExploreAsync(scenario, strategy, sessions, progress, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _terminal.Error.WriteLine("It was stopped before every order was tried, so there is no verdict.");
            return ExitCode.NoVerdict;
        }

        _terminal.Out.WriteLine(parsed.GetValue(_options.Json) ? document.ToJson() : Write(document));
        if (!document.Complete) return ExitCode.NoVerdict;
        return document.Verdict switch
        {
            Verdict.Broken => ExitCode.Broken,
            Verdict.NotShown => ExitCode.NotShown,
            _ => ExitCode.Kept,
        };
    }

    private int ReadSessions(ParseResult parsed, List<string> problems)
    {
        var written = parsed.GetValue(_sessions);
        if (written is null) return SessionsByDefault;
        if (int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var sessions) && sessions is 2 or 3) return sessions;
        problems.Add($"--sessions must be 2 or 3, and '{written}' is not.");
        return SessionsByDefault;
    }

    private static string Write(ExplorationDocument explored)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{explored.Scenario} / {explored.Strategy}, {explored.Sessions} sessions on PostgreSQL {explored.Postgres}, engine {explored.Engine}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{explored.Orders:N0} orders, {explored.Infeasible:N0} of them made impossible by waiting; {explored.Runs:N0} executed, {explored.ElapsedMs:N0} ms");
        text.AppendLine();
        foreach (var outcome in explored.Outcomes)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{(outcome.Violations > 0 ? "!" : " ")} {outcome.Orders,12:N0} orders: {Count(outcome.Rows, "row")}, told {string.Join(", ", outcome.Told)}{(outcome.Sqlstates.Count == 0 ? "" : $", rejected {string.Join(" ", outcome.Sqlstates)}")}{(outcome.Waits ? ", with waiting" : "")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"                 such as {string.Join(" ", outcome.Witness)}");
        }

        text.AppendLine();
        foreach (var (name, invariant) in explored.Invariants)
        {
            var finding = invariant.Orders.IsZero
                ? $"no order of these statements of {explored.Sessions} sessions breaks it on this PostgreSQL"
                : $"{invariant.Orders.ToString("N0", CultureInfo.InvariantCulture)} orders break it";
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} ({invariant.Title}): {finding}{Judgement(invariant.Verdict, !invariant.Orders.IsZero)}.");
        }

        if (explored.RetriesCut) text.AppendLine(CultureInfo.InvariantCulture, $"Blocks were run again at most {explored.RetriesAtMost} times; what more retries would do was not tried.");
        if (!explored.Complete) text.AppendLine("Not every order was tried: there are too many, so there is no verdict.");
        text.Append("It says nothing about more sessions, other statements in between, crashes elsewhere, or other servers.");
        return text.ToString();
    }

    private static string Judgement(Verdict verdict, bool broken) => (verdict, broken) switch
    {
        (Verdict.Kept, true) => ", as the strategy says",
        (Verdict.Broken, _) => ", though the strategy says that none does",
        (Verdict.NotShown, _) => ", though the strategy says that some do",
        _ => "",
    };

    private static string Count(long count, string what) => count == 1 ? $"1 {what}" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} {what}s";
}
