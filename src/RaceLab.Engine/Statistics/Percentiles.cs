namespace RaceLab.Engine.Statistics;

/// <summary>
/// Sample quantiles by linear interpolation between order statistics: definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical
/// Packages", The American Statistician 50(4), 1996, <see href="https://doi.org/10.2307/2684934"/>.
/// </summary>
public static class Percentiles
{
    /// <summary>The quantile of sorted values.</summary>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="p">0 to 1.</param>
    public static double Quantile(ReadOnlySpan<uint> sorted, double p)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length);
        if (p is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile is between 0 and 1.");
        var h = (sorted.Length - 1) * p;
        var below = (int)h;
        if (below + 1 == sorted.Length) return sorted[below];
        return sorted[below] + ((h - below) * ((double)sorted[below + 1] - sorted[below]));
    }

    /// <summary>Summarises latencies in units of 100 ns. Sorts them in place.</summary>
    public static LatencySummary Summarize(Span<uint> latencies)
    {
        if (latencies.Length == 0) return LatencySummary.Empty;
        latencies.Sort();
        return new LatencySummary(
            latencies.Length, Ms(Quantile(latencies, 0.5)), Ms(Quantile(latencies, 0.9)), Ms(Quantile(latencies, 0.99)), Ms(latencies[^1]));
    }

    private static double Ms(double units) => units / TimeSpan.TicksPerMillisecond;
}
