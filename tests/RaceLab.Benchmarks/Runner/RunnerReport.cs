using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>What <c>bench</c> measured, and whether it is what it should be.</summary>
/// <param name="Machine">On what.</param>
/// <param name="PgbenchVersion">Against which pgbench.</param>
/// <param name="Plan">How.</param>
/// <param name="Compared">Runner against pgbench.</param>
/// <param name="Conflicts">S2 against S3 where all keys are taken.</param>
internal sealed record RunnerReport(Machine Machine, string PgbenchVersion, RunnerPlan Plan, IReadOnlyList<RunnerResult> Compared, IReadOnlyList<ConflictResult> Conflicts) : IBenchReport
{
    private const double MostUneven = 2;
    private const double LeastCaught = 0.65;
    private const int Crowd = 64;
    private static readonly TimeSpan EvenAfter = TimeSpan.FromSeconds(8);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // A worker that made no attempt at all makes a ratio infinite.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Every target that what was measured can meet or miss.</summary>
    public IReadOnlyList<Target> Targets =>
    [
        .. from r in Compared
           where HasTarget(r.Workers) && r.Target is not null
           select Target.AtLeast($"{r.Strategy.Mark}, {r.Workers} workers, {r.EngineName} against pgbench", r.Ratios.Median, r.Target!.Value, "", "F3"),
        .. from c in Conflicts
           where c.Engine == RaceEngine.Wire
           select Target.AtLeast($"S2 against S3, all keys taken, {c.Workers} workers, {c.EngineName}", c.Ratios.Median, LeastCaught, "", "F3"),
        .. from r in Compared
           where r.Workers == Crowd && Plan.Round >= EvenAfter
           select Target.AtMost($"{r.Strategy.Mark}, {r.Workers} workers, {r.EngineName}: attempts of the busiest worker against the least busy one", r.PerWorkerMaxMin, MostUneven, "", "F2"),
    ];

    /// <summary>Whether so many workers have targets.</summary>
    public static bool HasTarget(int workers) => workers is 8 or Crowd;

    /// <summary>For people, as Markdown.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{Machine.Processor}, {Machine.Cores} cores, {Machine.System}, .NET {Machine.Dotnet}, PostgreSQL {Machine.Postgres}, pgbench {PgbenchVersion}, load before: {(Machine.LoadBefore is { } load ? Text(load, "F1") : "unknown")}.";
        yield return $"Rounds of {Plan.Round.TotalSeconds} s, everybody in turn, there and back, {(Plan.LeastTurns == Plan.MostTurns ? $"{Plan.MostTurns}" : $"{Plan.LeastTurns} to {Plan.MostTurns}")} each; {RunnerPlan.Keys:N0} keys drawn uniformly, "
            + "no rows before, `synchronous_commit` off, prepared statements over the Unix socket, the race recorded. Table and invariants were looked at after every round.";
        yield return "";
        yield return "| strategy | workers | engine | attempts/s | pgbench | ratio | interval | client CPU (pgbench) | max/min of workers | first statements | target |";
        yield return "|---|---|---|---|---|---|---|---|---|---|---|";
        foreach (var r in Compared)
            yield return $"| {r.Strategy.Mark} {r.Strategy.Id} | {r.Workers} | {r.EngineName} | {Text(r.Tps, "N0")} | {Text(r.PgbenchTps, "N0")} | {Text(r.Ratios.Median, "F3")} | {Interval(r.Ratios)} "
                + $"| {Text(r.CpuUsPerAttempt, "F1")} µs ({(r.PgbenchCpuUsPerAttempt is { } cpu ? $"{Text(cpu, "F1")} µs" : "unknown")}) | {Text(r.PerWorkerMaxMin, "F2")} | {Text(r.FirstStatementsMs, "F2")} ms | {Mark(r.Ratios.Median, HasTarget(r.Workers) ? r.Target : null)} |";
        yield return "";
        yield return $"The interval holds the true median of the ratio with the probability in brackets, whatever the distribution{(Plan.LeastTurns < Plan.MostTurns ? $"; more rounds are made until it is at most {100 * RunnerPlan.Narrow:F0} % wide, and then no more" : "")}.";
        if (Compared.Any(r => r.Strategy.Pgbench != r.Strategy.Id)) yield return "pgbench gives a client up at 23505, so S2 stands beside pgbench's S3: the same rows and answers, and no error on pgbench's side.";
        foreach (var line in ConflictLines()) yield return line;
        yield return "";
        yield return "All rounds, attempts per second / pgbench's:";
        yield return "";
        foreach (var r in Compared) yield return $"- {r.Strategy.Mark}, {r.Workers}, {r.EngineName}: {Rounds(r.Measured, r.Pgbench)}";
        foreach (var c in Conflicts) yield return $"- S2/S3 with all keys taken, {c.Workers}, {c.EngineName}: {Rounds(c.Caught, c.Avoided)}";
        yield return "";
        foreach (var target in Targets) yield return $"    {target}";
    }

    /// <summary>As one document.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            machine = Machine,
            pgbench = PgbenchVersion,
            roundSeconds = Plan.Round.TotalSeconds,
            keys = RunnerPlan.Keys,
            synchronousCommit = false,
            results = Compared.Select(r => new
            {
                strategy = r.Strategy.Id,
                mark = r.Strategy.Mark,
                pgbenchStrategy = r.Strategy.Pgbench,
                workers = r.Workers,
                engine = r.EngineName,
                tps = r.Tps,
                pgbenchTps = r.PgbenchTps,
                ratio = r.Ratios.Median,
                low = r.Ratios.Interval(RunnerPlan.Coverage).Low,
                high = r.Ratios.Interval(RunnerPlan.Coverage).High,
                coverage = r.Ratios.Interval(RunnerPlan.Coverage).Coverage,
                cpuUsPerAttempt = r.CpuUsPerAttempt,
                pgbenchCpuUsPerAttempt = r.PgbenchCpuUsPerAttempt,
                perWorkerMaxMin = r.PerWorkerMaxMin,
                firstStatementsMs = r.FirstStatementsMs,
                target = HasTarget(r.Workers) ? r.Target : null,
                rounds = r.Measured.Zip(r.Pgbench, (ours, theirs) => new { tps = ours.PerSecond, pgbenchTps = theirs.PerSecond }),
            }),
            conflicts = Conflicts.Select(c => new
            {
                workers = c.Workers,
                engine = c.EngineName,
                caughtTps = c.CaughtTps,
                avoidedTps = c.AvoidedTps,
                ratio = c.Ratios.Median,
                low = c.Ratios.Interval(RunnerPlan.Coverage).Low,
                high = c.Ratios.Interval(RunnerPlan.Coverage).High,
                coverage = c.Ratios.Interval(RunnerPlan.Coverage).Coverage,
                exceptionMs = c.ExceptionMs,
                answerMs = c.AnswerMs,
            }),
            targets = Targets,
        },
        Json);

    private IEnumerable<string> ConflictLines()
    {
        if (Conflicts.Count == 0) yield break;
        yield return "";
        yield return "| all keys taken | workers | engine | S2 attempts/s | S3 attempts/s | ratio | interval | of a 23505: the answer | .NET's exception | target |";
        yield return "|---|---|---|---|---|---|---|---|---|---|";
        foreach (var c in Conflicts)
            yield return $"| S2 against S3 | {c.Workers} | {c.EngineName} | {Text(c.CaughtTps, "N0")} | {Text(c.AvoidedTps, "N0")} | {Text(c.Ratios.Median, "F3")} | {Interval(c.Ratios)} "
                + $"| {(c.AnswerMs is { } answer ? $"{Text(answer, "F3")} ms" : "")} | {(c.ExceptionMs is { } thrown ? $"{Text(thrown, "F3")} ms" : "none is thrown")} | {Mark(c.Ratios.Median, c.Engine == RaceEngine.Wire ? LeastCaught : null)} |";
    }

    private static string Interval(Rounds rounds) =>
        rounds.Interval(RunnerPlan.Coverage) is var interval ? $"{Text(interval.Low, "F3")} to {Text(interval.High, "F3")} ({Text(100 * interval.Coverage, "F0")} %, {rounds.Values.Count} rounds)" : "";

    private static string Rounds(IReadOnlyList<Round> ours, IReadOnlyList<Round> theirs) => string.Join(", ", ours.Zip(theirs, (a, b) => $"{Text(a.PerSecond, "F0")}/{Text(b.PerSecond, "F0")}"));

    private static string Mark(double measured, double? target) => target is not { } least ? "" : $"≥ {Text(least, "F2")} {(measured >= least ? "met" : "not met")}";

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
