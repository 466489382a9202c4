using System.Buffers.Binary;

namespace RaceLab.Engine.Races;

/// <summary>Writes <see cref="RaceFrame"/>'s layout.</summary>
internal static class FrameEncoder
{
    /// <summary>A worker's activity between two attempts.</summary>
    public const byte BetweenAttempts = 254;

    /// <summary>A worker's activity when it has made its last attempt.</summary>
    public const byte Done = 255;

    /// <summary>Duplicates, where they cannot be counted live.</summary>
    public const uint NotCounted = uint.MaxValue;

    /// <summary>A frame's head: what stands before the workers.</summary>
    public const int HeaderBytes = 68;
    private const int PointBytes = 28;

    public static byte[] Delta(in FrameNumbers numbers, ReadOnlySpan<byte> activities, ReadOnlySpan<byte> track = default)
    {
        var bytes = new byte[HeaderBytes + activities.Length + track.Length];
        WriteHeader(bytes, 0, numbers, activities);
        track.CopyTo(bytes.AsSpan(HeaderBytes + activities.Length));
        return bytes;
    }

    public static byte[] Snapshot(in FrameNumbers numbers, ReadOnlySpan<byte> activities, ReadOnlySpan<ChartPoint> points, ReadOnlySpan<byte> track = default)
    {
        var bytes = new byte[HeaderBytes + activities.Length + 4 + (points.Length * PointBytes) + track.Length];
        WriteHeader(bytes, 1, numbers, activities);
        var rest = bytes.AsSpan(HeaderBytes + activities.Length);
        rest = WriteUInt(rest, (uint)points.Length);
        foreach (var point in points)
        {
            rest = WriteUInt(rest, point.ElapsedMs);
            rest = WriteFloat(rest, point.AttemptsPerSecond);
            rest = WriteFloat(rest, point.P50Ms);
            rest = WriteFloat(rest, point.P90Ms);
            rest = WriteFloat(rest, point.P99Ms);
            rest = WriteUInt(rest, point.Duplicates);
            rest = WriteUInt(rest, point.Attempts);
        }

        track.CopyTo(rest);
        return bytes;
    }

    private static void WriteHeader(Span<byte> bytes, byte kind, in FrameNumbers n, ReadOnlySpan<byte> activities)
    {
        bytes[0] = kind;
        bytes[1] = (byte)n.State;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)activities.Length);
        var rest = bytes[4..];
        rest = WriteUInt(rest, (uint)n.Number);
        rest = WriteUInt(rest, n.Point.ElapsedMs);
        rest = WriteUInt(rest, n.ProgressThousandths);
        foreach (var count in (ReadOnlySpan<long>)[n.Counts.Created, n.Counts.Found, n.Counts.Updated, n.Counts.Rejected, n.Counts.Failed, n.Counts.Unknown])
            rest = WriteUInt(rest, (uint)count);
        rest = WriteUInt(rest, (uint)n.Retries);
        rest = WriteUInt(rest, (uint)n.RejectedStatements);
        rest = WriteUInt(rest, n.Point.Duplicates);
        rest = WriteFloat(rest, n.Point.AttemptsPerSecond);
        rest = WriteFloat(rest, n.Point.P50Ms);
        rest = WriteFloat(rest, n.Point.P90Ms);
        rest = WriteFloat(rest, n.Point.P99Ms);
        activities.CopyTo(rest);
    }

    private static Span<byte> WriteUInt(Span<byte> to, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, value);
        return to[4..];
    }

    private static Span<byte> WriteFloat(Span<byte> to, float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(to, value);
        return to[4..];
    }
}

/// <summary>One moment of the charts; rates and percentiles are over the interval that ends there.</summary>
internal readonly record struct ChartPoint(
    uint ElapsedMs, float AttemptsPerSecond, float P50Ms, float P90Ms, float P99Ms, uint Duplicates, uint Attempts);

/// <summary>The numbers of one frame.</summary>
internal readonly record struct FrameNumbers(
    int Number, RaceState State, uint ProgressThousandths, AttemptCounts Counts, long Retries, long RejectedStatements, ChartPoint Point);
