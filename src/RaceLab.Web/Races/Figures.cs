using System.Globalization;
using System.Numerics;
using RaceLab.Engine.Words;

namespace RaceLab.Web.Races;

/// <summary>Numbers as the page writes them: grouped digits, and times never without their unit.</summary>
public static class Figures
{
    private static readonly string[] SmallNumbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    /// <summary>A count: 4,210.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: 1 row, 4,210 rows.</summary>
    public static string Count(long count, string one, string many) => Plural.Of(count, one, many);

    /// <summary>A count of which there may be very many, such as orders.</summary>
    public static string Count(BigInteger count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Likewise with its noun: 1 order, 756,756 orders.</summary>
    public static string Count(BigInteger count, string one, string many) => Plural.Of(count, one, many);

    /// <summary>A small count as a word, as sentences have it: no, one, two, up to nine; then digits.</summary>
    public static string Word(long count) => count is >= 0 and < 10 ? SmallNumbers[count] : Count(count);

    /// <summary>A latency: three figures, in us below a tenth of a millisecond, in s from ten seconds.</summary>
    public static string Milliseconds(double ms) => ms switch
    {
        0 => "0 ms",
        < 0.1 => string.Create(CultureInfo.InvariantCulture, $"{ms * 1000:0} us"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.00} ms"),
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{ms:#,0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s"),
    };

    /// <summary>A length of time: 2.3 s, or milliseconds below a second.</summary>
    public static string Time(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s");

    /// <summary>A rate: 842 per second.</summary>
    public static string Rate(double perSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{(perSecond < 10 ? Math.Round(perSecond, 1) : Math.Round(perSecond)):#,0.#} per second");

    /// <summary>A place in a queue: 1st, 2nd, 3rd, 11th.</summary>
    public static string Ordinal(int place) => place + (place % 100 is >= 11 and <= 13 ? "th" : (place % 10) switch
    {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    });
}
