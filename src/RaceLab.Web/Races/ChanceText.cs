using System.Globalization;

namespace RaceLab.Web.Races;

/// <summary>Numbers of <see cref="RaceLab.Engine.Races.ChanceOfRepeats"/> in words: from many to next to nothing, they span more digits than other figures.</summary>
public static class ChanceText
{
    private const double NextToNothing = 1e-6;

    /// <summary>An expected count.</summary>
    public static string Expected(double repeats) => repeats switch
    {
        0 => "0",
        < NextToNothing => "next to none",
        < 10 => repeats.ToString("0.##", CultureInfo.InvariantCulture) is "0" ? repeats.ToString("0.######", CultureInfo.InvariantCulture) : repeats.ToString("0.##", CultureInfo.InvariantCulture),
        _ => Figures.Count((long)Math.Round(repeats)),
    };

    /// <summary>A probability as a percentage.</summary>
    public static string Probability(double probability) => probability switch
    {
        0 => "never",
        < NextToNothing => "next to never",
        > 0.999 => "over 99.9 %",
        < 0.001 => "under 0.1 %",
        _ => (probability * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>A number of draws.</summary>
    public static string Draws(double draws) => draws < 1e12
        ? Figures.Count((long)Math.Round(draws))
        : "some 10 to the " + Math.Floor(Math.Log10(draws)).ToString(CultureInfo.InvariantCulture);
}
