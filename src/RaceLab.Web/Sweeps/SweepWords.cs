using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Sweeps;
using RaceLab.Web.Races;

namespace RaceLab.Web.Sweeps;

/// <summary>What a sweep found, in words: every number in them is counted or computed.</summary>
public static class SweepWords
{
    private static readonly string Confidence = Percent(WilsonInterval.Confidence);

    /// <summary>A probability: 0.4 %, 46 %, 99.6 %.</summary>
    public static string Percent(double share) => Number(share) + " %";

    /// <summary>An interval: 0 to 1.9 %.</summary>
    public static string Range(WilsonInterval interval) => $"{Number(interval.Low)} to {Percent(interval.High)}";

    /// <summary>A pause: "no pause", "5 ms".</summary>
    public static string Pause(int pauseMs) => pauseMs == 0 ? "no pause" : $"{pauseMs.ToString("N0", CultureInfo.InvariantCulture)} ms";

    /// <summary>The trials of a cell: 23 of 50 keys.</summary>
    public static string Count(SweepCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return $"{Figures.Count(cell.Violated)} of {Figures.Count(cell.Keys, "key", "keys")}";
    }

    /// <summary>What a plan takes: 71 races, about 130 s.</summary>
    public static string Of(SweepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return $"{Figures.Count(plan.PausesMs.Count, "pause", "pauses")} × {Figures.Count(plan.Workers.Count, "number", "numbers")} of workers, {Figures.Count((long)plan.Keys * plan.Rounds, "key", "keys")} each: "
            + $"{Figures.Count(plan.Count, "race", "races")}, about {About(plan.ExpectedTime)} when nobody else races";
    }

    /// <summary>Which cell is raced just now; null: none.</summary>
    public static string? Now(StudyRaceNow? now) => now?.Race.Workload switch
    {
        null => null,
        { Workers: 1 } workload => $"Just now: one worker alone, {Pause((int)workload.PauseHigh.TotalMilliseconds)}",
        var workload => $"Just now: {workload.Workers} workers, {Pause((int)workload.PauseHigh.TotalMilliseconds)}",
    };

    /// <summary>How much of it is done: "about 80 seconds to go".</summary>
    /// <param name="plan">What is swept.</param>
    /// <param name="done">How many of its races are over.</param>
    public static string ToGo(SweepPlan plan, int done)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var left = plan.Races().Skip(done).Aggregate(TimeSpan.Zero, (sum, race) => sum + SweepPlan.Expected(race.Workload));
        return $"about {About(left)} to go";
    }

    /// <summary>Why pausing changes nothing with this strategy; null where it does.</summary>
    public static string? NoPause(Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        return strategy.Program.Steps.Any(s => s.Kind == StepKind.Pause)
            ? null
            : $"“{strategy.Title}” has no place where it pauses, so whatever the pause, the same is raced: columns differ by chance alone.";
    }

    /// <summary>What came out.</summary>
    /// <param name="map">The map.</param>
    /// <param name="title">What must hold, as content says it.</param>
    public static VerdictText Verdict(SweepMap map, string title)
    {
        ArgumentNullException.ThrowIfNull(map);
        var (violated, keys) = (map.Cells.Sum(c => c.Violated), map.Cells.Sum(c => c.Keys));
        if (keys == 0) return new VerdictText(VerdictMood.None, "Nothing measured", ["No race of this sweep came to an end that says anything."]);
        var sentences = new List<string>(Ends(map, title));
        if (map.Promise == Promise.None && violated == 0)
        {
            sentences.Add($"All cells together: 0 of {Figures.Count(keys, "key", "keys")} ({Confidence} interval {Range(WilsonInterval.Of(0, keys))}). The strategy promises that it is never broken; a sweep agrees, and no sweep can prove it.");
            return new VerdictText(VerdictMood.Kept, "However long the window, nothing got through", sentences);
        }

        if (map.Promise == Promise.None) return new VerdictText(VerdictMood.Broken, "Broken, though it promises never to be", sentences);
        if (map.LoneViolations > 0)
        {
            sentences.Add($"It broke {Figures.Count(map.LoneViolations, "time", "times")} with one worker that was alone, too: this flaw needs no race, and is no matter of timing.");
            return new VerdictText(VerdictMood.Shown, "It breaks even without a race", sentences);
        }

        return violated == 0
            ? new VerdictText(VerdictMood.NotShown, "Not seen, which proves nothing", sentences)
            : new VerdictText(VerdictMood.Shown, Headline(map), sentences);
    }

    /// <summary>How the model does, in sentences.</summary>
    public static IEnumerable<string> Model(SweepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Promise == Promise.None)
        {
            yield return "The model is about attempts that collide when they overlap. This strategy promises that they never do, so what is predicted is the promise: 0 %.";
            yield break;
        }

        var judged = map.Cells.Where(c => c.IsAsPredicted is not null).ToList();
        if (judged.Count == 0) yield break;
        yield return $"In {Figures.Count(judged.Count(c => c.IsAsPredicted == true))} of {Figures.Count(judged.Count, "cell", "cells")} what the model predicts lies within the measured interval.";
        var furthest = judged.MaxBy(c => Math.Abs(c.Predicted!.Value - c.Share!.Value))!;
        if (furthest.IsAsPredicted == false)
        {
            yield return $"It is furthest off with {Figures.Count(furthest.Workers, "worker", "workers")} and {Pause(furthest.PauseMs)}: it predicts {Percent(furthest.Predicted!.Value)}, and {Percent(furthest.Share!.Value)} were measured "
                + $"({Range(furthest.Interval!.Value)}).";
        }
    }

    /// <summary>Whether the keys of one race hang together, in a sentence; null while nothing can be said.</summary>
    public static string? Independence(SweepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.Dispersion is { } dispersion
            ? $"Between the races of a cell, the counts differ {dispersion.ToString("0.0", CultureInfo.InvariantCulture)} times as much as independent keys let one expect ({(dispersion > 2 ? "so keys hang together, and the intervals are too narrow" : "1.0 is what chance alone does")})."
            : null;
    }

    /// <summary>Races that said nothing, in a sentence; null where there are none.</summary>
    public static string? Unusable(SweepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.Unusable == 0 ? null : $"{Figures.Count(map.Unusable, "race says", "races say")} nothing, since it ended early, its table could not be asked, or the invariant counts something other than keys; no number here is made of it.";
    }

    private static string Headline(SweepMap map)
    {
        var (shortest, longest) = (map.At(map.Plan.PausesMs[0], map.Plan.Workers[0]), map.At(map.Plan.PausesMs[^1], map.Plan.Workers[0]));
        if (shortest.Interval is not { } low || longest.Interval is not { } high) return "It breaks";
        if (low.High < high.Low) return $"A matter of milliseconds: {Percent(shortest.Share!.Value)} with {Pause(shortest.PauseMs)}, {Percent(longest.Share!.Value)} with {Pause(longest.PauseMs)}";
        return "It breaks, and the pause makes no difference that can be told from chance";
    }

    private static IEnumerable<string> Ends(SweepMap map, string title)
    {
        foreach (var workers in new[] { map.Plan.Workers[0], map.Plan.Workers[^1] }.Distinct())
        {
            var known = map.Plan.PausesMs.Select(p => map.At(p, workers)).Where(c => c.Keys > 0).ToList();
            if (known is not [var first, ..]) continue;
            yield return $"With {Figures.Count(workers, "worker", "workers")} and {Pause(first.PauseMs)}, {Count(first)} broke “{title}” ({Percent(first.Share!.Value)}; {Confidence} interval {Range(first.Interval!.Value)})"
                + (known.Count == 1 ? "." : $"; with {Pause(known[^1].PauseMs)}, {Count(known[^1])} ({Percent(known[^1].Share!.Value)}; {Range(known[^1].Interval!.Value)}).");
        }
    }

    /// <summary>Whole percents in the middle, tenths at the ends; what is not quite 0 or 100 is not written as if it were.</summary>
    private static string Number(double share) => (share * 100) switch
    {
        <= 0 => "0",
        >= 100 => "100",
        < 0.1 => "< 0.1",
        > 99.9 => "> 99.9",
        var percent when percent is < 10 or > 90 => percent.ToString("0.#", CultureInfo.InvariantCulture),
        var percent => percent.ToString("0", CultureInfo.InvariantCulture),
    };

    private static string About(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? Figures.Count((long)Math.Ceiling(time.TotalSeconds), "second", "seconds") : Figures.Count((long)Math.Round(time.TotalMinutes), "minute", "minutes");
}
