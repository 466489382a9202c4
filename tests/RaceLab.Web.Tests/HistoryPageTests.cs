using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Components;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.History;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Tests;

public sealed class HistoryPageTests : LabContext
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public HistoryPageTests()
    {
        Services.AddSingleton<IHistory>(Archive);
        Services.AddSingleton(new StudyRegistry(Runner, Archive, TimeProvider.System, NullLogger<StudyRegistry>.Instance));
        Services.AddSingleton<StudyFinder>();
    }

    [Fact(Timeout = 30_000)]
    public async Task List_OfOnesOwn_HasEachRaceWithItsNumbersAndItsLink()
    {
        await KeepAsync("first", TestResults.Flawed(), Noon);
        await KeepAsync("second", TestResults.Sound(), Noon.AddMinutes(1));
        await Archive.SaveAsync(new ArchivedRace("other", SomebodyElse, Noon, TestResults.Flawed()), Token);

        var page = ShowHistory();

        Assert.Equal(["/races/second", "/races/first"], page.FindAll("tbody th a").Select(a => a.GetAttribute("href")));
        var row = page.Find("tr[data-id=first]");
        Assert.Equal("Check, then insert", row.QuerySelector("th a")!.TextContent);
        Assert.Equal("flaw shown", row.QuerySelector("[data-name=verdict]")!.TextContent.Trim());
        Assert.NotNull(row.QuerySelector("[data-name=verdict] svg.shown"));
        Assert.Equal(["31 duplicates", "4,210", "840 per second", "11.2 ms", "22.4 ms", "2026-11-21 12:00:00 UTC"],
            row.QuerySelectorAll("td[data-name]").Skip(1).Select(c => c.TextContent.Trim()));
        Assert.Contains("20 workers, 1,000 keys in turn", row.TextContent);
        Assert.Contains("2 shown: all of yours.", page.Markup);
        Assert.Contains("newest 10,000 entries of all learners, for 90 days and up to 1,000 MB", page.Markup);
    }

    [Fact(Timeout = 30_000)]
    public async Task Delete_AskedTwice_DeletesThatOneAndSaysSo()
    {
        await KeepAsync("first", TestResults.Flawed(), Noon);
        await KeepAsync("second", TestResults.Sound(), Noon.AddMinutes(1));
        var page = ShowHistory();

        await page.Find("tr[data-id=first] .delete button").ClickAsync(new());
        Assert.Equal(["Delete for good", "Keep"], page.FindAll("tr[data-id=first] .delete button").Select(b => b.TextContent));
        await page.FindAll("tr[data-id=first] .delete button")[1].ClickAsync(new());
        await page.Find("tr[data-id=first] .delete button").ClickAsync(new());
        Assert.NotNull(await Archive.FindAsync("first", Token));
        await page.Find("tr[data-id=first] .delete button").ClickAsync(new());

        Assert.Null(await Archive.FindAsync("first", Token));
        Assert.NotNull(await Archive.FindAsync("second", Token));
        Assert.Empty(page.FindAll("tr[data-id=first]"));
        Assert.StartsWith("Deleted: Check, then insert", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finder_AfterDeleting_ForgetsWhatItHadFetched()
    {
        await KeepAsync("first", TestResults.Flawed(), Noon);
        var finder = Services.GetRequiredService<RaceFinder>();
        Assert.NotNull(await finder.FindAsync("first", Token));
        Assert.False(await finder.DeleteAsync("first", SomebodyElse, Token));
        Assert.NotNull(await finder.FindAsync("first", Token));
        Assert.True(await finder.DeleteAsync("first", Me, Token));
        Assert.Null(await finder.FindAsync("first", Token));
    }

    [Fact(Timeout = 30_000)]
    public async Task TwoChosen_LinkToTheirOverlayAndNoThirdCanBeChosen()
    {
        foreach (var (id, minute) in (IEnumerable<(string, int)>)[("a", 0), ("b", 1), ("c", 2)]) await KeepAsync(id, TestResults.Flawed(), Noon.AddMinutes(minute));
        var page = ShowHistory();
        Assert.Empty(page.FindAll(".overlay-bar a"));

        page.Find("tr[data-id=a] input").Change(true);
        page.Find("tr[data-id=c] input").Change(true);

        Assert.Equal("/history/overlay?a=a&b=c", page.Find(".overlay-bar a").GetAttribute("href"));
        Assert.True(page.Find("tr[data-id=b] input").HasAttribute("disabled"));
        page.Find("tr[data-id=a] input").Change(false);
        Assert.False(page.Find("tr[data-id=b] input").HasAttribute("disabled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task ArchiveAway_SaysSoAndTheNextTryWorks()
    {
        await KeepAsync("first", TestResults.Flawed(), Noon);
        Archive.Fault = new ArchiveUnavailableException("The state server is away.", new TimeoutException());
        var page = ShowHistory();
        Assert.Contains("The state server is away.", page.Find("[role=alert]").TextContent);
        Archive.Fault = null;
        await page.Find("[role=alert] button").ClickAsync(new());
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Single(page.FindAll("tbody tr"));
    }

    [Fact(Timeout = 30_000)]
    public void Address_WithWordsVerdictAndDays_IsWhatIsAsked()
    {
        var page = ShowHistory("/history?q=Stampede%20zebra&verdict=not-shown&from=2026-11-01&to=2026-11-21&before=5~x&colour=red");
        var asked = Archive.Asked!;
        Assert.Equal(["Stampede", "zebra"], asked.Words.Select(w => w.Text));
        Assert.Contains("sign-up/upsert", asked.Words[0].Titled);
        Assert.Empty(asked.Words[1].Titled);
        Assert.Equal((Me, HistoryVerdict.NotShown), (asked.Owner, asked.Verdict));
        Assert.Equal((new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero)), (asked.From, asked.Until));
        Assert.Equal("5~x", asked.After!.ToString());
        Assert.Contains("colour=red", page.Markup);
    }

    [Fact(Timeout = 30_000)]
    public void Search_Submitted_GoesToItsAddress()
    {
        var page = ShowHistory();
        page.Find("#history-words").Change(" 23505 ");
        page.Find("#history-verdict").Change("shown");
        page.Find("form").Submit();
        Assert.EndsWith("/history?q=23505&verdict=shown", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal((HistoryVerdict.Shown, "23505"), (Archive.Asked!.Verdict, Archive.Asked.Words.Single().Text));
    }

    [Fact]
    public void Overlay_OfTwoRaces_HasTheirDifferences()
    {
        var a = TestResults.Flawed();
        var overlay = Overlay.Of(a, TestResults.Sound() with { AttemptsPerSecond = 1679.2, Latency = a.Latency with { P99Ms = 11.2 } });
        var rows = overlay.Rows.ToDictionary(r => r.Name);
        Assert.Equal(new OverlayRow("duplicates", "31", "0", "−31 (−100 %)"), rows["duplicates"]);
        Assert.Equal(new OverlayRow("attempts", "4,210", "4,210", "the same"), rows["attempts"]);
        Assert.Equal(new OverlayRow("updated", "0", "3,710", "+3,710"), rows["updated"]);
        Assert.Equal(new OverlayRow("throughput", "840 per second", "1,679 per second", "+840 per second (+100 %)"), rows["throughput"]);
        Assert.Equal(new OverlayRow("p99", "22.4 ms", "11.2 ms", "−11.2 ms (−50 %)"), rows["p99"]);
        Assert.Equal("They differ in the strategy; whatever else can be chosen was the same.", overlay.Conditions);
        Assert.Contains("the number of workers and the pause", Overlay.Of(a, a with { Workload = new Workload { Workers = 3 } }).Conditions);
    }

    [Fact]
    public void Chart_OfTwoLines_SharesItsAxesAndLeavesOutWhatWasNotMeasured()
    {
        var chart = LineChart.Of("Rate", v => $"{v}/s", true,
            [("A", "first", [(0, 0), (500, double.NaN), (1000, 10)]), ("B", "second", [(0, 20), (2000, 20)])]);
        Assert.Equal("M58 164L252 86", chart.Lines[0].Path);
        Assert.Equal("M58 8L446 8", chart.Lines[1].Path);
        Assert.Equal(["0/s", "5/s", "10/s", "15/s", "20/s"], chart.YTicks.Select(t => t.Text));
        Assert.Equal(["0 ms", "500 ms", "1 s", "1.5 s", "2 s"], chart.XTicks.Select(t => t.Text));
        Assert.Contains("A: 0/s to 10/s, in the end 10/s.", chart.Description);
        Assert.Empty(LineChart.Of("Nothing", v => "", true, [("A", "first", [(0, double.NaN)])]).Lines);
    }

    [Fact]
    public void Moments_OfTwoRaces_ShowEachAsItWasLastSeenAndNothingAfterItsEnd()
    {
        var facts = new FrameFacts { State = RaceState.Over };
        var first = TestFrames.Snapshot(facts, [new ChartPoint(100, 10, 1, 1, 1, 1, 1), new ChartPoint(1000, 20, 2, 2, 2, 2, 2)]);
        var second = TestFrames.Snapshot(facts, [new ChartPoint(100, 30, 3, 3, 3, null, 3), new ChartPoint(2000, 40, float.NaN, 4, 4, null, 4)]);
        var moments = RaceCharts.MomentsOf(first, second);
        Assert.Equal(RaceCharts.Moments, moments.Count);
        Assert.Equal((100, 10f, 30f), (moments[0].ElapsedMs, moments[0].A!.Value.AttemptsPerSecond, moments[0].B!.Value.AttemptsPerSecond));
        Assert.Equal((1000, 20f, 30f), (moments[9].ElapsedMs, moments[9].A!.Value.AttemptsPerSecond, moments[9].B!.Value.AttemptsPerSecond));
        Assert.Null(moments[10].A);
        Assert.Equal(("40", "–", "–"), (OverlayMoment.Rate(moments[19].B), OverlayMoment.Latency(moments[19].B?.P50Ms), OverlayMoment.Count(moments[19].B?.Duplicates)));
    }

    [Fact(Timeout = 30_000)]
    public async Task OverlayPage_OneRaceIsGone_SaysWhich()
    {
        await KeepAsync("there", TestResults.Flawed(), Noon);
        Navigation.NavigateTo("/history/overlay?a=there&b=gone");
        var page = Render<OverlayPage>();
        Assert.Contains("the second one was deleted", page.Find("[role=alert]").TextContent);
        Navigation.NavigateTo("/history/overlay?a=there&b=there");
        Assert.Equal(4, Render<OverlayPage>().FindAll(".charts svg").Count);
    }

    private Task KeepAsync(string id, RaceResult result, DateTimeOffset at) => Archive.SaveAsync(new ArchivedRace(id, Me, at, result), Token);

    private IRenderedComponent<CascadingValue<OwnerToken>> ShowHistory(string address = "/history")
    {
        Navigation.NavigateTo(address);
        return Render<CascadingValue<OwnerToken>>(p => p.Add(c => c.Value, new OwnerToken(Me)).AddChildContent<HistoryPage>());
    }
}
