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
}
