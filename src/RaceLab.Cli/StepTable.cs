using System.Text;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary>A schedule that was played, for people: a turn after the other, then how it ended.</summary>
internal static class StepTable
{
    private const string Indent = "       ";

    /// <summary>The whole table, without a newline at its end.</summary>
    public static string Write(StepDocument stepped)
    {
        var text = new StringBuilder();
        text.AppendLine($"{stepped.Scenario} / {stepped.Strategy}, {Plural.Of(stepped.Sessions, "session")} on PostgreSQL {stepped.Postgres}");
        text.AppendLine();
        var turns = stepped.Turns;
        var ends = turns.Count(t => t.Named) == stepped.Schedule.Count ? turns.ToList().FindLastIndex(t => t.Named) + 1 : turns.Count;
        for (var i = 0; i < turns.Count; i++)
        {
            if (i == ends) text.AppendLine("The schedule ends here. What it leaves open is played to its end, session by session:");
            AppendTurn(text, turns, i);
        }

        text.AppendLine();
        for (var i = 0; i < stepped.Outcomes.Count; i++) text.AppendLine($"Session {i + 1} was told: {stepped.Outcomes[i].ToString().ToLowerInvariant()}.");
        text.AppendLine($"{Plural.Of(stepped.Rows, "row")} left, as the scenario counts them.");
        foreach (var (name, invariant) in stepped.Invariants) text.AppendLine($"{name} ({invariant.Title}): {Words(invariant)}");
        return text.ToString().TrimEnd();
    }

    private static void AppendTurn(StringBuilder text, IReadOnlyList<PlayedTurn> turns, int at)
    {
        var turn = turns[at];
        text.AppendLine($"{at + 1,4}.  {turn.Step}: {Waited(turn, at, turns)}{CameBack(turn)}");
        foreach (var line in (turn.Sql ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) text.AppendLine(Indent + line.TrimEnd());
        if (turn.Answer is { Columns.Count: > 0, Rows.Count: > 0 } answer) AppendRows(text, answer);
    }

    private static string Waited(PlayedTurn turn, int at, IReadOnlyList<PlayedTurn> turns)
    {
        if (turn.BlockedBy.Count == 0) return "";
        var who = string.Join(" and ", turn.BlockedBy.Select(s => s == LockHolder.Pool ? "a connection in the pool" : $"session {s}"));
        return turn.ReturnedAt == at + 1 ? $"waited for {who}; then " : $"waited for {who} until turn {turn.ReturnedAt}, {turns[turn.ReturnedAt - 1].Step}; then ";
    }

    private static string CameBack(PlayedTurn turn) => turn switch
    {
        { Sqlstate: { } state } => $"{state} {SqlStates.NameOf(state)}".TrimEnd() + (turn.Constraint is { } constraint ? $" on {constraint}" : "") + $": {turn.Message}",
        { LostConnection: true } => "the connection is gone",
        { Told: { } told } => $"told by the call that it waited for: {told.ToString().ToLowerInvariant()}",
        { Answer: { Columns.Count: > 0 } } => Plural.Of(turn.Rows, "row"),
        { Sql: not null, Rows: > 0 } => $"{Plural.Of(turn.Rows, "row")} written",
        _ => "done",
    };

    /// <summary>The rows in columns, as they were kept, and how many there are beyond.</summary>
    private static void AppendRows(StringBuilder text, Answer answer)
    {
        var lines = answer.Rows.Select(row => row.Select(value => (value ?? "NULL").ReplaceLineEndings(" ")).ToList()).Prepend([.. answer.Columns]).ToList();
        var widths = answer.Columns.Select((_, column) => lines.Max(line => line[column].Length)).ToList();
        foreach (var line in lines) text.AppendLine((Indent + "  " + string.Join(" | ", line.Select((value, column) => value.PadRight(widths[column])))).TrimEnd());
        if (answer.Total > answer.Rows.Count) text.AppendLine($"{Indent}  and {Plural.Of(answer.Total - answer.Rows.Count, "more row")}");
    }

    private static string Words(SteppedInvariant invariant)
    {
        var found = $"{invariant.Excess} too many, on {Plural.Of(invariant.Violations, "key")}";
        return (invariant.Verdict, invariant.Promise) switch
        {
            (Verdict.Broken, _) => $"BROKEN. None were promised, and there are {found}.",
            (Verdict.NotShown, _) => "not shown. This order does not break it, though this strategy is known to; 'explore' tries every order.",
            (_, Promise.Some) => $"as promised, the flaw shows: {found}.",
            _ => "kept in this order.",
        };
    }
}
