using Bunit;
using RaceLab.Engine.Races;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class RaceTrackTests : LabContext
{
    private static readonly LaneSegment[] _lanes =
    [
        new(0, 0, 100, 340, LaneMark.None),
        new(0, 2, 340, 2340, LaneMark.Duplicate) { Wait = LaneWait.Sampled },
        new(1, 0, 120, 400, LaneMark.Found),
    ];

    [Fact(Timeout = 30_000)]
    public async Task Look_AtATime_AnswersItsStepsAndShowsThemInTheTable()
    {
        var track = Show();
        var bytes = await track.InvokeAsync(() => track.Instance.Look(0, 350));

        var (segments, from, to) = TrackEncoder.Decode(bytes);
        Assert.Equal(_lanes, segments);
        Assert.Equal((0, 350), (from, to));
        Assert.Equal(
            ["1|check|0.100 ms|0.340 ms||", "1|insert|0.340 ms|2.340 ms|sampled|created: a duplicate", "2|check|0.120 ms|0.400 ms||found or updated"],
            track.FindAll("tbody tr").Select(Cells));
        Assert.Contains("0.000 ms to 0.350 ms of 2.340 ms are drawn.", track.Find(".said").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_AStep_SaysWhatItWas()
    {
        var track = Show();
        await track.InvokeAsync(() => track.Instance.Look(0, 5000));
        await track.InvokeAsync(() => track.Instance.Choose(0, 340, 2));
        Assert.Contains(
            "Worker 1, insert: 0.340 ms to 2.340 ms, 2.00 ms. It was seen waiting for a lock. Here the attempt ended: created: a duplicate.", track.Find(".said").TextContent);
        await track.InvokeAsync(() => track.Instance.Choose(7, 1, 1));
        Assert.DoesNotContain("Worker 1", track.Find(".said").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Duplicates_GoRound()
    {
        var track = Show();
        var next = track.Find("[aria-label='Next duplicate']");
        await next.ClickAsync(new());
        Assert.Contains("Duplicate 1 of 1", track.Markup);
        await track.Find("[aria-label='Next duplicate']").ClickAsync(new());
        var calls = Track.Invocations["goTo"];
        Assert.Equal(2, calls.Count);
        Assert.Equal([1463, 2341], calls[0].Arguments);
        Assert.Empty(track.FindAll("[aria-label='Next rejection']"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Number_OfAPlace_LeadsThereAndOneThatIsNoneIsRefused()
    {
        LaneSegment[] many = [.. Enumerable.Range(1, 5).Select(n => new LaneSegment(0, 2, 1000 * n, (1000 * n) + 500, LaneMark.Duplicate))];
        var track = Render<RaceTrack>(p => p.Add(t => t.Lanes, many).Add(t => t.Listing, Listing.Of(TestContent.CheckThenInsert.Program)));
        await track.Find("[aria-label='Go to duplicate number']").ChangeAsync(new Microsoft.AspNetCore.Components.ChangeEventArgs { Value = "4" });
        Assert.Contains("Duplicate 4 of 5", track.Markup);
        var (from, to) = TrackSource.Of(null, many).Around(4500);
        Assert.Equal([from, to], Assert.Single(Track.Invocations["goTo"]).Arguments);

        await track.Find("[aria-label='Go to duplicate number']").ChangeAsync(new Microsoft.AspNetCore.Components.ChangeEventArgs { Value = "6" });
        Assert.Equal("One can go to duplicate 1 to 5.", track.Find("[role=alert]").TextContent);
        Assert.Contains("Duplicate 4 of 5", track.Markup);
        Assert.Single(Track.Invocations["goTo"]);
    }

    [Theory]
    [InlineData("1", 10, null)]
    [InlineData("1,000", null, "One can go to rejection 1 to 3.")]
    [InlineData("-1", null, "One can go to rejection 1 to 3.")]
    [InlineData("", null, "One can go to rejection 1 to 3.")]
    public void GoTo_WhatWasTyped_IsAPlaceOrSaysWhy(string typed, int? expected, string? problem)
    {
        var tour = new PlaceTour("rejection", [10, 20, 30], 4000);
        Assert.Equal(expected, tour.GoTo(typed));
        Assert.Equal(problem, tour.Problem);
    }

    [Fact]
    public void Step_MoreInAllThanOneCanGoTo_SaysOfHowMany()
    {
        var tour = new PlaceTour("rejection", [10, 20, 30], 4000);
        Assert.Equal(30, tour.Step(-1));
        Assert.Equal("Rejection 3 of the first 3 of 4,000", tour.Text);
        Assert.Equal(10, tour.Step(1));
        Assert.Null(new PlaceTour("duplicate", [], 0).Step(1));
    }

    [Fact(Timeout = 30_000)]
    public async Task Buttons_MoveTheView()
    {
        var track = Show();
        await track.Find("[aria-label='Zoom in']").ClickAsync(new());
        await track.Find("[aria-label=Later]").ClickAsync(new());
        Assert.Equal([0.5], Assert.Single(Track.Invocations["zoom"]).Arguments);
        Assert.Equal([0.5], Assert.Single(Track.Invocations["pan"]).Arguments);
    }

    private IRenderedComponent<RaceTrack> Show() => Render<RaceTrack>(p => p
        .Add(t => t.Lanes, _lanes)
        .Add(t => t.Listing, Listing.Of(TestContent.CheckThenInsert.Program)));

    private static string Cells(AngleSharp.Dom.IElement row) => string.Join('|', row.Children.Select(c => c.TextContent.Trim()));
}
