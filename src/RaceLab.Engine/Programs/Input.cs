using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RaceLab.Engine.Programs;

/// <summary>
/// A value that the application draws for each attempt, such as an id that it makes itself. It is drawn once, when the attempt arrives for the first time, and kept over its
/// retries and deliveries, or anew with every delivery. Where it comes from is an <see cref="IInputSource"/>'s business.
/// </summary>
/// <param name="Name">How statements call it, without the <c>@</c>.</param>
/// <param name="Generator">What draws it.</param>
/// <param name="OnEveryDelivery">Whether it is drawn anew each time the attempt arrives.</param>
public sealed partial record Input(string Name, Generator Generator, bool OnEveryDelivery)
{
    /// <summary>The fewest and the most bits of a hash.</summary>
    public const int FewestBits = 4, MostBits = 64;

    /// <summary>The most keys that an attempt picks.</summary>
    public const int MostKeys = 10;

    private const string EveryDelivery = " on every delivery";

    /// <summary>Bits of a hash, or keys that are picked; otherwise 0.</summary>
    public int Size { get; private init; }

    /// <summary>What is hashed: <c>key</c> or <c>attempt</c>; null for everything but a hash.</summary>
    public string? Of { get; private init; }

    /// <summary>Whether it is a list, which <c>each</c> may run over. Its text is PostgreSQL's for an array.</summary>
    public bool IsList => Generator == Generator.Pick;

    /// <summary>How many bits of it are drawn by chance: what makes two of them the same is nothing else. Null where chance has no part in it.</summary>
    public int? RandomBits => Generator switch
    {
        Generator.Uuid4 => 122,
        Generator.Hash => Size,
        _ => null,
    };

    /// <summary>As content writes it, without its name.</summary>
    public string Text => (Generator switch
    {
        Generator.Uuid4 => "uuid4()",
        Generator.NowMs => "now_ms()",
        Generator.Hash => $"hash(@{Of}, {Size.ToString(CultureInfo.InvariantCulture)})",
        Generator.Counter => "counter(instance)",
        Generator.Clock => "clock()",
        _ => $"pick({Size.ToString(CultureInfo.InvariantCulture)})",
    }) + (OnEveryDelivery ? EveryDelivery : "");

    /// <summary>Reads an input as content writes it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Such as <c>uuid4()</c> or <c>uuid4() on every delivery</c>.</param>
    /// <param name="input">The input; null where there is a reason against it.</param>
    /// <param name="reason">What is wrong with the text, as the rest of a sentence; null where it was read.</param>
    public static bool TryParse(string name, string text, [NotNullWhen(true)] out Input? input, [NotNullWhen(false)] out string? reason)
    {
        input = null;
        reason = null;
        var every = text.EndsWith(EveryDelivery, StringComparison.Ordinal);
        var match = Form().Match(every ? text[..^EveryDelivery.Length] : text);
        if (!match.Success)
        {
            reason = "it is uuid4(), now_ms(), hash(@key, 24), hash(@attempt, 24), counter(instance), clock() or pick(2), each also with 'on every delivery'";
            return false;
        }

        var generator = Enum.Parse<Generator>(match.Groups["name"].Value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        var size = match.Groups["size"] is { Success: true } number ? int.Parse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        reason = generator switch
        {
            Generator.Hash when size is < FewestBits or > MostBits => $"a hash has {FewestBits} to {MostBits} bits",
            Generator.Pick when size is < 2 or > MostKeys => $"an attempt picks 2 to {MostKeys} keys",
            Generator.Hash when every => "a hash of the same value is the same on every delivery",
            Generator.Counter when every => "a counter counts attempts, not deliveries",
            _ => null,
        };
        if (reason is not null) return false;
        input = new Input(name, generator, every) { Size = size, Of = match.Groups["of"] is { Success: true } of ? of.Value : null };
        return true;
    }

    [GeneratedRegex(@"^(?:(?<name>uuid4|now_ms|clock)\(\)|(?<name>counter)\(instance\)|(?<name>hash)\(@(?<of>key|attempt),\s*(?<size>\d{1,3})\)|(?<name>pick)\((?<size>\d{1,3})\))$")]
    private static partial Regex Form();
}

/// <summary>What draws an <see cref="Input"/>: a closed list.</summary>
public enum Generator
{
    /// <summary>A random UUID, version 4 (<see href="https://www.rfc-editor.org/rfc/rfc9562#section-5.4">RFC 9562</see>).</summary>
    Uuid4,

    /// <summary>Milliseconds since 1970, by the clock of the application's instance.</summary>
    NowMs,

    /// <summary>So many bits of a hash, in hexadecimal digits.</summary>
    Hash,

    /// <summary>1, 2, 3 … in the memory of each instance of the application.</summary>
    Counter,

    /// <summary>The time by the clock of the application's instance, to the millisecond, as PostgreSQL reads it.</summary>
    Clock,

    /// <summary>A list of different contention keys, the attempt's own among them.</summary>
    Pick,
}

/// <summary>Draws inputs. One source serves all workers of a race, or all sessions of a schedule.</summary>
public interface IInputSource
{
    /// <summary>Draws a value, in PostgreSQL's text form. Thread-safe.</summary>
    /// <param name="input">What is drawn.</param>
    /// <param name="place">Its place among its program's inputs, so that two that are written alike differ.</param>
    /// <param name="arrival">For whom.</param>
    string Draw(Input input, int place, in Arrival arrival);
}

/// <summary>An attempt arrives.</summary>
/// <param name="Key">The value that it is for.</param>
/// <param name="Attempt">Its number in the race or schedule.</param>
/// <param name="Worker">The worker or session that makes it, from 1.</param>
/// <param name="Delivery">How often it has arrived, from 1.</param>
public readonly record struct Arrival(string Key, string Attempt, int Worker, int Delivery);
