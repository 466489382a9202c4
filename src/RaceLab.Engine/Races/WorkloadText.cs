using System.Globalization;

namespace RaceLab.Engine.Races;

/// <summary>
/// A workload's words, the same on the command line and in links: durations (<c>500ms</c>, <c>5s</c>, <c>1m</c>), pauses (<c>5ms</c>,
/// <c>0-5ms</c>), distributions (<c>in-turn</c>, <c>uniform</c>, <c>hot-key</c>), engines (<c>npgsql</c>, <c>wire</c>). Ranges are not checked here: see <see cref="Workload.Validate"/>.
/// </summary>
public static class WorkloadText
{
    /// <summary>How a duration is written, for messages.</summary>
    public const string DurationForm = "a number with ms, s or m, such as 500ms, 5s or 1m";

    /// <summary>How a pause is written, for messages.</summary>
    public const string PauseForm = "a time such as 5ms, or a range such as 0-5ms";

    private static readonly (string Name, KeyDistribution Distribution)[] Distributions =
    [
        ("in-turn", KeyDistribution.InTurn),
        ("uniform", KeyDistribution.Uniform),
        ("hot-key", KeyDistribution.HotKey),
    ];

    private static readonly (string Name, RaceEngine Engine)[] Engines = [("npgsql", RaceEngine.Npgsql), ("wire", RaceEngine.Wire)];

    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
    ];

    /// <summary>The names of all distributions.</summary>
    public static IReadOnlyList<string> DistributionNames { get; } = [.. Distributions.Select(d => d.Name)];

    /// <summary>The names of all engines.</summary>
    public static IReadOnlyList<string> EngineNames { get; } = [.. Engines.Select(e => e.Name)];

    /// <summary>Reads a duration; a bare 0 needs no unit.</summary>
    /// <returns>False where the text is no duration.</returns>
    public static bool TryParseDuration(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var (number, unit) = Split(text);
        return unit is null ? number.All(c => c == '0') && number.Length > 0 : TryScale(number, unit, out duration);
    }

    /// <summary>Writes a duration in the largest unit that takes a whole number, or in milliseconds.</summary>
    public static string FormatDuration(TimeSpan duration)
    {
        foreach (var (unit, ticks) in Units.Reverse())
        {
            if (duration.Ticks % ticks == 0 && (duration.Ticks != 0 || unit == "ms")) return $"{(duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture)}{unit}";
        }

        return duration.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + "ms";
    }

    /// <summary>Reads a pause: one time, or two with a hyphen, of which the first may leave its unit to the second.</summary>
    /// <returns>False where the text is no pause.</returns>
    public static bool TryParsePause(string? text, out TimeSpan low, out TimeSpan high)
    {
        low = high = TimeSpan.Zero;
        var ends = (text ?? "").Split('-');
        if (ends.Length is 0 or > 2 || !TryParseDuration(ends[^1], out high)) return false;
        if (ends.Length == 1)
        {
            low = high;
            return true;
        }

        var (number, unit) = Split(ends[0]);
        return TryScale(number, unit ?? Split(ends[1]).Unit ?? "ms", out low);
    }

    /// <summary>Writes a pause so that <see cref="TryParsePause"/> reads the same again.</summary>
    public static string FormatPause(TimeSpan low, TimeSpan high)
    {
        if (low == high) return FormatDuration(high);
        return low == TimeSpan.Zero ? $"0-{FormatDuration(high)}" : $"{FormatDuration(low)}-{FormatDuration(high)}";
    }

    /// <summary>Reads a distribution's name.</summary>
    /// <returns>False where there is none of that name.</returns>
    public static bool TryParseDistribution(string? text, out KeyDistribution distribution)
    {
        var index = Array.FindIndex(Distributions, d => d.Name == text);
        distribution = index < 0 ? default : Distributions[index].Distribution;
        return index >= 0;
    }

    /// <summary>The name of a distribution.</summary>
    public static string FormatDistribution(KeyDistribution distribution) => Distributions.Single(d => d.Distribution == distribution).Name;

    /// <summary>Reads an engine's name.</summary>
    /// <returns>False where there is none of that name.</returns>
    public static bool TryParseEngine(string? text, out RaceEngine engine)
    {
        var index = Array.FindIndex(Engines, e => e.Name == text);
        engine = index < 0 ? default : Engines[index].Engine;
        return index >= 0;
    }

    /// <summary>The name of an engine.</summary>
    public static string FormatEngine(RaceEngine engine) => Engines.Single(e => e.Engine == engine).Name;

    private static (string Number, string? Unit) Split(string? text)
    {
        var trimmed = (text ?? "").Trim();
        var end = trimmed.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var unit = trimmed[end..].Trim();
        return (trimmed[..end], unit.Length == 0 ? null : unit);
    }

    private static bool TryScale(string number, string unit, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var ticks = Units.FirstOrDefault(u => u.Unit == unit).Ticks;
        if (ticks == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;

        // Far above every range that Validate allows, and safely below what a TimeSpan holds.
        if (value > 1_000_000_000m) return false;
        duration = TimeSpan.FromTicks((long)(value * ticks));
        return true;
    }
}
