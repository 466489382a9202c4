using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Exports;

/// <summary>A race's numbers, one a row, and a study's races, one a row. <c>docs/exports.md</c> describes the columns.</summary>
public static class SummaryCsv
{
    /// <summary>A race: what is measured, of what, the value and its unit.</summary>
    public static string Of(RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var race = RaceDocument.From(result);
        var csv = new Csv().Text("measure").Text("of").Text("value").Text("unit").End();
        Word("scenario", race.Scenario);
        Word("strategy", race.Strategy);
        Word("end", race.End.ToString().ToLowerInvariant());
        Word("problem", race.Problem);
        Word("started", race.StartedAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        Word("postgres", race.Postgres);
        Count("workers", "", race.Workers, "workers");
        Count("keys", "", race.Keys, "keys");
        Word("distribution", race.Distribution);
        Count("attempts asked for", "each worker", race.AttemptsPerWorker, "attempts");
        Measure("duration asked for", "", race.DurationMs, "ms");
        Measure("pause", "shortest", race.PauseMs.Low, "ms");
        Measure("pause", "longest", race.PauseMs.High, "ms");
        Word("synchronous commit", race.SynchronousCommit ? "on" : "off");
        Count("seed", "", race.Seed, "");
        foreach (var (name, invariant) in race.Invariants)
        {
            csv.Text("verdict").Text(name).Text(invariant.Verdict.ToString()).Text("").End();
            Count("violations", name, invariant.Violations, "keys");
            Count("excess", name, invariant.Excess, "");
            Count("excess, counted live", name, invariant.Live, "");
        }

        Count("attempts", "total", race.Attempts.Total, "attempts");
        Count("attempts", "created", race.Attempts.Created, "attempts");
        Count("attempts", "found", race.Attempts.Found, "attempts");
        Count("attempts", "updated", race.Attempts.Updated, "attempts");
        Count("attempts", "rejected", race.Attempts.Rejected, "attempts");
        Count("attempts", "failed", race.Attempts.Failed, "attempts");
        Count("attempts", "unknown", race.Attempts.Unknown, "attempts");
        Count("retries", "", race.Retries, "blocks");
        Count("redeliveries", "", race.Redeliveries, "deliveries");
        foreach (var rejection in race.Rejections) Count("rejected statements", $"{rejection.SqlState} {rejection.Constraint}".TrimEnd(), rejection.Count, "statements");
        Measure("elapsed", "", race.ElapsedMs, "ms");
        Measure("throughput", "", race.AttemptsPerSecond, "attempts/s");
        Latency("attempt", result.Latency.Count, race.LatencyMs);
        foreach (var step in race.Steps)
        {
            Count("times", $"step {step.Step}", step.Count, "");
            Latency($"step {step.Step}", step.Count, step.LatencyMs);
        }

        Count("attempts of a worker", "least", race.PerWorker.Min, "attempts");
        Count("attempts of a worker", "most", race.PerWorker.Max, "attempts");
        if (race.Reconciliation is { } books)
        {
            Count("books", "acknowledged", books.Acknowledged, "attempts");
            Count("books", "rows", books.Rows, "rows");
            Count("books", "missing", books.Missing, "rows");
            Count("books", "unacknowledged", books.Unacknowledged, "rows");
        }

        return csv.Take();

        void Word(string measure, string? value) => csv.Text(measure).Text("").Text(value).Text("").End();

        void Count(string measure, string of, long? value, string unit) => csv.Text(measure).Text(of).Number(value).Text(unit).End();

        void Measure(string measure, string of, double? value, string unit) => csv.Text(measure).Text(of).Number(value).Text(unit).End();

        void Latency(string of, long count, LatencyNumbers latency)
        {
            // Where nothing was measured, 0 would be a measurement.
            Measure("latency p50", of, count == 0 ? null : latency.P50, "ms");
            Measure("latency p90", of, count == 0 ? null : latency.P90, "ms");
            Measure("latency p99", of, count == 0 ? null : latency.P99, "ms");
            Measure("latency longest", of, count == 0 ? null : latency.Max, "ms");
        }
    }

    /// <summary>A study: its races in the order in which they ran.</summary>
    public static string Of(StudyRecord study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var names = study.Races.SelectMany(r => r.Result.Invariants.Select(i => i.Name)).Distinct().ToList();
        var csv = new Csv();
        foreach (var column in (string[])
                 ["round", "strategy", "workers", "keys", "distribution", "pause_low_ms", "pause_high_ms", "synchronous_commit", "seed", "end", "attempts", "created", "found", "updated",
                     "rejected", "failed", "unknown", "retries", "elapsed_ms", "attempts_per_second", "p50_ms", "p90_ms", "p99_ms", "longest_ms", .. names.Select(n => $"excess {n}")])
            csv.Text(column);
        csv.End();
        foreach (var race in study.Races)
        {
            var (workload, attempts) = (race.Result.Workload, race.Result.Attempts);
            csv.Number(race.Round).Text(race.Result.Strategy).Number(workload.Workers).Number(workload.Keys).Text(WorkloadText.FormatDistribution(workload.Distribution))
                .Number(workload.PauseLow.TotalMilliseconds).Number(workload.PauseHigh.TotalMilliseconds).Text(workload.SynchronousCommit ? "on" : "off").Number(workload.Seed)
                .Text(race.Result.End.ToString().ToLowerInvariant())
                .Number(attempts.Total).Number(attempts.Created).Number(attempts.Found).Number(attempts.Updated).Number(attempts.Rejected).Number(attempts.Failed).Number(attempts.Unknown)
                .Number(race.Result.Retries).Number(race.Result.Elapsed.TotalMilliseconds).Number(race.Result.AttemptsPerSecond);
            var latency = race.Result.Latency;
            foreach (var ms in (ReadOnlySpan<double>)[latency.P50Ms, latency.P90Ms, latency.P99Ms, latency.MaxMs]) csv.Number(latency.Count == 0 ? null : ms);
            foreach (var name in names) csv.Number(race.Result.Invariants.FirstOrDefault(i => i.Name == name)?.Excess);
            csv.End();
        }

        return csv.Take();
    }
}
