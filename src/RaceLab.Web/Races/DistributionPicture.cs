using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;

namespace RaceLab.Web.Races;

/// <summary>A race's latency distributions as small pictures under each other, on one logarithmic axis. Places are shares of its width, 0 to 100.</summary>
/// <param name="Rows">Whole attempts by outcome first, then the steps.</param>
/// <param name="Marks">The axis: every power of ten.</param>
public sealed record DistributionPicture(IReadOnlyList<DistributionRow> Rows, IReadOnlyList<AxisMark> Marks)
{
    /// <summary>The height of the highest bar.</summary>
    public const double Height = 100;

    /// <summary>The picture of a race.</summary>
    public static DistributionPicture Of(RaceTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        var histograms = timing.Attempts.Select(a => a.Histogram).Concat(timing.Steps.Select(s => s.Histogram)).Where(h => h.Counts.Count > 0).ToList();
        if (histograms.Count == 0) return new DistributionPicture([], []);
        var from = histograms.Min(h => h.First) / LogHistogram.BinsPerDecade;
        var to = (histograms.Max(h => h.First + h.Counts.Count) + LogHistogram.BinsPerDecade - 1) / LogHistogram.BinsPerDecade;
        var axis = new Axis(from * LogHistogram.BinsPerDecade, to * LogHistogram.BinsPerDecade);
        return new DistributionPicture(
            [
                .. timing.Attempts.Select(a => Row("a whole attempt", TimingWords.WordFor(a.Outcome), "whole", a.Latency, a.Histogram, axis)),
                .. timing.Steps.Select(s => Row(s.Step, TimingWords.WordFor(s), ToneOf(s.End), s.Latency, s.Histogram, axis)),
            ],
            [.. Enumerable.Range(from, to - from + 1).Select(decade => new AxisMark(axis.At(decade * LogHistogram.BinsPerDecade), TimingWords.DecadeText(decade)))]);
    }

    private static DistributionRow Row(string what, string how, string tone, LatencySummary latency, LogHistogram histogram, Axis axis)
    {
        var highest = histogram.Counts.Max();
        var wide = axis.At(histogram.First + 1) - axis.At(histogram.First);
        return new DistributionRow(
            what, how, tone, latency,
            [
                .. histogram.Counts.Select((count, i) => (Count: count, X: axis.At(histogram.First + i))).Where(bin => bin.Count > 0)
                    .Select(bin => new DistributionBar(bin.X, wide, Math.Max(3, Height * bin.Count / highest))),
            ],
            axis.OfMs(latency.P50Ms),
            axis.OfMs(latency.P99Ms));
    }

    private static string ToneOf(StepEnd end) => end switch
    {
        StepEnd.Answered => "answered",
        StepEnd.Rejected => "rejected",
        _ => "lost",
    };

    /// <summary>From one bin to another.</summary>
    private readonly record struct Axis(int From, int To)
    {
        public double At(double bin) => 100 * Math.Clamp((bin - From) / (To - From), 0, 1);

        public double OfMs(double ms) => At(LogHistogram.BinsPerDecade * Math.Log10(Math.Max(1, ms * 1000)));
    }
}

/// <summary>One distribution.</summary>
/// <param name="What">The step's name, or a whole attempt.</param>
/// <param name="How">How it ended.</param>
/// <param name="Tone">How it is drawn: whole, answered, rejected or lost.</param>
/// <param name="Latency">Its percentiles.</param>
/// <param name="Bars">Its bins that are not empty.</param>
/// <param name="P50">Where the median is.</param>
/// <param name="P99">Where the 99th percentile is.</param>
public sealed record DistributionRow(
    string What, string How, string Tone, LatencySummary Latency, IReadOnlyList<DistributionBar> Bars, double P50, double P99);

/// <summary>One bin.</summary>
/// <param name="X">Where it begins.</param>
/// <param name="Width">How wide it is.</param>
/// <param name="Height">Beside the highest bar of its row, up to <see cref="DistributionPicture.Height"/>.</param>
public readonly record struct DistributionBar(double X, double Width, double Height);

/// <summary>A power of ten on the axis.</summary>
/// <param name="X">Where.</param>
/// <param name="Text">With its unit.</param>
public readonly record struct AxisMark(double X, string Text);
