using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary><c>explore</c>: every interleaving of two or three sessions.</summary>
internal sealed class ExploreCommand
{
    private static readonly string Description = string.Create(CultureInfo.InvariantCulture, $"""
        Run every distinct interleaving of two or three sessions on a real server, and print how each ends.

        Orders that differ only in steps that nobody can tell apart are run once; 'orders' counts all that a run stands for. A turn of a
        session whose attempt has ended is an empty one; an order in which a session would have to go on while it waits for a lock is infeasible.
        Where blocks are run again after an error ('ordersIncludeRetries' in the JSON document), the turns of those retries count, too, up to 'retriesAtMost' in
        each session: such a strategy has many more orders than its steps alone. On a terminal, a line says how many schedules were executed so far,
        and how many there can be at most: one for each order, and never more than {Explorer.MaximumRuns:N0}.
        Ends with 0 when every promise was kept, 1 when one was broken, 4 when a promised flaw was in no order, 2 for bad input, and where
        the server refuses a statement of the scenario that is not a step's; 3 when the database could not be had or not every order was tried.
        """);

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
            using var progress = new ProgressLine(_terminal) { RunsAtMost = OrderBound.RunsAtMost(scenario, strategy, sessions) };
            var exploration = await lab.ExploreAsync(scenario, strategy, sessions, progress, stop);
            document = ExplorationDocument.From(exploration) with { OrdersIncludeRetries = OrderBound.CountsRetries(exploration, strategy.Program) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _terminal.Error.WriteLine("It was stopped before every order was tried, so there is no verdict.");
            return ExitCode.NoVerdict;
        }

        _terminal.Out.WriteLine(parsed.GetValue(_options.Json) ? document.ToJson() : Write(document, OrderBound.Of(scenario, strategy, sessions, retriesAtMost: 0)));
        if (!document.Complete) return ExitCode.NoVerdict;
        return ExitCode.Of(document.Verdict);
    }

    private int ReadSessions(ParseResult parsed, List<string> problems)
    {
        var written = parsed.GetValue(_sessions);
        if (written is null) return SessionsByDefault;
        if (int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var sessions) && sessions is 2 or 3) return sessions;
        problems.Add($"--sessions must be 2 or 3, and '{written}' is not.");
        return SessionsByDefault;
    }

    /// <param name="explored">What was found.</param>
    /// <param name="ordersWithoutRetries">How many orders there were at most if no block were run again; null: nobody can tell.</param>
    private static string Write(ExplorationDocument explored, BigInteger? ordersWithoutRetries)
    {
        var text = new StringBuilder();
        var sessions = Plural.Of(explored.Sessions, "session");
        text.AppendLine(CultureInfo.InvariantCulture, $"{explored.Scenario} / {explored.Strategy}, {sessions} on PostgreSQL {explored.Postgres}, engine {explored.Engine}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Orders(explored.Orders)}, {explored.Infeasible:N0} of them made impossible by waiting; {explored.Runs:N0} executed, {explored.ElapsedMs:N0} ms");
        if (explored.OrdersIncludeRetries)
        {
            text.AppendLine($"The count includes the turns of blocks that were run again after an error, up to {Plural.Of(explored.RetriesAtMost, "time")} in each session"
                + (ordersWithoutRetries is { } without ? $"; without them there would be {Orders(without)} at most." : "."));
        }

        text.AppendLine();
        foreach (var outcome in explored.Outcomes)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{(outcome.Violations > 0 ? "!" : " ")} {outcome.Orders,12:N0} {Plural.Noun(outcome.Orders, "order")}: {Plural.Of(outcome.Rows, "row")}, told {string.Join(", ", outcome.Told)}{(outcome.Sqlstates.Count == 0 ? "" : $", rejected {string.Join(" ", outcome.Sqlstates)}")}{(outcome.Waits ? ", with waiting" : "")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"                 such as {string.Join(" ", outcome.Witness)}");
        }

        text.AppendLine();
        foreach (var (name, invariant) in explored.Invariants)
        {
            var finding = invariant.Orders.IsZero
                ? $"no order of these statements of {sessions} breaks it on this PostgreSQL"
                : Plural.Of(invariant.Orders, "order breaks it", "orders break it");
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} ({invariant.Title}): {finding}{Judgement(invariant.Verdict, !invariant.Orders.IsZero)}.");
        }

        if (explored.RetriesCut) text.AppendLine($"Blocks were run again at most {Plural.Of(explored.RetriesAtMost, "time")}; what more retries would do was not tried.");
        if (!explored.Complete) text.AppendLine("Not every order was tried: there are too many, so there is no verdict.");
        if (explored.InEveryOrder.Count > 0)
        {
            text.AppendLine("Every order was played by itself, since it is not known what these steps do:");
            foreach (var step in explored.InEveryOrder) text.AppendLine($"  {step}");
        }

        text.Append("It says nothing about what was not tried:");
        foreach (var untried in explored.NotTried) text.Append($"{Environment.NewLine}  {untried}");
        return text.ToString();
    }

    private static string Judgement(Verdict verdict, bool broken) => (verdict, broken) switch
    {
        (Verdict.Kept, true) => ", as the strategy says",
        (Verdict.Broken, _) => ", though the strategy says that none does",
        (Verdict.NotShown, _) => ", though the strategy says that some do",
        _ => "",
    };

    private static string Orders(BigInteger count) => Plural.Of(count, "order");
}
