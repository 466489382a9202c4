namespace RaceLab.Engine.Statistics;

/// <summary>
/// Student's t distribution, by way of the regularised incomplete beta function: DLMF 8.17.22 and 26.5.27 of Abramowitz and Stegun
/// (<see href="https://dlmf.nist.gov/8.17"/>). Tested against the published table of its quantiles.
/// </summary>
public static class StudentT
{
    /// <summary>The probability that |T| is at least |t|: 0 to 1.</summary>
    /// <param name="t">Any number, infinity too.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double TwoSidedTail(double t, int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        return double.IsInfinity(t) ? 0 : Beta(degrees / (degrees + (t * t)), degrees / 2.0, 0.5);
    }

    /// <summary>The t that |T| exceeds with this probability.</summary>
    /// <param name="tail">Over 0, below 1; both sides together.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double TwoSidedQuantile(double tail, int degrees)
    {
        if (tail is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(tail), tail, "A tail lies between 0 and 1.");
        double low = 0, high = 1;
        while (TwoSidedTail(high, degrees) > tail) (low, high) = (high, high * 2);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (TwoSidedTail(middle, degrees) > tail) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>The regularised incomplete beta function I_x(a, b) by its continued fraction, which converges fast on the side that is asked.</summary>
    private static double Beta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        if (x > (a + 1) / (a + b + 2)) return 1 - Beta(1 - x, b, a);
        var front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(1 - x)) + LogGamma(a + b) - LogGamma(a) - LogGamma(b)) / a;
        const double Tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), fraction = d;
        for (var m = 1; m < 500; m++)
        {
            Turn(m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m))));
            var before = fraction;
            Turn(-(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1)));
            if (Math.Abs(fraction - before) <= 1e-16 * Math.Abs(fraction)) break;
        }

        return front * fraction;

        // Lentz's way of turning a continued fraction into products.
        void Turn(double term)
        {
            d = 1 / NotZero(1 + (term * d));
            c = NotZero(1 + (term / c));
            fraction *= c * d;
        }

        static double NotZero(double number) => Math.Abs(number) < Tiny ? Tiny : number;
    }

    /// <summary>The logarithm of the gamma function for half and whole numbers over 0, which is all that t needs: Γ(x + 1) = x Γ(x), Γ(½) = √π.</summary>
    private static double LogGamma(double x)
    {
        var sum = 0.0;
        for (; x > 1; x--) sum += Math.Log(x - 1);
        return x < 1 ? sum + (Math.Log(Math.PI) / 2) : sum;
    }
}
