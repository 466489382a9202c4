using Bunit;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sweeps;
using RaceLab.Web.Components.Sweeps;
using RaceLab.Web.Races;
using RaceLab.Web.Sweeps;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

/// <summary>What a sweep shows and says, of races counted by hand.</summary>
public sealed class SweepTests : LabContext
{
    private static readonly SweepPlan Plan = (SweepChoices.Default with { Invariant = "duplicates", Pauses = "0,5,20", Workers = "2,8", Keys = "100", Rounds = "2", Spread = "20" }).Read(null).Plan!;

    private static SweepMap Flawed => Map(Promise.Some, Race(2, 0, 1), Race(2, 0, 0), Race(2, 20, 96), Race(2, 20, 98), Race(8, 0, 40), Race(1, 20, 0, 10), Race(1, 0, 0, 1), Race(1, 0, 0, 1, 2));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0004, "< 0.1 %")]
    [InlineData(0.0188, "1.9 %")]
    [InlineData(0.4567, "46 %")]
    [InlineData(0.9961, "99.6 %")]
    [InlineData(0.9999, "> 99.9 %")]
    [InlineData(1, "100 %")]
    public void Percent_AnyShare_IsNeverRoundedToCertainty(double share, string words) => Assert.Equal(words, SweepWords.Percent(share));

    [Fact]
    public void HeatMap_SomeCellsMeasured_ShowsShareIntervalModelAndWhatIsMissing()
    {
        var map = Render<HeatMap>(p => p.Add(m => m.Picture, SweepPicture.Of(Flawed, null)));
        Assert.Equal(["Workers", "no pause", "5 ms", "20 ms"], map.FindAll("thead th").Select(h => h.TextContent));
        var cells = map.FindAll("tbody td");
        Assert.Equal("0.5 %", cells[0].QuerySelector(".share")!.TextContent);
        Assert.Equal("< 0.1 to 2.8 %", cells[0].QuerySelector(".interval")!.TextContent);
        Assert.Equal("1 of 200 keys", cells[0].GetAttribute("title"));
        Assert.Equal("model: 9.8 % ≠, outside of the interval", cells[0].QuerySelector(".model")!.TextContent);
        Assert.Equal("–not yet", cells[1].QuerySelector(".share")!.TextContent);
        Assert.Null(cells[1].QuerySelector(".model"));
        Assert.Contains("--heat: 97%", cells[2].GetAttribute("style"), StringComparison.Ordinal);
        Assert.Contains("model: 75 %", cells[2].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_FlawedStrategy_SaysBothEndsWithTheirIntervals()
    {
        var verdict = SweepWords.Verdict(Flawed, "One row per email");
        Assert.Equal((VerdictMood.Shown, "A matter of milliseconds: 0.5 % with no pause, 97 % with 20 ms"), (verdict.Mood, verdict.Headline));
        Assert.Equal(
            "With 2 workers and no pause, 1 of 200 keys broke “One row per email” (0.5 %; 95 % interval < 0.1 to 2.8 %); with 20 ms, 194 of 200 keys (97 %; 93.6 to 98.6 %).",
            verdict.Sentences[0]);
        Assert.Equal("With 8 workers and no pause, 40 of 100 keys broke “One row per email” (40 %; 95 % interval 31 to 50 %).", verdict.Sentences[1]);
        Assert.Contains(SweepWords.Model(Flawed), s => s.Contains("furthest off with 2 workers and 20 ms: it predicts 75 %, and 97 % were measured", StringComparison.Ordinal));
    }

    [Fact]
    public void Verdict_OtherEnds_AreToldApart()
    {
        Assert.Equal(VerdictMood.Kept, SweepWords.Verdict(Map(Promise.None, Race(2, 0, 0)), "it").Mood);
        Assert.Contains("0 of 100 keys (95 % interval 0 to 3.7 %)", SweepWords.Verdict(Map(Promise.None, Race(2, 0, 0)), "it").Sentences[^1], StringComparison.Ordinal);
        Assert.Equal(VerdictMood.Broken, SweepWords.Verdict(Map(Promise.None, Race(2, 0, 1)), "it").Mood);
        Assert.Equal(VerdictMood.NotShown, SweepWords.Verdict(Map(Promise.Some, Race(2, 0, 0)), "it").Mood);
        Assert.Equal(VerdictMood.None, SweepWords.Verdict(Map(Promise.Some), "it").Mood);
        Assert.Equal("It breaks even without a race", SweepWords.Verdict(Map(Promise.Some, Race(2, 0, 100), Race(1, 0, 100, 1)), "it").Headline);
        Assert.Equal("It breaks, and the pause makes no difference that can be told from chance", SweepWords.Verdict(Map(Promise.Some, Race(2, 0, 50), Race(2, 20, 55)), "it").Headline);
    }

    [Fact]
    public void Chart_EachNumberOfWorkers_HasItsPointsInOrderAndItsWords()
    {
        var lines = SweepLine.Of(Flawed);
        Assert.Equal([2, 8], lines.Select(l => l.Workers));
        Assert.True(lines[0].Points[0].X < lines[0].Points[1].X && lines[0].Points[1].Y < lines[0].Points[0].Y);
        Assert.Equal("2 workers. no pause: 0.5 %, < 0.1 to 2.8 %; 20 ms: 97 %, 93.6 to 98.6 %.", lines[0].Words);
        Assert.All(lines[0].Points, p => Assert.InRange(p.High, SweepLine.Top, p.Y));
        Assert.Equal("0 %50 %100 %0520", Render<SweepChart>(p => p.Add(c => c.Lines, lines)).Find("svg").QuerySelectorAll("text").Aggregate("", (all, t) => all + t.TextContent));
    }

    [Fact]
    public void Link_EveryChoice_ComesBack()
    {
        var link = SweepLink.Parse("?scenario=sign-up&strategy=upsert&pauses=0,3&workers=5&spread=7&keys=9&rounds=4&seed=-2&invariant=told%20failed");
        Assert.Empty(link.Refusals);
        Assert.Equal(("0,3", "5", "7", "9", "4", "-2", "told failed"),
            (link.Choices.Pauses, link.Choices.Workers, link.Choices.Spread, link.Choices.Keys, link.Choices.Rounds, link.Choices.Seed, link.Choices.Invariant));
        Assert.Equal(link.ToString(), SweepLink.Parse(link.ToString()["/sweep".Length..]).ToString());
    }

    [Fact]
    public void Link_WhatNobodyUnderstands_IsNamed() => Assert.Equal(
        ["The link says “colour”, which this page does not know; it was left out.", "The link says “keys” twice; the first counts."],
        SweepLink.Parse("?colour=red&keys=3&keys=4").Refusals);

    private static SweepMap Map(Promise promise, params RaceResult[] races) => SweepMap.Of(Plan, promise, races);

    private static RaceResult Race(int workers, int pauseMs, long violations, double loneMs = 1, int visits = 1) => TestResults.Flawed(new Workload
    {
        Workers = workers,
        Keys = 100,
        Attempts = 100 * visits,
        Duration = null,
        PauseLow = TimeSpan.FromMilliseconds(pauseMs),
        PauseHigh = TimeSpan.FromMilliseconds(pauseMs),
    }) with
    {
        Attempts = new AttemptCounts(100, 0, 0, 0, 0, 0),
        Latency = new(100, loneMs, loneMs, loneMs, loneMs),
        Invariants = [TestResults.Duplicates(Promise.Some, Verdict.Kept, violations, violations, null)],
    };
}
