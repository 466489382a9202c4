using System.Globalization;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Sweeps;
using RaceLab.Web.Races;

namespace RaceLab.Web.Sweeps;

/// <summary>The heat map as a table: for each number of workers a row, for each pause a column.</summary>
/// <param name="Pauses">The columns' heads: "no pause", "5 ms".</param>
/// <param name="Rows">From the fewest workers on.</param>
public sealed record SweepPicture(IReadOnlyList<string> Pauses, IReadOnlyList<SweepRow> Rows)
{
    /// <summary>Draws a map.</summary>
    /// <param name="map">What was found.</param>
    /// <param name="now">The race under way; null: none.</param>
    public static SweepPicture Of(SweepMap map, StudyRaceNow? now)
    {
        ArgumentNullException.ThrowIfNull(map);
        var running = now?.Race.Workload;
        return new SweepPicture(
            [.. map.Plan.PausesMs.Select(SweepWords.Pause)],
            [
                .. map.Plan.Workers.Select(workers => new SweepRow(workers,
                [
                    .. map.Plan.PausesMs.Select(pause => HeatCell.Of(map.At(pause, workers), running is not null && running.Workers == workers && running.PauseHigh.TotalMilliseconds == pause)),
                ])),
            ]);
    }
}

/// <summary>The cells of one number of workers.</summary>
/// <param name="Workers">The number.</param>
/// <param name="Cells">From the shortest pause on.</param>
public sealed record SweepRow(int Workers, IReadOnlyList<HeatCell> Cells);

/// <summary>One cell as it is shown.</summary>
/// <param name="Share">"46 %"; null: nothing is known yet.</param>
/// <param name="Interval">"37 to 56 %"; null likewise.</param>
/// <param name="Count">"23 of 50 keys"; null likewise.</param>
/// <param name="Model">"42 %"; null: the model says nothing yet.</param>
/// <param name="IsOff">Whether what the model says lies outside of the interval.</param>
/// <param name="Heat">How warm, 0 to 100.</param>
/// <param name="IsRunning">Whether its race is under way.</param>
public sealed record HeatCell(string? Share, string? Interval, string? Count, string? Model, bool IsOff, int Heat, bool IsRunning)
{
    /// <summary>A cell.</summary>
    public static HeatCell Of(SweepCell cell, bool isRunning)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return new HeatCell(
            cell.Share is { } share ? SweepWords.Percent(share) : null,
            cell.Interval is { } interval ? SweepWords.Range(interval) : null,
            cell.Share is null ? null : SweepWords.Count(cell),
            cell.Predicted is { } predicted ? SweepWords.Percent(predicted) : null,
            cell.IsAsPredicted == false,
            (int)Math.Round((cell.Share ?? 0) * 100),
            isRunning);
    }
}

/// <summary>The same cells as a line over the pauses, for one number of workers, with the interval of each and the model's line.</summary>
/// <param name="Workers">The number.</param>
/// <param name="Points">What was measured, from left to right.</param>
/// <param name="Line">The measured line, as an SVG path.</param>
/// <param name="Model">The model's line, as an SVG path.</param>
/// <param name="Ticks">Where the pauses stand, and what is written there.</param>
/// <param name="Words">The whole of it in a sentence.</param>
public sealed record SweepLine(int Workers, IReadOnlyList<SweepPoint> Points, string Line, string Model, IReadOnlyList<SweepTick> Ticks, string Words)
{
    /// <summary>Its width, in units of its own.</summary>
    public const double Width = 300;

    /// <summary>Its height.</summary>
    public const double Height = 190;

    /// <summary>Where 0 % is.</summary>
    public const double Bottom = 160;

    /// <summary>Where 100 % is.</summary>
    public const double Top = 12;

    private const double Left = 52;
    private const double Right = 284;
    private const double Apart = 34;

    /// <summary>The lines of a map. Pauses stand at their logarithms; none, which has no logarithm, stands apart at the left.</summary>
    public static IReadOnlyList<SweepLine> Of(SweepMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var pauses = map.Plan.PausesMs;
        var x = pauses.Select(p => Place(p, pauses)).ToList();
        return [.. map.Plan.Workers.Select(Draw)];

        SweepLine Draw(int workers)
        {
            var cells = pauses.Select(p => map.At(p, workers)).ToList();
            var points = cells.Select((cell, i) => (cell, X: x[i])).Where(c => c.cell.Interval is not null)
                .Select(c => new SweepPoint(c.X, YOf(c.cell.Share!.Value), YOf(c.cell.Interval!.Value.High), YOf(c.cell.Interval!.Value.Low), $"{SweepWords.Pause(c.cell.PauseMs)}: {SweepWords.Percent(c.cell.Share!.Value)}, {SweepWords.Range(c.cell.Interval!.Value)}")).ToList();
            return new SweepLine(
                workers, points, Path(points.Select(p => (p.X, p.Y))),
                Path(cells.Select((cell, i) => (cell, X: x[i])).Where(c => c.cell.Predicted is not null).Select(c => (c.X, YOf(c.cell.Predicted!.Value)))),
                [.. pauses.Select((pause, i) => new SweepTick(x[i], pause.ToString(CultureInfo.InvariantCulture)))],
                $"{Figures.Count(workers, "worker", "workers")}. {(points.Count == 0 ? "Nothing measured yet" : string.Join("; ", points.Select(p => p.Words)))}.");
        }
    }

    /// <summary>A number as SVG writes it.</summary>
    public static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Where a share is, down.</summary>
    public static double YOf(double share) => Bottom - (share * (Bottom - Top));

    private static double Place(int pauseMs, IReadOnlyList<int> pauses)
    {
        if (pauseMs == 0) return Left;
        var (shortest, longest) = (pauses.First(p => p > 0), pauses[^1]);
        var left = pauses[0] == 0 ? Left + Apart : Left;
        return shortest == longest ? (left + Right) / 2 : left + ((Right - left) * Math.Log((double)pauseMs / shortest) / Math.Log((double)longest / shortest));
    }

    private static string Path(IEnumerable<(double X, double Y)> points) => string.Concat(points.Select((p, i) => $"{(i == 0 ? "M" : "L")}{Text(p.X)} {Text(p.Y)}"));
}

/// <summary>One measured point with its interval.</summary>
/// <param name="X">Across.</param>
/// <param name="Y">Down: the share.</param>
/// <param name="High">Down: the upper end of the interval.</param>
/// <param name="Low">Down: its lower end.</param>
/// <param name="Words">The same in words.</param>
public sealed record SweepPoint(double X, double Y, double High, double Low, string Words);

/// <summary>A mark on the axis.</summary>
/// <param name="X">Across.</param>
/// <param name="Label">What is written there.</param>
public sealed record SweepTick(double X, string Label);
