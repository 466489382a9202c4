using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;
using RaceLab.Web.Races;

namespace RaceLab.Web.Comparisons;

/// <summary>What a comparison found, in words.</summary>
public static class ComparisonWords
{
    /// <summary>Up to so many pairs have a sentence each; of more, the table has them.</summary>
    public const int PairsInWords = 6;

    /// <summary>The whole in a few sentences.</summary>
    public static VerdictText Of(StudyRecord record, Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(comparison);
        var sentences = new List<string>();
        if (record.Problem is { } problem) sentences.Add(problem);
        sentences.AddRange(Rates(comparison));
        sentences.AddRange(SlowestAttempts(comparison));
        if (FewRounds(comparison) is { } few) sentences.Add(few);
        sentences.AddRange(Invariants(comparison.Strategies));
        sentences.AddRange(WithoutVerdict(comparison.Strategies));
        return new VerdictText(MoodOf(comparison.Strategies), Headline(comparison), sentences);
    }

    /// <summary>A ratio's interval: 1.83 to 2.31 times.</summary>
    public static string Times(Difference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        return $"{Ratio(difference.Low)} to {Ratio(difference.High)} times";
    }

    /// <summary>A ratio: 2.34, 12.3, 450.</summary>
    public static string Ratio(double ratio) =>
        ratio.ToString(ratio < 10 ? "0.00" : ratio < 100 ? "0.0" : ratio < 1e6 ? "#,0" : "0e+0", CultureInfo.InvariantCulture);

    /// <summary>A mean: 842 per second.</summary>
    public static string Mean(MeanInterval? rate) => rate is null ? "–" : Figures.Rate(rate.Mean);

    /// <summary>Its interval: 790 to 894; null where there is none.</summary>
    public static string? Interval(MeanInterval? rate) => rate is null or { Count: 1 } ? null : $"{Plain(Math.Max(0, rate.Low))} to {Plain(rate.High)}";

    /// <summary>A median: 11.2 ms.</summary>
    public static string Median(MedianRange? latency) => latency is { } range ? Figures.Milliseconds(range.Median) : "–";

    /// <summary>A small number per attempt: 1.25.</summary>
    public static string Average(double? number) => number?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>How far the rounds lie apart: 10.9 ms to 12.1 ms; null where there is nothing.</summary>
    public static string? Range(MedianRange? latency) =>
        latency is { } range ? $"{Figures.Milliseconds(range.Low)} to {Figures.Milliseconds(range.High)}" : null;

    /// <summary>What became of the invariants: those that a strategy is flawed in or has broken one by one, and the others together.</summary>
    public static IReadOnlyList<(string Text, string Remark, bool IsBroken)> Found(IReadOnlyList<ComparedInvariant> invariants)
    {
        var kept = invariants.Where(i => i is { Promise: Promise.None, Verdict: Verdict.Kept }).Select(i => $"no {i.Name}").ToList();
        return
        [
            .. invariants.Where(i => i is not { Promise: Promise.None, Verdict: Verdict.Kept }).Select(i => ($"{i.Name}: {Found(i)}", Promised(i), i.Verdict == Verdict.Broken)),
            .. kept.Count == 0 ? [] : (IEnumerable<(string, string, bool)>)[(string.Join(", ", kept), "kept, as promised", false)],
        ];
    }

    /// <summary>What became of an invariant: none in 4 rounds; 124 in all, in 4 of 4 rounds.</summary>
    public static string Found(ComparedInvariant invariant)
    {
        ArgumentNullException.ThrowIfNull(invariant);
        var rounds = invariant.Excess.Count;
        return invariant.RoundsViolated == 0
            ? $"none in {Figures.Count(rounds, "round", "rounds")}"
            : $"{Figures.Count(invariant.Excess.Sum())} in all, in {invariant.RoundsViolated} of {Figures.Count(rounds, "round", "rounds")}";
    }

    /// <summary>An invariant held against what was promised of it, in a word or two.</summary>
    public static string Promised(ComparedInvariant invariant)
    {
        ArgumentNullException.ThrowIfNull(invariant);
        return (invariant.Promise, invariant.Verdict) switch
        {
            (_, Verdict.Broken) => "promise broken",
            (_, Verdict.NotShown) => "flaw not shown",
            (Promise.Some, _) => "flaw shown, as promised",
            _ => "kept, as promised",
        };
    }

    /// <summary>Under what all of it was measured: the workload, rounds, the server, when.</summary>
    public static string Conditions(StudyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var first = record.Races.FirstOrDefault(r => r.HasVerdict)?.Result;
        return $"Each race: {StateText.Of(record.Workload)}. {Figures.Count(ComparisonPlan.RoundsOf(record), "round", "rounds")}, seeds from {record.Workload.Seed} on"
            + (first is null ? "." : $". PostgreSQL {first.PostgresVersion}, begun {first.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC.");
    }

    /// <summary>A strategy's numbers in a sentence, for those who do not see its panel.</summary>
    public static string InShort(ComparedStrategy strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        return strategy.Races.Count == 0
            ? $"{strategy.Strategy.Title}: no race yet"
            : $"{strategy.Strategy.Title}: {Mean(strategy.AttemptsPerSecond)}, p50 {Median(strategy.P50Ms)}, p99 {Median(strategy.P99Ms)}, in {Figures.Count(strategy.Races.Count, "round", "rounds")}";
    }

    private static string Headline(Comparison comparison)
    {
        if (comparison.Strategies.Any(s => s.Invariants.Any(i => i.Verdict == Verdict.Broken))) return "A promise was broken";
        if (comparison.Rates.Count == 0) return "Nothing to hold side by side";
        var unbeaten = Unbeaten(comparison.Rates, comparison.Strategies.Count);
        return comparison.Rates.All(d => !d.IsBeyondNoise) ? FewRounds(comparison) is null ? "No difference in speed larger than the noise" : "Too few rounds to tell them apart by speed"
            : unbeaten.Count == 1 ? $"Most attempts per second: {TitleOf(comparison, unbeaten[0])}"
            : $"No single fastest: {unbeaten.Count} of {comparison.Strategies.Count} are not told apart at the top";
    }

    private static IEnumerable<string> Rates(Comparison comparison)
    {
        if (comparison.Rates.Count == 0)
            return ["No two strategies have two rounds that can be held side by side, so nothing can be said about which is faster."];
        return Pairs(comparison, comparison.Rates, "attempts per second",
            (larger, smaller, times) => $"{larger} makes {times} as many attempts per second as {smaller}.");
    }

    /// <summary>A hint for whoever sees a large difference that is not called one; null where rounds are not what is missing.</summary>
    private static string? FewRounds(Comparison comparison)
    {
        var rounds = comparison.Strategies.Max(s => s.Races.Count);
        return rounds >= ComparisonPlan.UsualRounds || comparison.Rates.All(d => d.IsBeyondNoise)
            ? null
            : $"{Figures.Count(rounds, "round says", "rounds say")} little about noise, so that even a large difference may not be told from it: compare again with {ComparisonPlan.UsualRounds} or more.";
    }

    private static IEnumerable<string> SlowestAttempts(Comparison comparison) => comparison.SlowestAttempts.Count == 0 ? []
        : Pairs(comparison, comparison.SlowestAttempts, "the p99 of latency", (larger, smaller, times) => $"The p99 of {larger} is {times} that of {smaller}.");

    private static IEnumerable<string> Pairs(Comparison comparison, IReadOnlyList<Difference> differences, string measure, Func<string, string, string, string> sentence)
    {
        var clear = differences.Where(d => d.IsBeyondNoise).OrderByDescending(d => d.Ratio).ToList();
        var unclear = differences.Where(d => !d.IsBeyondNoise).ToList();
        if (clear.Count == 0)
        {
            yield return comparison.Strategies.Count == 2
                ? $"Between {Quoted(0)} and {Quoted(1)} this comparison saw no difference in {measure} larger than the noise."
                : $"Between these strategies this comparison saw no difference in {measure} larger than the noise.";
            yield break;
        }

        if (differences.Count > PairsInWords)
        {
            yield return $"In {measure}, {clear.Count} of {differences.Count} pairs differ by more than the noise; the table of pairs has all of them. The largest: {Say(clear[0])}";
            yield break;
        }

        foreach (var difference in clear) yield return Say(difference);
        if (unclear.Count > 0)
            yield return $"{AndBetween(unclear.Select(d => $"between {Quoted(d.Larger)} and {Quoted(d.Smaller)}"))} this comparison saw no difference in {measure} larger than the noise.";

        string Say(Difference d) => sentence(Quoted(d.Larger), Quoted(d.Smaller), Times(d));

        string Quoted(int strategy) => $"“{TitleOf(comparison, strategy)}”";
    }

    private static IEnumerable<string> Invariants(IReadOnlyList<ComparedStrategy> strategies)
    {
        var found = strategies.SelectMany(s => s.Invariants.Select(i => (s.Strategy.Title, Invariant: i))).ToList();
        foreach (var (title, invariant) in found.Where(f => f.Invariant.Verdict == Verdict.Broken))
            yield return $"“{title}” promises no {invariant.Name}, and there were {Found(invariant)}. A sound strategy never does that: the strategy’s text or this lab is wrong. Please report it.";
        var shown = found.Where(f => f.Invariant is { Promise: Promise.Some, Verdict: Verdict.Kept }).ToList();
        if (shown.Count > 0) yield return $"The flaw showed: {string.Join("; ", shown.Select(f => $"“{f.Title}” ({f.Invariant.Name}: {Found(f.Invariant)})"))}.";
        var hidden = found.Where(f => f.Invariant.Verdict == Verdict.NotShown).ToList();
        if (hidden.Count > 0)
            yield return $"No {string.Join("; no ", hidden.Select(f => $"{f.Invariant.Name} with “{f.Title}”"))}, which proves nothing: the flaw is there, and nobody ran into it.";
        var kept = strategies.Where(s => s.Invariants.Count > 0 && s.Invariants.All(i => i is { Promise: Promise.None, Verdict: Verdict.Kept })).Select(s => $"“{s.Strategy.Title}”").ToList();
        if (kept.Count > 0) yield return $"Every invariant held with {string.Join(", ", kept)}.";
    }

    private static IEnumerable<string> WithoutVerdict(IReadOnlyList<ComparedStrategy> strategies)
    {
        foreach (var strategy in strategies.Where(s => s.WithoutVerdict.Count > 0))
        {
            var rounds = string.Join(", ", strategy.WithoutVerdict.Select(r => r.Round));
            yield return $"“{strategy.Strategy.Title}” has no verdict in round {rounds}, which takes part in no number. {strategy.WithoutVerdict[0].Result.Problem}";
        }
    }

    private static VerdictMood MoodOf(IReadOnlyList<ComparedStrategy> strategies)
    {
        var all = strategies.SelectMany(s => s.Invariants).ToList();
        return all.Count == 0 ? VerdictMood.None
            : all.Any(i => i.Verdict == Verdict.Broken) ? VerdictMood.Broken
            : all.Any(i => i is { Promise: Promise.Some, Verdict: Verdict.Kept }) ? VerdictMood.Shown
            : all.Any(i => i.Verdict == Verdict.NotShown) ? VerdictMood.NotShown
            : VerdictMood.Kept;
    }

    /// <summary>Those that are in a pair, and in none of them the measurably smaller one.</summary>
    private static List<int> Unbeaten(IReadOnlyList<Difference> differences, int strategies) =>
    [
        .. Enumerable.Range(0, strategies).Where(s =>
            differences.Any(d => d.Larger == s || d.Smaller == s) && !differences.Any(d => d.IsBeyondNoise && d.Smaller == s)),
    ];

    private static string AndBetween(IEnumerable<string> betweens)
    {
        var joined = string.Join(", and ", betweens);
        return char.ToUpperInvariant(joined[0]) + joined[1..];
    }

    private static string TitleOf(Comparison comparison, int strategy) => comparison.Strategies[strategy].Strategy.Title;

    private static string Plain(double rate) => rate.ToString(rate < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
