using System.Globalization;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>Two races beside each other: their numbers, the differences, and what was not the same to begin with.</summary>
/// <param name="Rows">One for each number.</param>
/// <param name="Conditions">In which conditions they differ, in a sentence.</param>
public sealed record Overlay(IReadOnlyList<OverlayRow> Rows, string Conditions)
{
    /// <summary>Puts two results beside each other.</summary>
    public static Overlay Of(RaceResult a, RaceResult b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var rows = new List<OverlayRow> { new("verdict", VerdictText.Of(a).Headline, VerdictText.Of(b).Headline, "") };
        foreach (var name in a.Invariants.Concat(b.Invariants).Select(i => i.Name).Distinct())
            rows.Add(Counted(name, a.Invariants.FirstOrDefault(i => i.Name == name)?.Excess, b.Invariants.FirstOrDefault(i => i.Name == name)?.Excess));
        rows.AddRange(
        [
            Counted("attempts", a.Attempts.Total, b.Attempts.Total),
            Counted("created", a.Attempts.Created, b.Attempts.Created),
            Counted("found", a.Attempts.Found, b.Attempts.Found),
            Counted("updated", a.Attempts.Updated, b.Attempts.Updated),
            Counted("rejected", a.Attempts.Rejected, b.Attempts.Rejected),
            Counted("failed", a.Attempts.Failed, b.Attempts.Failed),
            Counted("unknown", a.Attempts.Unknown, b.Attempts.Unknown),
            Counted("retries", a.Retries, b.Retries),
            Counted("rejected statements", a.Rejections.Sum(r => r.Count), b.Rejections.Sum(r => r.Count)),
            Measured("throughput", a.AttemptsPerSecond, b.AttemptsPerSecond, Figures.Rate),
            Measured("p50", Ms(a, a.Latency.P50Ms), Ms(b, b.Latency.P50Ms), Figures.Milliseconds),
            Measured("p90", Ms(a, a.Latency.P90Ms), Ms(b, b.Latency.P90Ms), Figures.Milliseconds),
            Measured("p99", Ms(a, a.Latency.P99Ms), Ms(b, b.Latency.P99Ms), Figures.Milliseconds),
            Measured("longest", Ms(a, a.Latency.MaxMs), Ms(b, b.Latency.MaxMs), Figures.Milliseconds),
            Measured("took", a.Elapsed.TotalMilliseconds, b.Elapsed.TotalMilliseconds, ms => Figures.Time(TimeSpan.FromMilliseconds(ms))),
        ]);
        return new Overlay(rows, Compare(a, b));
    }

    private static double Ms(RaceResult race, double ms) => race.Latency.Count == 0 ? double.NaN : ms;

    private static OverlayRow Counted(string name, long? a, long? b)
    {
        var difference = b - a;
        return new OverlayRow(name, a is { } first ? Figures.Count(first) : "–", b is { } second ? Figures.Count(second) : "–", difference switch
        {
            null => "–",
            0 => "the same",
            > 0 => $"+{Figures.Count(difference.Value)}{Percent(a!.Value, b!.Value)}",
            _ => $"−{Figures.Count(-difference.Value)}{Percent(a!.Value, b!.Value)}",
        });
    }

    private static OverlayRow Measured(string name, double a, double b, Func<double, string> format)
    {
        if (!double.IsFinite(a) || !double.IsFinite(b)) return new OverlayRow(name, double.IsFinite(a) ? format(a) : "–", double.IsFinite(b) ? format(b) : "–", "–");
        var (first, second) = (format(a), format(b));
        return new OverlayRow(name, first, second, first == second ? "the same" : $"{(b > a ? "+" : "−")}{format(Math.Abs(b - a))}{Percent(a, b)}");
    }

    /// <summary>Of B against A, where there is something to be a part of.</summary>
    private static string Percent(double a, double b) =>
        a == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({(b >= a ? "+" : "−")}{Math.Abs(b - a) / a * 100:#,0.#} %)");

    private static string Compare(RaceResult a, RaceResult b)
    {
        var (first, second) = (a.Workload, b.Workload);
        (string Name, bool Same)[] conditions =
        [
            ("the scenario", a.Scenario == b.Scenario),
            ("the strategy", a.Scenario == b.Scenario && a.Strategy == b.Strategy),
            ("the number of workers", first.Workers == second.Workers),
            ("the keys", (first.Keys, first.Distribution) == (second.Keys, second.Distribution)),
            ("how long they go on", (first.Attempts, first.Duration) == (second.Attempts, second.Duration)),
            ("the pause", (first.PauseLow, first.PauseHigh) == (second.PauseLow, second.PauseHigh)),
            ("synchronous_commit", first.SynchronousCommit == second.SynchronousCommit),
            ("the seed", first.Seed == second.Seed),
            ("the server", a.PostgresVersion == b.PostgresVersion),
        ];
        var differing = conditions.Where(c => !c.Same).Select(c => c.Name).ToList();
        return differing switch
        {
            [] => "Everything that can be chosen was the same for both: what differs is chance, or how busy the machine was.",
            [var only] => $"They differ in {only}; whatever else can be chosen was the same.",
            _ => $"They differ in {string.Join(", ", differing[..^1])} and {differing[^1]}: what each of these does cannot be told from these two races.",
        };
    }
}

/// <summary>One number of both.</summary>
/// <param name="Name">What it is.</param>
/// <param name="A">The first race's, in words.</param>
/// <param name="B">The second race's.</param>
/// <param name="Difference">B against A; empty where there is none to be computed.</param>
public sealed record OverlayRow(string Name, string A, string B, string Difference);
