using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Studies;

/// <summary>
/// How many times as large a measure is for one strategy as for another, and whether that is more than noise. The rounds are the repeated measurements: what
/// was measured within one race is not independent. For each round the logarithm of the ratio of the two is taken, so that whatever slowed down that whole
/// round drops out; a paired t test asks whether its mean is 0 (Student 1908), and since all pairs are asked, Holm's procedure judges them together at
/// <see cref="Bound"/>. Rounds are taken to be independent of each other, and the logarithms to be about normal.
/// </summary>
/// <param name="Larger">Index of the strategy with the larger mean.</param>
/// <param name="Smaller">Index of the other.</param>
/// <param name="Ratio">The geometric mean of the ratios: 1 or more.</param>
/// <param name="Low">The lower end of its interval, at the level at which Holm's procedure judged the pair: above 1 exactly where it is larger than the noise.</param>
/// <param name="High">The upper end.</param>
/// <param name="Rounds">How many rounds were held side by side: 2 or more.</param>
/// <param name="IsBeyondNoise">Whether it is larger than the noise.</param>
public sealed record Difference(int Larger, int Smaller, double Ratio, double Low, double High, int Rounds, bool IsBeyondNoise)
{
    /// <summary>The probability that a comparison calls any difference larger than the noise that is none.</summary>
    public const double Bound = 0.05;

    /// <summary>All pairs that can be held side by side.</summary>
    /// <param name="strategies">With their races.</param>
    /// <param name="measure">Of one race; where it is not above 0, that round is left out.</param>
    internal static IReadOnlyList<Difference> Between(IReadOnlyList<ComparedStrategy> strategies, Func<StudiedRace, double> measure)
    {
        var pairs = (
            from first in Enumerable.Range(0, strategies.Count)
            from second in Enumerable.Range(first + 1, strategies.Count - first - 1)
            let ratios = LogRatios(strategies[first], strategies[second], measure)
            where ratios.Count >= 2
            select (First: first, Second: second, Mean: MeanInterval.Of(ratios))).ToList();
        var verdicts = Holm.Judge([.. pairs.Select(p => p.Mean.Chance())], Bound);
        return [.. pairs.Zip(verdicts, (pair, verdict) => Of(pair.First, pair.Second, pair.Mean, verdict))];
    }

    private static Difference Of(int first, int second, MeanInterval mean, HolmVerdict verdict)
    {
        var (larger, smaller, log) = mean.Mean >= 0 ? (first, second, mean.Mean) : (second, first, -mean.Mean);
        var reach = mean.HalfWidth(verdict.Level);
        return new Difference(larger, smaller, Math.Exp(log), Math.Exp(log - reach), Math.Exp(log + reach), mean.Count, verdict.IsBeyondChance);
    }

    private static List<double> LogRatios(ComparedStrategy first, ComparedStrategy second, Func<StudiedRace, double> measure) =>
    [
        .. from one in first.Races
           join other in second.Races on one.Round equals other.Round
           let ratio = measure(one) / measure(other)
           where double.IsFinite(ratio) && ratio > 0
           select Math.Log(ratio),
    ];
}
