using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Circuits;
using RaceLab.Engine.Races;

namespace RaceLab.Hosting.Tests;

/// <summary>The benchmarks' viewers: they speak what the page's server speaks, and what they measure is worked out rightly.</summary>
public sealed class CircuitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(new byte[] { 0x05 }, 5L)]
    [InlineData(new byte[] { 0xff }, -1L)]
    [InlineData(new byte[] { 0xcd, 0x03, 0xe8 }, 1000L)]
    [InlineData(new byte[] { 0xd1, 0xfc, 0x18 }, -1000L)]
    [InlineData(new byte[] { 0xd2, 0x80, 0, 0, 0 }, (long)int.MinValue)]
    [InlineData(new byte[] { 0xcf, 0, 0, 0, 1, 0, 0, 0, 0 }, 1L << 32)]
    [InlineData(new byte[] { 0xa2, 0xc3, 0xa9 }, "é")]
    [InlineData(new byte[] { 0xd9, 0x01, 0x61 }, "a")]
    [InlineData(new byte[] { 0xc0 }, null)]
    [InlineData(new byte[] { 0xc3 }, true)]
    public void Read_BytesOfTheSpecification_AreTheValue(byte[] bytes, object? expected)
    {
        ReadOnlySpan<byte> rest = bytes;
        Assert.Equal(expected, PackedValue.Read(ref rest));
        Assert.Equal(0, rest.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(300)]
    [InlineData(70_000)]
    public void Read_WhatWasWritten_IsTheSame(int length)
    {
        object?[] value = [new string('x', length), new byte[length], Enumerable.Repeat((object?)7L, length).ToArray(), -40L, long.MaxValue, false, null];
        var bytes = new List<byte>();
        PackedValue.Write(bytes, value);
        ReadOnlySpan<byte> rest = bytes.ToArray();
        Assert.Equal(value, PackedValue.Read(ref rest));
        Assert.Equal(0, rest.Length);
    }

    [Fact]
    public void Read_BytesThatEndTooEarly_AreRefused()
    {
        Assert.Throws<FormatException>(() => ReadAll([0xda, 0x01, 0x00, 0x61]));
        Assert.Throws<FormatException>(() => ReadAll([0xdd, 0xff, 0xff, 0xff, 0xff]));
        Assert.Throws<FormatException>(() => ReadAll([0xc1]));
    }

    [Fact]
    public void TryTake_MessagesInPieces_WaitsForTheWholeOne()
    {
        var call = HubMessage.Call("7", "Say", new string('x', 200), 3L).ToBytes();
        byte[] both = [.. call, .. HubMessage.Ping.ToBytes()];
        ReadOnlySpan<byte> part = both.AsSpan(0, call.Length - 1);
        Assert.Null(HubMessage.TryTake(ref part));

        ReadOnlySpan<byte> all = both;
        var first = HubMessage.TryTake(ref all)!;
        Assert.Equal((HubMessageKind.Invocation, "7", "Say"), (first.Kind, first.CallId, first.Target));
        Assert.Equal([new string('x', 200), 3L], first.Arguments);
        Assert.Equal(HubMessageKind.Ping, HubMessage.TryTake(ref all)!.Kind);
        Assert.Null(HubMessage.TryTake(ref all));
    }

    [Fact]
    public void Compare_MeasuredInTurn_TakesEachPairInItsOrder()
    {
        Assert.Equal([false, true, true, false, false, true], Turns.Of(3));
        var ratios = Turns.Compare([10, 9, 8, 10, 20, 10], (none, some) => some / none);
        Assert.Equal([0.9, 0.8, 0.5], ratios.Values);
        Assert.Equal((0.8, 0.5, 0.9, 0.75), (ratios.Median, ratios.Low, ratios.High, ratios.Coverage));
    }

    [Fact(Timeout = 120_000)]
    public async Task RaceViewer_OnTheRealPage_StartsARaceAndOthersAreGivenItsFrames()
    {
        await using var cluster = await Places.StartClusterAsync(Cancellation);
        await using var lab = await Places.StartLabAsync(cluster, Cancellation);
        var page = new Uri(new Uri(lab.App.Urls.First()), "/?scenario=sign-up&strategy=check-then-insert&workers=4&keys=100&duration=60s&pause=5ms");
        await using var learner = await RaceViewer.OpenAsync(page, Cancellation);
        var race = await learner.RunAsync(Cancellation);
        await using var other = await RaceViewer.OpenAsync(race, Cancellation);

        var first = await other.UntilFrameAsync(f => f.State == RaceState.Running, "it has a frame", Cancellation);
        await other.UntilFrameAsync(f => f.Number > first.Number + 3 && f.Attempts > first.Attempts, "the race goes on", Cancellation);
        Assert.True(other.Circuit.BytesReceived > 0 && other.Circuit.Renders > 0);

        other.Circuit.Fall(Silence.NeverAcknowledges);
        await learner.StopAsync(Cancellation);
        await using var late = await RaceViewer.OpenAsync(race, Cancellation);
        var last = await late.UntilFrameAsync(f => f.State >= RaceState.Counting && f.Chart.Count > 0, "it has the last frame, charts included", Cancellation);
        Assert.Equal(last.Attempts, last.Chart[^1].Attempts);
        Assert.InRange(last.Attempts, 1, 4 * 60_000 / 5);
        Assert.Null(other.Circuit.Failure);
    }

    private static object? ReadAll(byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        return PackedValue.Read(ref rest);
    }
}
