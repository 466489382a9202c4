using System.Globalization;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>The charts of one race, or of two on shared axes, from the points of their snapshots.</summary>
public static class RaceCharts
{
    /// <summary>More points than this could not be told apart.</summary>
    public const int MostPoints = 400;

    /// <summary>How many moments the table behind an overlay has.</summary>
    public const int Moments = 20;

    /// <summary>The charts of one race: rate, latencies, and duplicates where they were counted live.</summary>
    public static IReadOnlyList<LineChart> Of(byte[] snapshot)
    {
        var points = ChartPoints.Read(snapshot, MostPoints);
        if (points.Count == 0) return [];
        List<LineChart> charts =
        [
            LineChart.Of("Attempts per second", Count, true, [("attempts per second", "first", Series(points, p => p.AttemptsPerSecond))]),
            LineChart.Of("Latency", Figures.Milliseconds, false,
                [("p50", "p50", Series(points, p => p.P50Ms)), ("p90", "p90", Series(points, p => p.P90Ms)), ("p99", "p99", Series(points, p => p.P99Ms))]),
        ];
        if (points.Any(p => p.Duplicates is not null))
            charts.Add(LineChart.Of("Duplicates so far", Count, true, [("duplicates", "tally", Series(points, p => p.Duplicates ?? double.NaN))]));
        return charts;
    }

    /// <summary>The charts of two races, called A and B.</summary>
    public static IReadOnlyList<LineChart> Of(byte[] first, byte[] second)
    {
        var (a, b) = (ChartPoints.Read(first, MostPoints), ChartPoints.Read(second, MostPoints));
        return
        [
            Both("Attempts per second", Count, true, p => p.AttemptsPerSecond),
            Both("Latency, p50", Figures.Milliseconds, false, p => p.P50Ms),
            Both("Latency, p99", Figures.Milliseconds, false, p => p.P99Ms),
            Both("Duplicates so far", Count, true, p => p.Duplicates ?? double.NaN),
        ];

        LineChart Both(string title, Func<double, string> format, bool whole, Func<ChartPoint, double> value) =>
            LineChart.Of(title, format, whole, [("A", "first", Series(a, value)), ("B", "second", Series(b, value))]);
    }

    /// <summary>The table behind the charts of two races: what each was last seen at, at evenly spaced moments of the longer one.</summary>
    public static IReadOnlyList<OverlayMoment> MomentsOf(byte[] first, byte[] second)
    {
        var (a, b) = (ChartPoints.Read(first, MostPoints), ChartPoints.Read(second, MostPoints));
        var end = Math.Max(a.Count == 0 ? 0 : a[^1].ElapsedMs, b.Count == 0 ? 0 : b[^1].ElapsedMs);
        return end == 0 ? [] : [.. Enumerable.Range(1, Moments).Select(i => end * i / Moments).Select(ms => new OverlayMoment(ms, At(a, ms), At(b, ms)))];
    }

    /// <summary>The last point up to a moment; null before the first, and once the race was over.</summary>
    private static ChartPoint? At(IReadOnlyList<ChartPoint> points, long ms) =>
        points.Count == 0 || ms > points[^1].ElapsedMs || ms < points[0].ElapsedMs ? null : points.Last(p => p.ElapsedMs <= ms);

    private static IReadOnlyList<(double Ms, double Value)> Series(IReadOnlyList<ChartPoint> points, Func<ChartPoint, double> value) =>
        [.. points.Select(p => ((double)p.ElapsedMs, value(p)))];

    private static string Count(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}

/// <summary>Two races at one moment.</summary>
/// <param name="ElapsedMs">Since the start barrier of each.</param>
/// <param name="A">Null where the race had not begun to be measured, or was over.</param>
/// <param name="B">Likewise.</param>
public sealed record OverlayMoment(long ElapsedMs, ChartPoint? A, ChartPoint? B)
{
    private const string Nothing = "–";

    /// <summary>A rate, or a dash.</summary>
    public static string Rate(ChartPoint? point) => point is { } there ? Figures.Count((long)there.AttemptsPerSecond) : Nothing;

    /// <summary>A latency, or a dash where nothing was measured.</summary>
    public static string Latency(float? ms) => ms is { } measured && float.IsFinite(measured) ? Figures.Milliseconds(measured) : Nothing;

    /// <summary>A count, or a dash where nothing was counted.</summary>
    public static string Count(long? count) => count is { } counted ? Figures.Count(counted) : Nothing;
}
