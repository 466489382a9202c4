using System.Globalization;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>Where a race's time went, in words.</summary>
public static class TimingWords
{
    /// <summary>What else took part in a race's times, each in a sentence or two; empty where nothing did.</summary>
    /// <param name="timing">The race's.</param>
    /// <param name="titleOf">The title of a strategy, by its scenario's id and its own; null where content does not know it.</param>
    public static IReadOnlyList<string> Notices(RaceTiming timing, Func<string, string, string?> titleOf)
    {
        ArgumentNullException.ThrowIfNull(timing);
        ArgumentNullException.ThrowIfNull(titleOf);
        var notices = new List<string>();
        if (timing.Neighbours is { InAll: > 0 } neighbours) notices.Add(Of(neighbours, titleOf));
        if (timing.Pauses is { InAll: > 0 } pauses)
        {
            notices.Add(
                $"The lab itself paused {Times(pauses.InAll)}, {Figures.Milliseconds(pauses.StalledMs)} in all: {Causes(pauses)}. "
                + "What was slow just then is not called a wait for a lock; the track shows these times.");
        }

        if (IsCrowded(timing.Pauses))
        {
            notices.Add(
                $"Processors were short: {Figures.Count(timing.Pauses.LateBeats)} of {Figures.Count(timing.Pauses.Beats)} heartbeats of the lab came {ClientPauses.Least.TotalMilliseconds:0} ms late or later, "
                + $"and one in a hundred pieces of its work waited {Figures.Milliseconds(timing.Pauses.PoolWait.P99Ms)} or longer for a thread. Every latency here has a part in that.");
        }

        return notices;
    }

    /// <summary>The numbers that stand above the distributions, each with what it means.</summary>
    public static IReadOnlyList<TimingFigure> FiguresOf(RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Timing is not { } timing || result.Attempts.Total == 0) return [];
        var figures = new List<TimingFigure>
        {
            new("round trips per attempt", Decimal((double)timing.RoundTrips / result.Attempts.Total),
                "One for each statement, BEGIN, COMMIT and ROLLBACK included, and for each command about a lease. Connecting is not counted."),
        };
        if (result.Autopsy is { WaitTime: { } waits, Looks: { Count: > 0 } looks }) figures.Add(LockWaits(waits, looks, result.Attempts.Total));
        if (timing.Exceptions is { } cost)
        {
            figures.Add(new("cost of a rejection in .NET", Figures.Milliseconds(cost.ThrownMs),
                $"PostgreSQL’s answer was read after {Figures.Milliseconds(cost.AnswerMs)}; .NET then took {Figures.Milliseconds(cost.ThrownMs)} to throw and catch the exception "
                + $"(medians of {Figures.Count(cost.Count)}), {Figures.Milliseconds(cost.ThrownTotalMs)} in all. That part is the client’s and not the database’s."));
        }

        figures.Add(new("garbage collection", Figures.Milliseconds(timing.Pauses.CollectedMs),
            $"{Figures.Count(timing.Pauses.Collections, "collection", "collections")} stopped the lab’s process, the page’s part of it too, for {Figures.Milliseconds(timing.Pauses.CollectedMs)} in all."));

        // Where everybody is given the same number of attempts, nobody can make more than others.
        if (result.Workload.Attempts is null) figures.Add(Fairness(result.PerWorker));
        if (timing.FirstStatements is { } began)
        {
            figures.Add(new("from the first worker’s start to the last one’s", Figures.Milliseconds(began.SpreadMs),
                $"The first worker sent its first statement {Figures.Milliseconds(began.FirstMs)} after the start barrier had opened, the last one {Figures.Milliseconds(began.LastMs)} after it."));
        }

        return figures;
    }

    /// <summary>What latency means in a closed loop, with this race's own numbers.</summary>
    public static IReadOnlyList<string> ClosedLoop(RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Timing is not { MeanMs: > 0 } timing) return [];
        var workers = result.Workload.Workers;
        var expected = workers / (timing.MeanMs / 1000);
        return
        [
            "A worker begins its next attempt only when the last one is over: a closed loop.",
            $"So the rate follows from the latency: {Figures.Count(workers, "worker", "workers")} ÷ {Figures.Milliseconds(timing.MeanMs)} (the mean) = {Figures.Rate(expected)} while all of them race; counted over the whole race it was {Figures.Rate(result.AttemptsPerSecond)}.",
            "A server that gets slower is asked less often, and whoever would have come meanwhile is never seen to wait.",
            $"Users who do not wait for each other come at a rate of their own, and queue while the server is slow: their p99 would be worse than the {Figures.Milliseconds(result.Latency.P99Ms)} here. Measurements that forget it suffer from coordinated omission.",
        ];
    }

    /// <summary>How a step's runs ended, as a row is named.</summary>
    public static string WordFor(StepTimes step) => step?.End switch
    {
        StepEnd.Rejected => $"rejected {step.SqlState}",
        StepEnd.Lost => "answer lost",
        _ => "done",
    };

    /// <summary>An outcome in a word.</summary>
    public static string WordFor(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>Why the client paused.</summary>
    public static string WordFor(PauseCause cause) => cause switch
    {
        PauseCause.GarbageCollection => "garbage collection",
        PauseCause.Processor => "no free processor",
        _ => "no thread in the pool",
    };

    /// <summary>A power of ten of a microsecond, with its unit.</summary>
    /// <param name="decade">0 is 1 us.</param>
    public static string DecadeText(int decade)
    {
        var unit = decade switch { < 3 => "us", < 6 => "ms", _ => "s" };
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(10, decade % 3):0} {unit}");
    }

    private static TimingFigure Fairness(WorkerSpread workers) => workers.MaxByMin is { } times
        ? new("attempts of the busiest worker by those of the least busy", Decimal(times), $"They made {Figures.Count(workers.Max)} and {Figures.Count(workers.Min)}. At 1 all had an equal part; far above it, some workers starved, and the race shows less concurrency than it has workers.")
        : new("attempts of the least busy worker", "none", $"The busiest one made {Figures.Count(workers.Max)}: some workers starved, and the race shows less concurrency than it has workers.");

    private static TimingFigure LockWaits(LockWaitTime waits, LockLooks looks, long attempts)
    {
        var looked = $"Sampled: {Figures.Count(looks.Count, "look", "looks")} at the lock tables, one every {Figures.Milliseconds(looks.EveryMs)}, saw {Figures.Count(waits.Seen, "waiting statement", "waiting statements")}";
        var inferred = waits.Inferred == 0 ? "" :
            $" Inferred: {Figures.Count(waits.Inferred, "statement", "statements")} took {About(waits.InferredMs)} longer than usual while another attempt held their key. Both estimate the same, so they do not add up.";
        if (waits.SampledMs is not { } sampled) return new("time in lock waits", "unknown", $"{looked}: too few looks to tell from.{inferred}");
        return waits.Seen == 0
            ? new("time in lock waits", "none seen", $"{looked}; shorter waits may have been missed.{inferred}")
            : new("time in lock waits", $"about {About(sampled)}", $"{looked}, so over all workers they waited about {About(sampled)}, {About(sampled / attempts)} per attempt.{inferred}");
    }

    private static string Of(Neighbours neighbours, Func<string, string, string?> titleOf)
    {
        var named = neighbours.Races.Select(r =>
            $"“{titleOf(r.Scenario, r.Strategy) ?? $"{r.Scenario} / {r.Strategy}"}” with {Figures.Count(r.Workers, "worker", "workers")} for {Figures.Milliseconds(r.OverlapMs)}");
        var more = neighbours.InAll - neighbours.Races.Count;
        var others = neighbours.InAll == 1 ? "Another race" : $"{Capital(Figures.Word(neighbours.InAll))} other races";
        return $"{others} ran at the same time: {string.Join(", ", named)}{(more > 0 ? $" and {Figures.Count(more)} more" : "")}. {(neighbours.InAll == 1 ? "Its" : "Their")} load is in these times.";
    }

    private static string Causes(ClientPauses pauses) => string.Join("; ", pauses.Longest.GroupBy(p => p.Cause).OrderBy(c => c.Key).Select(c => $"{WordFor(c.Key)}, {Times(c.Count())}"))
        + (pauses.InAll > pauses.Longest.Count ? $" among the longest {ClientPauses.MostKept}" : "");

    // One late heartbeat in ten: what is rarer happens on any machine.
    private static bool IsCrowded(ClientPauses pauses) => pauses.Beats > 0 && pauses.LateBeats * 10 >= pauses.Beats;

    private static string Times(long count) => count switch { 1 => "once", 2 => "twice", _ => $"{Figures.Word(count)} times" };

    /// <summary>An estimate: two figures and no more.</summary>
    private static string About(double ms)
    {
        if (ms <= 0) return "0 ms";
        var scale = Math.Pow(10, Math.Floor(Math.Log10(ms)) - 1);
        var rounded = Math.Round(ms / scale) * scale;
        return rounded >= 1000 ? string.Create(CultureInfo.InvariantCulture, $"{rounded / 1000:0.##} s") : string.Create(CultureInfo.InvariantCulture, $"{rounded:0.####} ms");
    }

    private static string Decimal(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}

/// <summary>A number with what it means.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">With its unit.</param>
/// <param name="Remark">How it was come by.</param>
public sealed record TimingFigure(string Name, string Value, string Remark);
