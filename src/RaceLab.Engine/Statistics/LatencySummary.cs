namespace RaceLab.Engine.Statistics;

/// <summary>Percentiles of a set of latencies, in milliseconds.</summary>
/// <param name="Count">How many latencies.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P90Ms">90th percentile.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="MaxMs">The longest.</param>
public sealed record LatencySummary(long Count, double P50Ms, double P90Ms, double P99Ms, double MaxMs)
{
    /// <summary>Nothing was measured.</summary>
    public static LatencySummary Empty { get; } = new(0, 0, 0, 0, 0);
}
