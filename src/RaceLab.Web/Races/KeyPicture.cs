using System.Globalization;
using RaceLab.Engine.Autopsies;

namespace RaceLab.Web.Races;

/// <summary>How a key came to have its rows, as a picture: a lane for each attempt, its steps, and its race window.</summary>
/// <param name="Lanes">By when they wrote.</param>
/// <param name="Ticks">Marks of the axis.</param>
/// <param name="Hidden">Attempts that are left out.</param>
public sealed record KeyPicture(IReadOnlyList<KeyLane> Lanes, IReadOnlyList<KeyTick> Ticks, int Hidden)
{
    /// <summary>The most lanes.</summary>
    public const int MostLanes = 6;

    /// <summary>Width of the picture's own units.</summary>
    public const double Width = 640;

    /// <summary>Height of one lane.</summary>
    public const double LaneHeight = 34;

    private const double Left = 74;
    private const double Right = 12;

    /// <summary>Height of the whole.</summary>
    public double Height => (Lanes.Count * LaneHeight) + 24;

    /// <summary>Draws a finding.</summary>
    public static KeyPicture Of(KeyFinding key, Listing listing)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(listing);
        var shown = key.Winners.Where(w => w.Story.Steps.Count > 0).Take(MostLanes).ToList();
        if (shown.Count == 0) return new KeyPicture([], [], key.Winners.Count);
        double from = shown.Min(w => w.Story.StartUs);
        var to = Math.Max(from + 1, shown.Max(w => w.Story.EndUs));
        var lanes = shown.Select((winner, at) => new KeyLane(
            winner.Story.Worker,
            at * LaneHeight,
            [.. winner.Story.Steps.Select(run => new KeyStep(X(run.StartUs), Math.Max(2, X(run.EndUs) - X(run.StartUs)), LineOf(listing, run), run == winner.Write))],
            winner.Window is { } window && window.ToUs > window.FromUs ? (X(window.FromUs), X(window.ToUs) - X(window.FromUs)) : null,
            winner.Write is { } write ? X(write.EndUs) : null)).ToList();
        return new KeyPicture(lanes, [.. TicksBetween(from, to)], key.Winners.Count - shown.Count);

        double X(double us) => Left + ((us - from) / (to - from) * (Width - Left - Right));

        IEnumerable<KeyTick> TicksBetween(double low, double high)
        {
            var step = NiceStep((high - low) / 4);
            for (var us = Math.Ceiling(low / step) * step; us <= high; us += step)
                yield return new KeyTick(X(us), string.Create(CultureInfo.InvariantCulture, $"{us / 1000:#,0.###} ms"));
        }
    }

    /// <summary>A number as SVG writes it.</summary>
    public static string Svg(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static ListingLine? LineOf(Listing listing, StepRun run) => run.Step < listing.Lines.Count ? listing.Lines[run.Step] : null;

    private static double NiceStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, least))));
        foreach (var factor in (ReadOnlySpan<int>)[1, 2, 5])
            if (factor * power >= least) return factor * power;
        return 10 * power;
    }
}

/// <summary>One attempt.</summary>
/// <param name="Worker">From 1.</param>
/// <param name="Y">Its upper edge.</param>
/// <param name="Steps">In the order of time.</param>
/// <param name="Window">Its race window: left edge and width; null: it has none.</param>
/// <param name="WroteAt">Where its row was written; null where that is not known.</param>
public sealed record KeyLane(int Worker, double Y, IReadOnlyList<KeyStep> Steps, (double X, double Width)? Window, double? WroteAt);

/// <summary>One step.</summary>
/// <param name="X">Its left edge.</param>
/// <param name="Width">At least 2.</param>
/// <param name="Line">Its colour and label; null where content no longer knows it.</param>
/// <param name="IsWrite">Whether it made the row.</param>
public sealed record KeyStep(double X, double Width, ListingLine? Line, bool IsWrite);

/// <summary>A mark of the axis.</summary>
/// <param name="X">Where.</param>
/// <param name="Text">The time, with its unit.</param>
public sealed record KeyTick(double X, string Text);
