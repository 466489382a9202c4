using System.Buffers.Binary;

namespace RaceLab.Engine.Races;

/// <summary>
/// Repeatable random numbers for one worker: the same seed and worker give the same keys and pauses on every machine and runtime.
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, <see href="https://doi.org/10.1145/2660193.2660195"/>).
/// </summary>
public sealed class Draw
{
    private ulong _state;

    /// <summary>Begins a sequence.</summary>
    public Draw(long seed, int worker)
    {
        _state = (ulong)seed;
        _state = Next() ^ ((ulong)worker * 0xD1342543DE82EF95);
    }

    /// <summary>Begins a sequence for one attempt's input: another one for each seed, attempt and place.</summary>
    /// <param name="seed">The race's.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="place">Tells the attempt's sequences apart.</param>
    internal Draw(long seed, long attempt, int place)
    {
        // Other constants than the workers' sequences have, so that none of them begins where one of these does.
        _state = (ulong)seed ^ 0xA0761D6478BD642F;
        _state = Next() + ((ulong)place * 0xE7037ED1A0B428DB);
        _state = Next() + ((ulong)attempt * 0x8EBC6AF09C88C6E3);
    }

    /// <summary>Fills with random bytes.</summary>
    internal void Fill(Span<byte> bytes)
    {
        Span<byte> next = stackalloc byte[sizeof(ulong)];
        for (var i = 0; i < bytes.Length; i += next.Length)
        {
            BinaryPrimitives.WriteUInt64BigEndian(next, Next());
            next[..Math.Min(next.Length, bytes.Length - i)].CopyTo(bytes[i..]);
        }
    }

    /// <summary>An integer from 0 to <paramref name="bound"/> - 1.</summary>
    /// <param name="bound">1 or more.</param>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>
    /// A wait between two ends, in whole milliseconds as timers have them. Fractions are kept on average: 0.25 ms is 1 ms one time in four.
    /// </summary>
    public TimeSpan Between(TimeSpan low, TimeSpan high)
    {
        var ms = low.TotalMilliseconds + (Fraction() * (high - low).TotalMilliseconds);
        var whole = Math.Floor(ms);
        return TimeSpan.FromMilliseconds(Fraction() < ms - whole ? whole + 1 : whole);
    }

    /// <summary>The key of a worker's attempt, from 1.</summary>
    /// <param name="workload">Says how many keys there are and how they are spread.</param>
    /// <param name="attempt">The attempt's number within its worker, from 0.</param>
    public int Key(Workload workload, int attempt) => workload.Distribution switch
    {
        KeyDistribution.InTurn => (attempt % workload.Keys) + 1,
        KeyDistribution.Uniform => Below(workload.Keys) + 1,
        _ => workload.Keys == 1 || Below(10) < 8 ? 1 : Below(workload.Keys - 1) + 2,
    };

    private double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
