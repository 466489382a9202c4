namespace RaceLab.Engine.Statistics;

/// <summary>
/// A confidence interval for a probability of which only a count is known: Wilson's score interval (Wilson, "Probable Inference, the Law of Succession, and
/// Statistical Inference", Journal of the American Statistical Association 22(158), 1927, <see href="https://doi.org/10.1080/01621459.1927.10502953"/>), method 3 of
/// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998. It stays between 0 and 1, and says something where nothing was
/// seen: none of 200 is "0 to 1.9 %".
/// </summary>
/// <param name="Low">The lower end, 0 to 1.</param>
/// <param name="High">The upper end, 0 to 1.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    /// <summary>How often such intervals hold the truth.</summary>
    public const double Confidence = 0.95;

    // The 97.5th percentile of the standard normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>The interval for so many successes of so many trials.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">1 or more.</param>
    public static WilsonInterval Of(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        var share = (double)successes / trials;
        var weight = Z * Z / trials;
        var middle = share + (weight / 2);
        var reach = Z * Math.Sqrt(((share * (1 - share)) + (weight / 4)) / trials);

        // At its ends the formula is exact, and its digits are not.
        return new WilsonInterval(
            successes == 0 ? 0 : (middle - reach) / (1 + weight),
            successes == trials ? 1 : (middle + reach) / (1 + weight));
    }

    /// <summary>Whether a probability is in it.</summary>
    public bool Contains(double probability) => probability >= Low && probability <= High;
}
