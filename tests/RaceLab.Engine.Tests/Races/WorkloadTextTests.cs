using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public sealed class WorkloadTextTests
{
    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("500ms", 500)]
    [InlineData("1m", 60_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("0.25ms", 0.25)]
    [InlineData(" 2 s ", 2000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void TryParseDuration_Duration_IsRead(string text, double expectedMs)
    {
        Assert.True(WorkloadText.TryParseDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 h")]
    [InlineData("5S")]
    [InlineData("1e3ms")]
    [InlineData("NaNs")]
    [InlineData("1,5s")]
    [InlineData("0x5s")]
    [InlineData("5s5s")]
    [InlineData("99999999999999999999999999999999s")]
    public void TryParseDuration_SomethingElse_IsRefused(string? text) => Assert.False(WorkloadText.TryParseDuration(text, out _));

    [Theory]
    [InlineData("5ms", 5, 5)]
    [InlineData("0-5ms", 0, 5)]
    [InlineData("2-5ms", 2, 5)]
    [InlineData("500ms-1s", 500, 1000)]
    [InlineData("0", 0, 0)]
    [InlineData("5ms-1ms", 5, 1)]
    public void TryParsePause_Pause_IsRead(string text, double lowMs, double highMs)
    {
        Assert.True(WorkloadText.TryParsePause(text, out var low, out var high));
        Assert.Equal((TimeSpan.FromMilliseconds(lowMs), TimeSpan.FromMilliseconds(highMs)), (low, high));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5ms")]
    [InlineData("0-")]
    [InlineData("1-2-3ms")]
    [InlineData("a-5ms")]
    public void TryParsePause_SomethingElse_IsRefused(string? text) => Assert.False(WorkloadText.TryParsePause(text, out _, out _));

    [Theory]
    [InlineData("5ms")]
    [InlineData("0-5ms")]
    [InlineData("1ms-5ms")]
    [InlineData("0ms")]
    [InlineData("0.25ms")]
    [InlineData("500ms-1s")]
    public void FormatPause_WhatWasRead_WritesTheSame(string text)
    {
        Assert.True(WorkloadText.TryParsePause(text, out var low, out var high));
        Assert.Equal(text, WorkloadText.FormatPause(low, high));
    }

    [Theory]
    [InlineData(5000, "5s")]
    [InlineData(60_000, "1m")]
    [InlineData(90_000, "90s")]
    [InlineData(1500, "1500ms")]
    [InlineData(0, "0ms")]
    public void FormatDuration_Duration_TakesTheLargestWholeUnit(double ms, string expected) =>
        Assert.Equal(expected, WorkloadText.FormatDuration(TimeSpan.FromMilliseconds(ms)));

    [Fact]
    public void FormatDistribution_EveryDistribution_IsReadAgain()
    {
        Assert.Equal(["in-turn", "uniform", "hot-key"], WorkloadText.DistributionNames);
        foreach (var distribution in Enum.GetValues<KeyDistribution>())
        {
            Assert.True(WorkloadText.TryParseDistribution(WorkloadText.FormatDistribution(distribution), out var read));
            Assert.Equal(distribution, read);
        }

        Assert.False(WorkloadText.TryParseDistribution("Uniform", out _));
    }
}
