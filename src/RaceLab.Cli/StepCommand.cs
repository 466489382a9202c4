using System.CommandLine;
using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary><c>step</c>: one schedule, played one statement at a time.</summary>
internal sealed class StepCommand
{
    private static readonly string Description = $"""
        Play one schedule on a real server, one statement at a time, and print what each turn saw.

        A schedule is a list of turns with commas between them. 1.check: session 1 sends its step 'check', which must be its next one; 'check' lists
        strategies, and the page shows their steps. BEGIN, COMMIT and the steps of other blocks are turns of their own, such as 1.begin and 1.commit; pauses
        and back-offs take no turn, and rollbacks may be left out. The environment's turns: e.deliver-1, the attempt of session 1 arrives again;
        e.replay, the standby replays what is committed; e.expire-1, the lease of session 1 runs out. All sessions fight over one key.
        What the schedule leaves open is played to its end afterwards, session by session. 'explore' and the page write schedules in the same way.

        For each turn: what was sent, the rows that came back (the first {ScheduleRunner.KeptRows}), the error with its SQLSTATE, and whom it had to wait for until which
        turn. At the end: what callers were told, how many rows are left, and the invariants' verdicts. In the JSON document, 'named' says whether the
        schedule has the turn; 'returnedAt' is the turn, counted from 1, with which its answer came back.
        Ends with 0 when every promise was kept, 1 when one was broken, 4 when a promised flaw was not shown by this schedule, 2 for bad input and for a
        schedule that cannot be played (the reason says what the session's next step is), and where the server refuses a statement of the scenario that
        is not a step's; 3 when the database could not be had.
        """;

    private const int FewestSessions = 2;

    private readonly StrategyOptions _strategy = new();
    private readonly Option<string?> _schedule = new("--schedule") { Description = "The turns in their order, such as 1.check,2.check,1.insert.", HelpName = "turns" };
    private readonly Option<string?> _sessions = new("--sessions")
    {
        Description = $"{FewestSessions} to {ScheduleRunner.MaximumSessions}. Default: as many as the schedule names, at least {FewestSessions}.",
        HelpName = "n",
    };

    private readonly LabOptions _options = new();
    private readonly LabAccess _lab;
    private readonly Terminal _terminal;

    private StepCommand(LabAccess lab, Terminal terminal)
    {
        _lab = lab;
        _terminal = terminal;
    }

    /// <summary>The command, ready to be invoked.</summary>
    public static Command Build(LabAccess lab, Terminal terminal)
    {
        var step = new StepCommand(lab, terminal);
        var command = new Command("step", Description);
        step._strategy.AddTo(command);
        command.Options.Add(step._schedule);
        command.Options.Add(step._sessions);
        step._options.AddTo(command);
        command.SetAction(step.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var problems = new List<string>();
        var stepped = _strategy.Read(parsed, _options.Read(parsed, _lab), problems);
        var schedule = ReadSchedule(parsed.GetValue(_schedule), stepped?.Strategy, problems);
        var sessions = ReadSessions(parsed.GetValue(_sessions), schedule, problems);
        if (problems.Count > 0) throw new BadInputException(problems);
        var (scenario, strategy) = stepped!.Value;

        await using var lab = await _lab.OpenLab(_options.ConnectionString(parsed), stop);
        ScheduleResult result;
        try
        {
            result = await lab.PlayAsync(scenario, strategy, schedule, sessions, stop);
        }
        catch (InfeasibleScheduleException infeasible)
        {
            throw new BadInputException(infeasible.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _terminal.Error.WriteLine("It was stopped before the schedule was played to its end, so there is no verdict.");
            return ExitCode.NoVerdict;
        }

        var document = StepDocument.From(scenario, strategy, schedule, result, lab.PostgresVersion);
        _terminal.Out.WriteLine(parsed.GetValue(_options.Json) ? document.ToJson() : StepTable.Write(document));
        return ExitCode.Of(document.Verdict);
    }

    private static List<ScheduledStep> ReadSchedule(string? written, Strategy? strategy, List<string> problems)
    {
        var schedule = new List<ScheduledStep>();
        var entries = (written ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (entries.Length == 0) problems.Add("Say in which order with --schedule, such as 1.check,2.check,1.insert; 'step --help' tells more.");
        if (entries.Length > Stepper.MaximumTurns) problems.Add($"--schedule has {Plural.Of(entries.Length, "turn")}, and {Stepper.MaximumTurns} is the most.");
        foreach (var entry in entries)
        {
            if (!ScheduledStep.TryParse(entry, out var scheduled))
            {
                problems.Add($"--schedule has '{entry}', which is no turn: it is a session, a dot and a step's name, such as 1.check, or what the environment does: e.deliver-1, e.replay or e.expire-1.");
                continue;
            }

            schedule.Add(scheduled);
            if (scheduled.Session != ScheduledStep.Environment && strategy is not null && strategy.Program.FindStep(scheduled.Step) is null)
            {
                var known = strategy.Program.Steps.Where(s => !s.IsWait && s.Role == strategy.Program.RoleOf(scheduled.Session).Name).Select(s => s.Name).ToList();
                problems.Add($"--schedule has '{entry}', and session {scheduled.Session} has no such step: {NearestName.Hint(scheduled.Step, known)}");
            }
        }

        return schedule;
    }

    private static int ReadSessions(string? written, List<ScheduledStep> schedule, List<string> problems)
    {
        var named = schedule.Select(s => s.Whose).DefaultIfEmpty().Max();
        if (named > ScheduleRunner.MaximumSessions)
        {
            problems.Add($"--schedule names session {named}, and there are {ScheduleRunner.MaximumSessions} at most.");
            return FewestSessions;
        }

        if (written is null) return Math.Max(FewestSessions, named);
        if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var sessions) || sessions is < FewestSessions or > ScheduleRunner.MaximumSessions)
            problems.Add($"--sessions must be a whole number from {FewestSessions} to {ScheduleRunner.MaximumSessions}, and '{written}' is not.");
        else if (sessions < named)
            problems.Add($"--schedule names session {named}, and --sessions is {sessions}: give --sessions {named}.");
        return sessions;
    }
}
