using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Studies;
using RaceLab.Web.Choices;
using RaceLab.Web.Scenarios;

namespace RaceLab.Web.Comparisons;

/// <summary>
/// A comparison as small multiples: a panel for each strategy, all with the same axes. Above, attempts per second of each round from 0 on; below, the median and
/// the 99th percentile of latency on a logarithmic axis; between them how much the first invariant was violated. Drawn anew after each race.
/// </summary>
/// <param name="Panels">In the order of the strategies.</param>
/// <param name="RateTicks">Of the upper axis.</param>
/// <param name="LatencyTicks">Of the lower axis.</param>
/// <param name="Invariant">The first invariant's name; null before a race has asked the table.</param>
public sealed record ComparisonPicture(IReadOnlyList<ComparisonPanel> Panels, IReadOnlyList<AxisTick> RateTicks, IReadOnlyList<AxisTick> LatencyTicks, string? Invariant)
{
    /// <summary>Width of a panel in its own units.</summary>
    public const double Width = 260;

    /// <summary>Height of a panel.</summary>
    public const double Height = 206;

    /// <summary>Where the axes' labels end.</summary>
    public const double Left = 50;

    /// <summary>The baseline of the upper part.</summary>
    public const double RateBottom = 88;

    /// <summary>The baseline of the lower part.</summary>
    public const double LatencyBottom = 186;

    private const double RateTop = 12;
    private const double LatencyTop = 118;
    private const double Right = 6;

    /// <summary>Draws what is known so far.</summary>
    /// <param name="record">Of the comparison.</param>
    /// <param name="comparison">What was computed from it.</param>
    /// <param name="now">The race under way; null: none.</param>
    public static ComparisonPicture Of(StudyRecord record, Comparison comparison, StudyRaceNow? now)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(comparison);
        var rounds = Math.Max(1, ComparisonPlan.RoundsOf(record));
        var races = comparison.Strategies.SelectMany(s => s.Races).ToList();
        var top = NiceAbove(races.Select(r => r.Result.AttemptsPerSecond).DefaultIfEmpty(1).Max());
        var latencies = races.SelectMany(r => (double[])[r.Result.Latency.P50Ms, r.Result.Latency.P99Ms]).Where(ms => ms > 0).DefaultIfEmpty(1).ToList();
        var low = (int)Math.Floor(Math.Log10(latencies.Min()));
        var high = Math.Max(low + 1, (int)Math.Ceiling(Math.Log10(latencies.Max())));
        var slot = (Width - Left - Right) / rounds;
        return new ComparisonPicture(
            [.. comparison.Strategies.Select(PanelOf)],
            [.. ((double[])[0, top / 2, top]).Select(rate => new AxisTick(RateY(rate), rate.ToString("#,0.##", CultureInfo.InvariantCulture)))],
            [.. Enumerable.Range(low, high - low + 1).Select(power => new AxisTick(LatencyY(Math.Pow(10, power)), DecadeOf(power)))],
            races is [var any, ..] ? any.Result.Invariants[0].Name : null);

        double RateY(double rate) => RateBottom - (rate / top * (RateBottom - RateTop));

        double LatencyY(double ms) => LatencyBottom - ((Math.Log10(Math.Max(ms, Math.Pow(10, low))) - low) / (high - low) * (LatencyBottom - LatencyTop));

        ComparisonPanel PanelOf(ComparedStrategy strategy) => new(
            strategy.Strategy.Title,
            StrategyChoices.ToneOf(StandingOf(strategy)),
            StrategyGroup.TitleOf(StandingOf(strategy)),
            [
                .. strategy.Races.Select(race => new RoundMark(
                    race.Round,
                    Left + ((race.Round - 0.5) * slot),
                    slot * 0.62,
                    RateY(race.Result.AttemptsPerSecond),
                    LatencyY(race.Result.Latency.P50Ms),
                    LatencyY(race.Result.Latency.P99Ms),
                    race.Result.Invariants[0].Excess)),
            ],
            [.. Enumerable.Range(1, rounds).Select(round => (round, Left + ((round - 0.5) * slot)))],
            now is { Race.Round: > 0 } && now.Race.Strategy.Id == strategy.Strategy.Id ? Left + ((now.Race.Round - 1) * slot) : null,
            slot,
            strategy.WithoutVerdict.Count > 0 ? $"No verdict in round {string.Join(", ", strategy.WithoutVerdict.Select(r => r.Round))}" : null,
            ComparisonWords.InShort(strategy));
    }

    /// <summary>What a strategy's promises make of it, without asking content, which may have changed since.</summary>
    public static Standing StandingOf(ComparedStrategy strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        var promises = strategy.Strategy.Promises;
        if (promises.Values.All(p => p == Promise.None)) return Standing.Sound;
        var first = strategy.Invariants.Count > 0 ? strategy.Invariants[0].Name : promises.Keys.First();
        return promises.GetValueOrDefault(first) == Promise.Some ? Standing.Broken : Standing.HalfRight;
    }

    private static double NiceAbove(double number)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(0.1, number))));
        return ((double[])[1, 1.5, 2, 3, 4, 5, 6, 8, 10]).First(factor => factor * power >= number * 0.9999) * power;
    }

    private static string DecadeOf(int power) => power switch
    {
        < 0 => $"{Math.Pow(10, power + 3).ToString("0.###", CultureInfo.InvariantCulture)} us",
        < 3 => $"{Math.Pow(10, power).ToString("0", CultureInfo.InvariantCulture)} ms",
        _ => $"{Math.Pow(10, power - 3).ToString("0", CultureInfo.InvariantCulture)} s",
    };
}

/// <summary>One strategy's panel.</summary>
/// <param name="Title">The strategy's.</param>
/// <param name="Tone">The name of its standing's colour and shape.</param>
/// <param name="Standing">Its standing's word.</param>
/// <param name="Marks">One for each race with a verdict.</param>
/// <param name="Rounds">The rounds and where they stand.</param>
/// <param name="Running">The left edge of the round that is raced just now; null: another strategy's turn, or nobody's.</param>
/// <param name="Slot">The width of a round.</param>
/// <param name="Problem">Which rounds have no verdict; null: all that ran have one.</param>
/// <param name="Label">The panel in a sentence, for those who do not see it.</param>
public sealed record ComparisonPanel(
    string Title, string Tone, string Standing, IReadOnlyList<RoundMark> Marks, IReadOnlyList<(int Round, double X)> Rounds, double? Running, double Slot, string? Problem, string Label);

/// <summary>One race.</summary>
/// <param name="Round">From 1.</param>
/// <param name="X">Its middle.</param>
/// <param name="Width">Of its bar.</param>
/// <param name="RateY">Attempts per second.</param>
/// <param name="P50Y">The median latency.</param>
/// <param name="P99Y">The 99th percentile.</param>
/// <param name="Excess">How much the first invariant was violated.</param>
public sealed record RoundMark(int Round, double X, double Width, double RateY, double P50Y, double P99Y, long Excess);

/// <summary>A mark of an axis.</summary>
/// <param name="Y">Where.</param>
/// <param name="Text">With its unit where the axis' title does not say it.</param>
public sealed record AxisTick(double Y, string Text);
