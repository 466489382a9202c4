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
    public double Coverage => Values.Count == 0 ? 0 : 1 - Math.Pow(2, 1 - Values.Count);
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
