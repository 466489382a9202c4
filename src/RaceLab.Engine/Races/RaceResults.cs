using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>Results of races that have nothing to report but why.</summary>
public static class RaceResults
{
    /// <summary>A race that never started.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="at">When it was given up.</param>
    /// <param name="problem">What happened, why, what to do.</param>
    public static RaceResult Refused(RaceRequest request, DateTimeOffset at, string problem) => new()
    {
        Scenario = request.Scenario.Id,
        Strategy = request.Strategy.Id,
        Workload = request.Workload,
        End = RaceEnd.Refused,
        Problem = problem,
        StartedAt = at,
        PostgresVersion = "",
        Attempts = new AttemptCounts(0, 0, 0, 0, 0, 0),
        Retries = 0,
        Rejections = [],
        Invariants = [],
        Latency = LatencySummary.Empty,
        Steps = [],
        Elapsed = TimeSpan.Zero,
        AttemptsPerSecond = 0,
        PerWorker = new WorkerSpread(0, 0),
        Lanes = [],
        Snapshot = [],
    };

    /// <summary>A race that ran, as its log has it; the table has not been asked yet.</summary>
    /// <param name="track">What its workers shared.</param>
    /// <param name="aggregator">What it counted.</param>
    /// <param name="startedAt">When the start barrier opened.</param>
    /// <param name="server">The server's version.</param>
    /// <param name="snapshot">The last frame.</param>
    /// <param name="pauses">When the lab itself stood still.</param>
    internal static RaceResult Of(RaceTrack track, RaceAggregator aggregator, DateTimeOffset startedAt, Version server, byte[] snapshot, ClientPauses pauses)
    {
        var counts = aggregator.Counts;
        return new RaceResult
        {
            Scenario = track.Request.Scenario.Id,
            Strategy = track.Request.Strategy.Id,
            Workload = track.Request.Workload,
            End = RaceEnd.Finished,
            StartedAt = startedAt,
            PostgresVersion = server.ToString(),
            Engine = WorkloadText.FormatEngine(track.Request.Workload.Engine),
            Attempts = counts,
            Retries = aggregator.Retries,
            Redeliveries = aggregator.Redeliveries,
            Rejections = RejectionCount.Of(track.Rejections.Kinds, aggregator.Rejected),
            Chances = ChanceOfRepeats.Of(
                track.Request.Strategy.Program.Drawn, counts.Total, aggregator.Redeliveries, aggregator.Attempts.Select(a => a.Ended.Key).Distinct().Count()),
            Invariants = [],
            Latency = aggregator.SummarizeAttempts(),
            Steps = aggregator.SummarizeSteps(),
            Elapsed = aggregator.Elapsed,
            AttemptsPerSecond = aggregator.Elapsed > TimeSpan.Zero ? counts.Total / aggregator.Elapsed.TotalSeconds : 0,
            PerWorker = aggregator.PerWorker,
            Lanes = aggregator.Lanes(),
            Timing = aggregator.Time(pauses),
            Snapshot = snapshot,
        };
    }
}
