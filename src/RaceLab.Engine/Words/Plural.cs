using System.Globalization;
using System.Numerics;

namespace RaceLab.Engine.Words;

/// <summary>Counts with their nouns, so that nobody reads "1 orders".</summary>
public static class Plural
{
    /// <summary>The noun for a count.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">For exactly one.</param>
    /// <param name="many">For any other number; null: with an "s" at its end.</param>
    public static string Noun(BigInteger count, string one, string? many = null) => count.IsOne ? one : many ?? one + "s";

    /// <summary>A count in grouped digits with its noun: 1 order, 12,870 orders.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">For exactly one.</param>
    /// <param name="many">For any other number; null: with an "s" at its end.</param>
    public static string Of(BigInteger count, string one, string? many = null) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {Noun(count, one, many)}";
}
