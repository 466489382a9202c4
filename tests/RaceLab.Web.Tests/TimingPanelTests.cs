using Bunit;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class TimingPanelTests : LabContext
{
    private static readonly ClientPauses _steady = new(4.2, 3, 0, 0, [], 500, 2, new LatencySummary(480, 0.05, 0.2, 1.5, 3));

    [Fact(Timeout = 30_000)]
    public void Rows_AreAttemptsThenSteps_OnOneAxisWithATableBehind()
    {
        var panel = Show(Timing());
        Assert.Equal(
            ["a whole attempt created 531 times", "check done 4,210 times", "insert done 531 times", "insert rejected 23505 90 times"],
            panel.FindAll(".row:not(.axis) .what").Select(w => string.Join(' ', w.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal(["10 us", "100 us", "1 ms", "10 ms"], panel.FindAll(".axis span").Select(m => m.TextContent));

        // 100 us is a third of the way from 10 us to 10 ms, and so is its first bin of the twenty there.
        Assert.Equal("33.333", panel.FindAll(".row.answered rect")[0].GetAttribute("x"));
        Assert.Equal("1.667", panel.FindAll(".row.answered rect")[0].GetAttribute("width"));
        Assert.Equal("left: 66.667%", panel.Find(".row.whole i.p50").GetAttribute("style"));
        Assert.Equal("insert|rejected 23505|90|0.25 ms|0.40 ms|0.90 ms|1.20 ms", string.Join('|', panel.FindAll("tbody tr")[3].Children.Select(c => c.TextContent)));
    }

    [Fact(Timeout = 30_000)]
    public void Figures_SayHowTheyWereComeBy()
    {
        var autopsy = Looked(new LockWaitTime(31, 1612.4, 12, 64.2));
        var figures = TimingWords.FiguresOf(TestResults.Flawed() with { Timing = Timing() with { Exceptions = new ExceptionCost(90, 0.31, 0.026, 2.4) }, Autopsy = autopsy }).ToDictionary(f => f.Name);

        Assert.Equal("2", figures["round trips per attempt"].Value);
        Assert.Equal("about 1.6 s", figures["time in lock waits"].Value);
        Assert.Contains("96 looks at the lock tables, one every 52.0 ms, saw 31 waiting statements", figures["time in lock waits"].Remark, StringComparison.Ordinal);
        Assert.Contains("Inferred: 12 statements took 64 ms longer", figures["time in lock waits"].Remark, StringComparison.Ordinal);
        Assert.Equal("26 us", figures["cost of a rejection in .NET"].Value);
        Assert.Contains("answer was read after 0.31 ms", figures["cost of a rejection in .NET"].Remark, StringComparison.Ordinal);

        var unseen = TimingWords.FiguresOf(TestResults.Flawed() with { Timing = Timing(), Autopsy = Looked(new LockWaitTime(0, 0, 0, 0)) });
        Assert.Equal("none seen", unseen[1].Value);
        Assert.Equal("unknown", TimingWords.FiguresOf(TestResults.Flawed() with { Timing = Timing(), Autopsy = Looked(LockWaitTime.None) })[1].Value);
        Assert.DoesNotContain(unseen, f => f.Name.Contains(".NET", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public void Figures_OfARaceByTime_SayHowEvenlyAndHowNearlyAtOnceWorkersBegan()
    {
        var race = TestResults.Flawed() with { Timing = Timing() with { FirstStatements = new FirstStatements(0.25, 3.5) } };
        var timed = race with { Workload = race.Workload with { Attempts = null, Duration = TimeSpan.FromSeconds(8) } };
        var figures = TimingWords.FiguresOf(timed with { PerWorker = new WorkerSpread(200, 300) });
        Assert.Equal(["1.5", "3.25 ms"], figures.TakeLast(2).Select(f => f.Value));
        Assert.StartsWith("They made 300 and 200.", figures[^2].Remark, StringComparison.Ordinal);
        Assert.Equal("The first worker sent its first statement 0.25 ms after the start barrier had opened, the last one 3.50 ms after it.", figures[^1].Remark);

        Assert.Contains(TimingWords.FiguresOf(timed with { PerWorker = new WorkerSpread(0, 300) }), f => f is { Name: "attempts of the least busy worker", Value: "none" });
        var given = TimingWords.FiguresOf(race with { Timing = Timing(), Workload = race.Workload with { Attempts = 10, Duration = null } });
        Assert.DoesNotContain(given, f => f.Name.Contains("busiest", StringComparison.Ordinal) || f.Name.Contains("first worker", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public void ClosedLoop_HasThisRacesOwnNumbers()
    {
        // Twenty workers, 20 ms each: a thousand attempts per second.
        var words = string.Join(' ', TimingWords.ClosedLoop(TestResults.Flawed() with { Timing = Timing() with { MeanMs = 20 } }));
        Assert.Contains("20 workers ÷ 20.0 ms (the mean) = 1,000 per second while all of them race; counted over the whole race it was 840 per second.", words, StringComparison.Ordinal);
        Assert.Contains("coordinated omission", words, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public void Notices_NameTheNeighboursAndThePauses()
    {
        var neighbours = new Neighbours(3, [new Neighbour("sign-up", "check-then-insert", 20, 4200), new Neighbour("gone", "away", 1, 12)]);
        var pauses = _steady with { StalledMs = 57.5, InAll = 2, Longest = [new ClientPause(0, 40_000, PauseCause.GarbageCollection), new ClientPause(90_000, 107_500, PauseCause.ThreadPool)] };
        var notices = TimingWords.Notices(Timing() with { Neighbours = neighbours, Pauses = pauses }, (scenario, strategy) => scenario == "sign-up" ? "Check, then insert" : null);

        Assert.Equal(
            "Three other races ran at the same time: “Check, then insert” with 20 workers for 4,200 ms, “gone / away” with 1 worker for 12.0 ms and 1 more. Their load is in these times.", notices[0]);
        Assert.StartsWith("The lab itself paused twice, 57.5 ms in all: garbage collection, once; no thread in the pool, once.", notices[1], StringComparison.Ordinal);
        Assert.Equal(2, notices.Count);
        Assert.StartsWith("Processors were short: 60 of 500 heartbeats", Assert.Single(TimingWords.Notices(Timing() with { Pauses = _steady with { LateBeats = 60 } }, (_, _) => null)), StringComparison.Ordinal);
        Assert.Empty(TimingWords.Notices(Timing(), (_, _) => null));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_OfAnOlderRace_IsNotThere() => Assert.Empty(Render<TimingPanel>(p => p.Add(t => t.Result, TestResults.Flawed())).FindAll("section"));

    [Fact(Timeout = 30_000)]
    public async Task Track_WithAPause_HasItInItsTableAndInWhatIsDrawn()
    {
        LaneSegment[] lanes = [new(0, 0, 100, 340, LaneMark.None), new(0, 2, 340, 52_340, LaneMark.Created)];
        var track = Render<RaceTrack>(p => p.Add(t => t.Lanes, lanes).Add(t => t.Pauses, [new ClientPause(20_000, 45_000, PauseCause.Processor)]).Add(t => t.Listing, Listing.Of(TestContent.CheckThenInsert.Program)));
        await track.InvokeAsync(() => track.Instance.Look(0, 60_000));

        Assert.Equal("the lab|paused|20.000 ms|45.000 ms||no free processor", string.Join('|', track.FindAll("tbody tr")[0].Children.Select(c => c.TextContent)));
        Assert.Contains("the lab itself paused", track.Find(".marks").TextContent);
        await track.InvokeAsync(() => track.Instance.Look(0, 10_000));
        Assert.DoesNotContain("the lab", track.Find("tbody").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void LiveChart_OfDuplicatesThatNobodyCountsLive_IsNotShown()
    {
        var live = Render<LiveRace>(p => p.Add(l => l.Listing, Listing.Of(TestContent.CheckThenInsert.Program)).Add(l => l.CountsDuplicates, false));
        Assert.True(live.Find("[aria-labelledby=duplicates-title]").HasAttribute("hidden"));
        live.Render(p => p.Add(l => l.CountsDuplicates, true));
        Assert.False(live.Find("[aria-labelledby=duplicates-title]").HasAttribute("hidden"));
    }

    private static RaceTiming Timing() => new()
    {
        Attempts = [new OutcomeTimes(Outcome.Created, new LatencySummary(531, 1, 2, 5, 8), new LogHistogram(60, [500, 0, 31]))],
        Steps =
        [
            new StepTimes("check", StepEnd.Answered, null, new LatencySummary(4210, 0.1, 0.11, 0.12, 0.13), new LogHistogram(40, [4000, 210])),
            new StepTimes("insert", StepEnd.Answered, null, new LatencySummary(531, 0.05, 0.06, 0.07, 0.08), new LogHistogram(34, [531])),
            new StepTimes("insert", StepEnd.Rejected, "23505", new LatencySummary(90, 0.25, 0.4, 0.9, 1.2), new LogHistogram(47, [90])),
        ],
        MeanMs = 1.2,
        RoundTrips = 8420,
        Pauses = _steady,
    };

    private static Autopsy Looked(LockWaitTime time) => new()
    {
        Keys = [],
        KeysInAll = 0,
        Rejections = [],
        RejectionsInAll = 0,
        Waits = [],
        WaitsInAll = 0,
        Looks = new LockLooks(96, 52, null),
        WaitTime = time,
    };

    private IRenderedComponent<TimingPanel> Show(RaceTiming timing) => Render<TimingPanel>(p => p.Add(t => t.Result, TestResults.Flawed() with { Timing = timing }));
}
