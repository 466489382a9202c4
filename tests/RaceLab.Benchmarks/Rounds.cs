namespace RaceLab.Benchmarks;

/// <summary>What rounds measured, one number each.</summary>
/// <param name="Values">In the order in which they were measured.</param>
internal sealed record Rounds(IReadOnlyList<double> Values)
{
    /// <summary>The middle one, or the mean of the two in the middle; not a number where there are none.</summary>
    public double Median
    {
        get
        {
            if (Values.Count == 0) return double.NaN;
            var sorted = Values.Order().ToList();
            return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    /// <summary>The least.</summary>
    public double Low => Values.Count == 0 ? double.NaN : Values.Min();

    /// <summary>The greatest.</summary>
    public double High => Values.Count == 0 ? double.NaN : Values.Max();

    /// <summary>
    /// The probability that <see cref="Low"/> to <see cref="High"/> holds the true median, whatever the distribution: each of n independent values is as likely above it as below, so that all lie on
    /// one side in 2 of 2^n cases.
    /// </summary>
    public double Coverage => CoverageFrom(1);

    /// <summary>
    /// The interval for the true median, from the k-th least to the k-th greatest, that is as narrow as it may be: it holds the median with the probability <paramref name="least"/> or more,
    /// whatever the distribution. Of few rounds it is <see cref="Low"/> to <see cref="High"/>, however little that holds.
    /// </summary>
    /// <param name="least">Between 0 and 1.</param>
    public MedianInterval Interval(double least)
    {
        if (Values.Count == 0) return new MedianInterval(double.NaN, double.NaN, 0);
        var place = 1;
        while (2 * (place + 1) <= Values.Count && CoverageFrom(place + 1) >= least) place++;
        var sorted = Values.Order().ToList();
        return new MedianInterval(sorted[place - 1], sorted[^place], CoverageFrom(place));
    }

    /// <summary>All but those cases in which fewer than so many values lie on one side of the median, by the binomial distribution.</summary>
    private double CoverageFrom(int place)
    {
        if (Values.Count == 0) return 0;
        var (cases, below) = (1.0, 0.0);
        for (var i = 0; i < place; i++)
        {
            below += cases;
            cases = cases * (Values.Count - i) / (i + 1);
        }

        return 1 - (below * Math.Pow(2, 1 - Values.Count));
    }
}

/// <summary>Where a median is.</summary>
/// <param name="Low">From here.</param>
/// <param name="High">To here.</param>
/// <param name="Coverage">With this probability.</param>
internal readonly record struct MedianInterval(double Low, double High, double Coverage)
{
    /// <summary>How wide it is, by its middle.</summary>
    public double Width => 2 * (High - Low) / (High + Low);
}

/// <summary>Two ways to do something, measured in turn: A B B A, so that what changes slowly meanwhile meets both alike.</summary>
internal static class Turns
{
    /// <summary>Whether each measurement is of the second way.</summary>
    /// <param name="pairs">How often each of the two is measured; 1 or more.</param>
    public static IEnumerable<bool> Of(int pairs)
    {
        for (var pair = 0; pair < pairs; pair++)
        {
            yield return pair % 2 == 1;
            yield return pair % 2 == 0;
        }
    }

    /// <summary>The order in which any number of ways are measured: there and back, again and again.</summary>
    /// <param name="ways">How many.</param>
    /// <param name="turn">From 0.</param>
    public static IEnumerable<int> Order(int ways, int turn) => turn % 2 == 0 ? Enumerable.Range(0, ways) : Enumerable.Range(0, ways).Reverse();

    /// <summary>Compares what was measured one right after the other.</summary>
    /// <param name="measured">In the order of <see cref="Of"/>.</param>
    /// <param name="compare">Of the first way and the second.</param>
    public static Rounds Compare(IReadOnlyList<double> measured, Func<double, double, double> compare) => new(
    [
        .. Enumerable.Range(0, measured.Count / 2).Select(pair => pair % 2 == 0
            ? compare(measured[2 * pair], measured[(2 * pair) + 1])
            : compare(measured[(2 * pair) + 1], measured[2 * pair])),
    ]);
}
