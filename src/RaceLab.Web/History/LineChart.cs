using System.Text;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>Lines over time on shared axes, ready to be drawn: without a script, so that a report that was exported has the same picture.</summary>
/// <param name="Title">What is drawn, with its unit.</param>
/// <param name="Lines">Each with its name and the class of its style, which has a colour and a dash.</param>
/// <param name="XTicks">Marks of the time axis.</param>
/// <param name="YTicks">Marks of the other.</param>
/// <param name="Description">The picture in a sentence, for those who do not see it.</param>
public sealed record LineChart(string Title, IReadOnlyList<ChartLine> Lines, IReadOnlyList<ChartTick> XTicks, IReadOnlyList<ChartTick> YTicks, string Description)
{
    /// <summary>Width of the picture's own units.</summary>
    public const double Width = 460;

    /// <summary>Height of the picture.</summary>
    public const double Height = 190;

    /// <summary>Where the axes meet, from the left.</summary>
    public const double Left = 58;

    /// <summary>Where the axes meet, from the top.</summary>
    public const double Bottom = Height - 26;

    /// <summary>Where the time axis ends.</summary>
    public const double RightEnd = Width - 14;

    private const double Top = 8;
    private const int XMarks = 5;
    private const int YMarks = 4;

    /// <summary>Draws lines; points without a value are left out, and the line goes on at the next.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="format">A value of the vertical axis, with its unit.</param>
    /// <param name="whole">Whether values are counts, between which there is nothing.</param>
    /// <param name="series">Name, class of style, and the points: milliseconds since the start and a value.</param>
    public static LineChart Of(string title, Func<double, string> format, bool whole, params IReadOnlyList<(string Name, string Style, IReadOnlyList<(double Ms, double Value)> Points)> series)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(series);
        var drawn = series.Select(s => (s.Name, s.Style, Points: s.Points.Where(p => double.IsFinite(p.Value)).ToList())).Where(s => s.Points.Count > 0).ToList();
        if (drawn.Count == 0) return new LineChart(title, [], [], [], $"{title}: nothing was measured.");
        var end = Math.Max(1, drawn.Max(s => s.Points[^1].Ms));
        var most = drawn.Max(s => s.Points.Max(p => p.Value));
        var step = NiceStep(most / YMarks, whole ? 1 : 0);
        var top = step * Math.Max(1, Math.Ceiling(most / step));
        var lines = drawn.Select(s => new ChartLine(s.Name, s.Style, PathOf(s.Points))).ToList();
        var marks = Enumerable.Range(0, (int)Math.Round(top / step) + 1).Select(i => new ChartTick(Y(i * step), format(i * step))).ToList();
        return new LineChart(title, lines, [.. TimeMarks()], marks, Describe());

        double X(double ms) => Left + (ms / end * (RightEnd - Left));

        double Y(double value) => Bottom - (value / top * (Bottom - Top));

        string PathOf(List<(double Ms, double Value)> points)
        {
            var path = new StringBuilder();
            foreach (var (ms, value) in points) path.Append(path.Length == 0 ? 'M' : 'L').Append(Svg(X(ms))).Append(' ').Append(Svg(Y(value)));

            // A single point would be no line at all.
            return points.Count == 1 ? path.Append("h0.01").ToString() : path.ToString();
        }

        IEnumerable<ChartTick> TimeMarks()
        {
            var every = NiceStep(end / XMarks, 0);
            for (double ms = 0; ms <= end * 1.0001; ms += every) yield return new ChartTick(X(ms), Figures.Time(TimeSpan.FromMilliseconds(ms)));
        }

        string Describe() => $"{title} over {Figures.Time(TimeSpan.FromMilliseconds(end))}. "
            + string.Join(" ", drawn.Select(s => $"{s.Name}: {format(s.Points.Min(p => p.Value))} to {format(s.Points.Max(p => p.Value))}, in the end {format(s.Points[^1].Value)}."));
    }

    /// <summary>A number as SVG writes it.</summary>
    public static string Svg(double number) => KeyPicture.Svg(number);

    /// <summary>The least of 1, 2 and 5 times a power of ten that is no less.</summary>
    private static double NiceStep(double least, double floor)
    {
        if (least <= 0) return Math.Max(1, floor);
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        var step = 10 * power;
        foreach (var factor in (ReadOnlySpan<int>)[5, 2, 1])
            if (factor * power >= least * 0.999999) step = factor * power;
        return Math.Max(step, floor);
    }
}

/// <summary>One line.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Style">The class of its style.</param>
/// <param name="Path">As SVG writes it.</param>
public sealed record ChartLine(string Name, string Style, string Path);

/// <summary>A mark of an axis.</summary>
/// <param name="At">Its place on the axis.</param>
/// <param name="Text">The value, with its unit.</param>
public sealed record ChartTick(double At, string Text);
