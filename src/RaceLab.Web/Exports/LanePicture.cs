using RaceLab.Engine.Races;
using RaceLab.Web.History;
using RaceLab.Web.Races;

namespace RaceLab.Web.Exports;

/// <summary>The first moments of a race as a picture that needs no script: a lane for each worker, its steps, and how its attempts ended.</summary>
/// <param name="Lanes">The first workers, by their number.</param>
/// <param name="Ticks">Marks of the time axis.</param>
/// <param name="Note">What is drawn, and what is left out, in a sentence.</param>
public sealed record LanePicture(IReadOnlyList<DrawnLane> Lanes, IReadOnlyList<ChartTick> Ticks, string Note)
{
    /// <summary>The most lanes that are drawn.</summary>
    public const int MostLanes = 40;

    /// <summary>Width of the picture's own units.</summary>
    public const double Width = 960;

    /// <summary>Height of one lane.</summary>
    public const double LaneHeight = 18;

    private const double Left = 70;
    private const double Right = 32;
    private const int Marks = 6;

    /// <summary>Height of the whole.</summary>
    public double Height => (Lanes.Count * LaneHeight) + 24;

    /// <summary>Draws the first moments: few enough steps to tell them apart, enough to see workers meet.</summary>
    public static LanePicture Of(IReadOnlyList<LaneSegment> lanes, Listing listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        var source = TrackSource.Of(null, lanes);
        var end = Math.Max(1, source.FirstUs);
        var drawn = source.Between(0, end).Segments.GroupBy(s => s.Worker).OrderBy(w => w.Key).Take(MostLanes).Select((worker, at) => new DrawnLane(
            worker.Key + 1, at * LaneHeight, [.. worker.Select(s => Draw(s, listing, X))])).ToList();
        var note = $"The first {Figures.Milliseconds(end / 1000.0)}"
            + (drawn.Count < source.Workers ? $" of {drawn.Count} of {Figures.Count(source.Workers, "worker", "workers")}." : $" of {Figures.Count(source.Workers, "worker", "workers")}.");
        return new LanePicture(drawn, [.. Enumerable.Range(0, Marks + 1).Select(i => new ChartTick(X(end * (double)i / Marks), Figures.Milliseconds(end / 1000.0 * i / Marks)))], note);

        double X(double us) => Left + (Math.Min(us, end) / end * (Width - Left - Right));
    }

    private static DrawnStep Draw(LaneSegment segment, Listing listing, Func<double, double> x)
    {
        var line = segment.Step < listing.Lines.Count ? listing.Lines[segment.Step] : null;
        return new DrawnStep(x(segment.StartUs), Math.Max(1, x(segment.EndUs) - x(segment.StartUs)), line?.Tone ?? "frame", line?.Shape ?? StepShape.Half, segment.Mark);
    }
}

/// <summary>One worker.</summary>
/// <param name="Worker">From 1.</param>
/// <param name="Y">Its upper edge.</param>
/// <param name="Steps">In the order of time.</param>
public sealed record DrawnLane(int Worker, double Y, IReadOnlyList<DrawnStep> Steps);

/// <summary>One step.</summary>
/// <param name="X">Its left edge.</param>
/// <param name="Width">At least 1.</param>
/// <param name="Tone">The name of its colour.</param>
/// <param name="Shape">Its second cue.</param>
/// <param name="Mark">How its attempt ended, where it did.</param>
public sealed record DrawnStep(double X, double Width, string Tone, StepShape Shape, LaneMark Mark)
{
    /// <summary>How far from the lane's upper edge it begins.</summary>
    public double Top => Shape switch { StepShape.Block => 3, StepShape.Line => 8, _ => 10 };

    /// <summary>How high it is.</summary>
    public double Height => Shape switch { StepShape.Block => 12, StepShape.Line => 3, _ => 5 };

    /// <summary>The mark as a path around the end of the step; null where there is none.</summary>
    /// <param name="y">The lane's upper edge.</param>
    public string? MarkAt(double y)
    {
        var (x, middle) = (LineChart.Svg(X + Width), LineChart.Svg(y + 9));
        return Mark switch
        {
            LaneMark.Created or LaneMark.Found => $"M{x} {middle}m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
            LaneMark.Duplicate => $"M{x} {middle}m0 -6l6 11h-12z",
            LaneMark.Rejected => $"M{x} {middle}m-4 -4l8 8m0 -8l-8 8",
            LaneMark.Lost => $"M{x} {middle}m-3.5 -3.5h7v7h-7z",
            _ => null,
        };
    }
}
