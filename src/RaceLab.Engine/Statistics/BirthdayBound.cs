namespace RaceLab.Engine.Statistics;

/// <summary>
/// How often values that are drawn by chance are drawn again: the birthday problem
/// (<see href="https://www.rfc-editor.org/rfc/rfc4086">RFC 4086</see> warns of it for short random values). Each of 2^bits values is as likely as any other.
/// </summary>
public static class BirthdayBound
{
    /// <summary>How many of so many draws are expected to meet a value that was drawn before: draws less the distinct values among them.</summary>
    /// <param name="draws">0 or more.</param>
    /// <param name="bits">1 to 128.</param>
    public static double ExpectedRepeats(long draws, int bits)
    {
        var values = Math.Pow(2, bits);

        // n - M (1 - (1 - 1/M)^n), by way of logarithms; where n is small beside M they cancel out, and the sum over pairs says the same.
        return draws < values / 1e4
            ? (double)draws * (draws - 1) / (2 * values)
            : draws + (values * Expm1(draws * Log1p(-1 / values)));
    }

    /// <summary>The probability that any two of so many draws are the same: 0 to 1.</summary>
    /// <param name="draws">0 or more.</param>
    /// <param name="bits">1 to 128.</param>
    public static double ProbabilityOfAny(long draws, int bits) => -Expm1(-((double)draws * (draws - 1) / 2) / Math.Pow(2, bits));

    /// <summary>After how many draws two are the same with a probability of one half.</summary>
    /// <param name="bits">1 to 128.</param>
    public static double DrawsForEvenOdds(int bits) => 0.5 + Math.Sqrt(0.25 + (2 * Math.Log(2) * Math.Pow(2, bits)));

    // The textbook forms lose every digit for small arguments.
    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    private static double Log1p(double x) => Math.Abs(x) < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);
}
