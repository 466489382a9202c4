using System.Buffers.Binary;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>One point of a race's charts, for the table behind them.</summary>
/// <param name="ElapsedMs">Since the start barrier.</param>
/// <param name="AttemptsPerSecond">Over the interval before.</param>
/// <param name="P50Ms">NaN where no attempt ended in the interval.</param>
/// <param name="P90Ms">Likewise.</param>
/// <param name="P99Ms">Likewise.</param>
/// <param name="Duplicates">So far; null where they are not counted live.</param>
/// <param name="Attempts">So far.</param>
public readonly record struct ChartPoint(
    long ElapsedMs, float AttemptsPerSecond, float P50Ms, float P90Ms, float P99Ms, long? Duplicates, long Attempts);

/// <summary>Reads the chart points of a snapshot; its layout is described at <see cref="RaceFrame"/>.</summary>
public static class ChartPoints
{
    private const int Header = 68;
    private const int Point = 28;
    private const uint NotCounted = uint.MaxValue;

    /// <summary>At most <paramref name="most"/> points, evenly taken, the last one always among them. Empty where the bytes are no snapshot.</summary>
    public static IReadOnlyList<ChartPoint> Read(ReadOnlySpan<byte> snapshot, int most)
    {
        if (snapshot.Length < Header || snapshot[0] != 1) return [];
        var at = Header + BinaryPrimitives.ReadUInt16LittleEndian(snapshot[2..]);
        if (snapshot.Length < at + 4) return [];
        var count = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(snapshot[at..]), (uint)(snapshot.Length - at - 4) / Point);
        at += 4;
        var step = Math.Max(1, (count + most - 1) / most);
        var points = new List<ChartPoint>();
        for (var i = (count - 1) % step; i >= 0 && i < count; i += step)
        {
            var point = snapshot.Slice(at + (i * Point), Point);
            var duplicates = BinaryPrimitives.ReadUInt32LittleEndian(point[20..]);
            points.Add(new ChartPoint(
                BinaryPrimitives.ReadUInt32LittleEndian(point),
                BinaryPrimitives.ReadSingleLittleEndian(point[4..]),
                BinaryPrimitives.ReadSingleLittleEndian(point[8..]),
                BinaryPrimitives.ReadSingleLittleEndian(point[12..]),
                BinaryPrimitives.ReadSingleLittleEndian(point[16..]),
                duplicates == NotCounted ? null : duplicates,
                BinaryPrimitives.ReadUInt32LittleEndian(point[24..])));
        }

        return points;
    }
}
