using System.Buffers.Binary;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>What a frame says, for encoding it as <see cref="RaceFrame"/> describes.</summary>
public sealed record FrameFacts
{
    public RaceState State { get; init; } = RaceState.Running;
    public int Number { get; init; } = 1;
    public uint ElapsedMs { get; init; }
    public uint Progress { get; init; }
    public uint[] Counts { get; init; } = new uint[8];
    public uint Duplicates { get; init; }
    public float Rate { get; init; }
    public float P50 { get; init; } = float.NaN;
    public float P90 { get; init; } = float.NaN;
    public float P99 { get; init; } = float.NaN;
    public byte[] Steps { get; init; } = [];
}

/// <summary>Encodes frames by the written layout, independently of the engine's own encoder.</summary>
public static class TestFrames
{
    public static byte[] Delta(FrameFacts facts)
    {
        var bytes = new List<byte>();
        Head(bytes, 0, facts);
        return [.. bytes];
    }

    public static byte[] Snapshot(FrameFacts facts, IReadOnlyList<ChartPoint> points)
    {
        var bytes = new List<byte>();
        Head(bytes, 1, facts);
        U32(bytes, (uint)points.Count);
        foreach (var point in points)
        {
            U32(bytes, (uint)point.ElapsedMs);
            F32(bytes, point.AttemptsPerSecond);
            F32(bytes, point.P50Ms);
            F32(bytes, point.P90Ms);
            F32(bytes, point.P99Ms);
            U32(bytes, point.Duplicates is { } duplicates ? (uint)duplicates : uint.MaxValue);
            U32(bytes, (uint)point.Attempts);
        }

        return [.. bytes];
    }

    public static RaceFrame Frame(int number) =>
        new(number, Delta(new FrameFacts { Number = number }), () => Snapshot(new FrameFacts { Number = number }, []));

    private static void Head(List<byte> bytes, byte kind, FrameFacts facts)
    {
        bytes.Add(kind);
        bytes.Add((byte)facts.State);
        var workers = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(workers, (ushort)facts.Steps.Length);
        bytes.AddRange(workers);
        U32(bytes, (uint)facts.Number);
        U32(bytes, facts.ElapsedMs);
        U32(bytes, facts.Progress);
        foreach (var count in facts.Counts) U32(bytes, count);
        U32(bytes, facts.Duplicates);
        F32(bytes, facts.Rate);
        F32(bytes, facts.P50);
        F32(bytes, facts.P90);
        F32(bytes, facts.P99);
        bytes.AddRange(facts.Steps);
    }

    private static void U32(List<byte> bytes, uint value)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        bytes.AddRange(four);
    }

    private static void F32(List<byte> bytes, float value)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(four, value);
        bytes.AddRange(four);
    }
}
