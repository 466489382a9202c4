using System.Buffers.Binary;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class FrameEncoderTests
{
    private static readonly FrameNumbers Numbers = new(
        7, RaceState.Running, 250, new AttemptCounts(1, 2, 3, 4, 5, 6), 8, 9, new ChartPoint(1234, 100.5f, 1.5f, 2.5f, float.NaN, 11, 21));

    [Fact]
    public void Delta_AnyNumbers_FollowsTheDocumentedLayout()
    {
        var bytes = FrameEncoder.Delta(Numbers, [0, 254, 255]);

        Assert.Equal(68 + 3, bytes.Length);
        Assert.Equal(0, bytes[0]);
        Assert.Equal((byte)RaceState.Running, bytes[1]);
        Assert.Equal(3, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2)));
        Assert.Equal([7, 1234, 250, 1, 2, 3, 4, 5, 6, 8, 9, 11], Enumerable.Range(0, 12).Select(i => UInt(bytes, 4 + (i * 4))));
        Assert.Equal([100.5f, 1.5f, 2.5f], Enumerable.Range(0, 3).Select(i => Float(bytes, 52 + (i * 4))));
        Assert.True(float.IsNaN(Float(bytes, 64)));
        Assert.Equal([0, 254, 255], bytes[68..]);
    }

    [Fact]
    public void Snapshot_TwoPoints_AppendsThem()
    {
        var bytes = FrameEncoder.Snapshot(Numbers, [1], [Numbers.Point, Numbers.Point with { ElapsedMs = 2000, Attempts = 99 }]);

        Assert.Equal(1, bytes[0]);
        Assert.Equal(2u, UInt(bytes, 69));
        Assert.Equal(1234u, UInt(bytes, 73));
        Assert.Equal(2000u, UInt(bytes, 73 + 28));
        Assert.Equal(99u, UInt(bytes, 73 + 28 + 24));
        Assert.Equal(73 + 56, bytes.Length);
    }

    private static uint UInt(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static float Float(byte[] bytes, int at) => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at));
}
