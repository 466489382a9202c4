namespace RaceLab.Engine.Statistics;

/// <summary>A mean, and the interval in which repeated measurements let one expect it (Student, "The Probable Error of a Mean", Biometrika 6(1), 1908).</summary>
/// <param name="Count">How many values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Error">The standard error of the mean; NaN for a single value.</param>
public sealed record MeanInterval(int Count, double Mean, double Error)
{
    /// <summary>The share of intervals that hold the mean, unless somebody asks for another.</summary>
    public const double UsualConfidence = 0.95;

    /// <summary>The lower end at <see cref="UsualConfidence"/>; NaN for a single value.</summary>
    public double Low => Mean - HalfWidth(1 - UsualConfidence);

    /// <summary>The upper end, likewise.</summary>
    public double High => Mean + HalfWidth(1 - UsualConfidence);

    /// <summary>Of values that are taken to be independent and about normal.</summary>
    /// <param name="values">At least one.</param>
    public static MeanInterval Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        var mean = values.Average();
        var error = values.Count == 1 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        return new MeanInterval(values.Count, mean, error);
    }

    /// <summary>How far the interval reaches to either side.</summary>
    /// <param name="outside">The probability that the mean lies outside: over 0, below 1.</param>
    public double HalfWidth(double outside) => Count == 1 ? double.NaN : StudentT.TwoSidedQuantile(outside, Count - 1) * Error;

    /// <summary>How likely a mean so far from 0 is where it should be 0: two-sided, 0 to 1; NaN for a single value.</summary>
    public double Chance() => Count == 1 ? double.NaN : Error == 0 ? (Mean == 0 ? 1 : 0) : StudentT.TwoSidedTail(Mean / Error, Count - 1);
}
