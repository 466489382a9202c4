using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>
/// Draws what attempts are given. Chance comes from the seed and from the attempt's number alone, so that it does not depend on who is first. Clocks are real in a race; in
/// a schedule, where nothing takes time, they stand still, and each delivery comes a second later.
/// </summary>
public sealed class InputSource : IInputSource
{
    /// <summary>How wrong the clock of an instance is at most, in milliseconds. That of the first one is right.</summary>
    private const int LargestClockErrorMs = 500;

    /// <summary>The place of draws that belong to an instance and not to an attempt.</summary>
    private const int ClockPlace = -1;

    private static readonly DateTimeOffset StandingStill = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long _seed;
    private readonly KeyTemplate _keys;
    private readonly int _keyCount;
    private readonly TimeProvider? _clock;
    private readonly Strategy _strategy;
    private readonly long[] _counters;

    private InputSource(RaceRequest request, TimeProvider? clock)
    {
        _seed = request.Workload.Seed;
        _keys = request.Scenario.Key;
        _keyCount = request.Workload.Keys;
        _clock = clock;
        _strategy = request.Strategy;
        _counters = new long[request.Strategy.Instances];
    }

    /// <summary>A source for a race.</summary>
    /// <param name="request">Says the seed and the keys.</param>
    /// <param name="clock">What the application's instances read.</param>
    public static InputSource ForRace(RaceRequest request, TimeProvider clock) => new(request, clock);

    /// <summary>A source for a schedule: the same draws every time.</summary>
    /// <param name="request">Says the seed.</param>
    public static InputSource ForSchedule(RaceRequest request) => new(request, null);

    /// <summary>Counters begin again.</summary>
    public void Restart() => Array.Clear(_counters);

    /// <inheritdoc/>
    public string Draw(Input input, int place, in Arrival arrival) => input.Generator switch
    {
        Generator.Uuid4 => Uuid4(DrawFor(input, place, arrival)),
        Generator.NowMs => Now(arrival).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        Generator.Clock => Now(arrival).ToString("yyyy-MM-dd HH:mm:ss.fffzzz", CultureInfo.InvariantCulture),
        Generator.Counter => Interlocked.Increment(ref _counters[_strategy.InstanceOf(arrival.Worker) - 1]).ToString(CultureInfo.InvariantCulture),
        Generator.Hash => Hash(input.Of == "key" ? arrival.Key : arrival.Attempt, input.Size),
        _ => ArrayText.Format(Pick(input.Size, DrawFor(input, place, arrival), arrival)),
    };

    private Draw DrawFor(Input input, int place, in Arrival arrival) =>
        new(_seed, long.Parse(arrival.Attempt, CultureInfo.InvariantCulture), (place * Scenario.MostDeliveries) + (input.OnEveryDelivery ? arrival.Delivery : 0));

    private DateTimeOffset Now(in Arrival arrival)
    {
        var instance = _strategy.InstanceOf(arrival.Worker);
        var wrong = instance == 1 ? 0 : new Draw(_seed, instance, ClockPlace).Below(2 * LargestClockErrorMs) - LargestClockErrorMs;
        return (_clock?.GetUtcNow() ?? StandingStill.AddSeconds(arrival.Delivery - 1)).AddMilliseconds(wrong);
    }

    private static string Uuid4(Draw draw)
    {
        Span<byte> bytes = stackalloc byte[16];
        draw.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>The first bits of SHA-256. The seed stands for whatever else is in the thing that is hashed.</summary>
    private string Hash(string text, int bits)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_seed} {text}")), hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> (64 - bits)).ToString($"x{(bits + 3) / 4}", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The attempt's own key and others, in an order that is drawn; where a race has too few keys, there are as many as are picked. In a schedule each session has the
    /// same keys and begins with another one.
    /// </summary>
    private List<string> Pick(int count, Draw draw, in Arrival arrival)
    {
        var picked = new List<string>(count);
        if (_clock is null)
        {
            for (var i = 0; i < count; i++) picked.Add(_keys.For(((arrival.Worker - 1 + i) % count) + 1));
            return picked;
        }

        picked.Add(arrival.Key);
        while (picked.Count < count)
        {
            var other = _keys.For(draw.Below(Math.Max(_keyCount, count)) + 1);
            if (!picked.Contains(other)) picked.Insert(draw.Below(picked.Count + 1), other);
        }

        return picked;
    }
}
