using System.Globalization;
using System.Text;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Words;

namespace RaceLab.Cli;

/// <summary>A race's document as a table for people: the same numbers, with words.</summary>
internal static class RaceTable
{
    private const int Column = 12;

    /// <summary>The whole table, without a newline at its end.</summary>
    public static string Write(RaceDocument race)
    {
        var text = new StringBuilder();
        text.AppendLine(Heading(race));
        text.AppendLine(WorkloadLine(race));
        if (race.End != RaceEnd.Finished) text.AppendLine().AppendLine(EndLine(race.End));
        if (race.End == RaceEnd.Refused) return text.ToString().TrimEnd();

        text.AppendLine();
        AppendAttempts(text, race);
        AppendTimes(text, race);
        AppendVerdicts(text, race);
        return text.ToString().TrimEnd();
    }

    /// <summary>A count with its noun: "1 key", "2 keys".</summary>
    public static string Many(long count, string one, string? many = null) => $"{count} {Plural.Noun(count, one, many)}";

    /// <summary>What is wrong with the books of a race, and what that means for its verdict, in a sentence; null: they balance, or there are none.</summary>
    public static string? Imbalance(RaceDocument race) => race.Reconciliation is not { Holds: false } books
        ? null
        : $"The books do not balance: {Many(books.Missing, "created row")} missing, {Many(books.Unacknowledged, "row")} that nobody was told of. "
            + "What callers were told and what the table holds do not fit together, so that no promise can be called kept.";

    private static string Heading(RaceDocument race) =>
        $"{race.Scenario} / {race.Strategy}" + (race.Postgres.Length == 0 ? "" : $" on PostgreSQL {race.Postgres}");

    private static string WorkloadLine(RaceDocument race)
    {
        var length = race.AttemptsPerWorker is { } attempts ? $"{Many(attempts, "attempt")} each" : $"for {Number(race.DurationMs!.Value)} ms";
        var pause = race.PauseMs.Low == race.PauseMs.High ? Number(race.PauseMs.High) : $"{Number(race.PauseMs.Low)} to {Number(race.PauseMs.High)}";
        return $"{Many(race.Workers, "worker")}, {Many(race.Keys, "key")} {race.Distribution}, {length}, pause {pause} ms, "
            + $"synchronous_commit {(race.SynchronousCommit ? "on" : "off")}, seed {race.Seed}, engine {race.Engine}";
    }

    private static string EndLine(RaceEnd end) => end switch
    {
        RaceEnd.Stopped => "Stopped early: what follows is about the attempts that ran.",
        RaceEnd.Interrupted => "Interrupted: it ran, and there is no verdict.",
        _ => "The race never started.",
    };

    private static void AppendAttempts(StringBuilder text, RaceDocument race)
    {
        var attempts = race.Attempts;
        Row(text, "Attempts", attempts.Total);
        Row(text, "  created", attempts.Created);
        Row(text, "  found", attempts.Found);
        Row(text, "  updated", attempts.Updated);
        Row(text, "  rejected", attempts.Rejected);
        Row(text, "  failed", attempts.Failed);
        Row(text, "  unknown", attempts.Unknown);
        Row(text, "Retries", race.Retries);
        Row(text, "Statements rejected", race.Rejected.Values.Sum());
        foreach (var (sqlState, count) in race.Rejected)
        {
            Row(text, $"  {sqlState} {SqlStates.NameOf(sqlState)}".TrimEnd(), count);
            foreach (var rejection in race.Rejections.Where(r => r.SqlState == sqlState && r.Constraint is not null)) Row(text, $"    {rejection.Constraint}", rejection.Count);
        }

        Row(text, "Per worker, fewest", race.PerWorker.Min);
        Row(text, "Per worker, most", race.PerWorker.Max);
        if (race.PerWorker.MaxByMin is { } fairness) Row(text, "  most by fewest", fairness);
        foreach (var chance in race.Chances)
            text.AppendLine($"By chance, {Number(chance.ExpectedRepeats)} of {Many(chance.Draws, "draw")} of '{chance.Input}' ({chance.Generator}) are expected to repeat an earlier one.");
        text.AppendLine();
    }

    private static void AppendTimes(StringBuilder text, RaceDocument race)
    {
        Row(text, "Elapsed, ms", race.ElapsedMs);
        Row(text, "Attempts per second", race.AttemptsPerSecond);
        text.AppendLine();
        text.AppendLine(Cells("Latency, ms", "count", "p50", "p90", "p99", "max"));
        Latency(text, "attempt", race.Attempts.Total, race.LatencyMs);
        foreach (var step in race.Steps) Latency(text, "  " + step.Step, step.Count, step.LatencyMs);
        text.AppendLine();
        if (race.Timing is { } timing) TimingRows.Append(text, timing);
    }

    private static void AppendVerdicts(StringBuilder text, RaceDocument race)
    {
        foreach (var (name, invariant) in race.Invariants)
        {
            text.AppendLine($"{name} ({invariant.Title}): {Words(invariant)}");
            if (invariant.Live is { } live && live != invariant.Excess)
                text.AppendLine($"  The attempts' answers add up to {live}, but the table says {invariant.Excess}: the table is right.");
        }

        if (Imbalance(race) is { } imbalance) text.AppendLine(imbalance);
    }

    private static string Words(InvariantNumbers invariant)
    {
        var found = $"{invariant.Excess} too many, on {Many(invariant.Violations, "key")}";
        return (invariant.Verdict, invariant.Promise) switch
        {
            (Verdict.Broken, _) => $"BROKEN. None were promised, and there are {found}.",
            (Verdict.NotShown, _) => $"not shown. This strategy's flaw stayed hidden this time ({found}), which proves nothing: try more workers, fewer keys or a pause.",
            (_, Promise.Some) => $"as promised, the flaw shows: {found}.",
            _ => $"kept. None were promised, and there are none ({found}).",
        };
    }

    private static void Latency(StringBuilder text, string name, long count, LatencyNumbers ms) =>
        text.AppendLine(Cells(name, Number(count), Number(ms.P50), Number(ms.P90), Number(ms.P99), Number(ms.Max)));

    /// <summary>A name and a number.</summary>
    public static void Row(StringBuilder text, string name, double number) => text.AppendLine(Cells(name, Number(number)));

    private static string Cells(string name, params IEnumerable<string> cells) => name.PadRight(30) + string.Concat(cells.Select(c => c.PadLeft(Column)));

    /// <summary>A number with at most three decimals.</summary>
    public static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
