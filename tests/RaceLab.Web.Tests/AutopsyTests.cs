using Bunit;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class AutopsyTests : LabContext
{
    private static readonly Listing _listing = Listing.Of(TestContent.CheckThenInsert.Program);
    private static readonly AutopsyWords _words = new(_listing);

    [Fact]
    public void Duplicate_BothCheckedBefore_IsToldInTheOrderOfTime() => Assert.Equal(
        "Worker 3 checked at 1.204 ms and saw nothing; worker 7 inserted at 1.311 ms; worker 3 inserted at 1.498 ms without looking again.",
        _words.Duplicate(Seven, Three));

    [Fact]
    public void Duplicate_WithoutAnyLook_SaysSo() => Assert.Equal(
        "Worker 7 inserted at 1.311 ms; worker 3 inserted at 1.498 ms without looking at all.", _words.Duplicate(Seven, Three with { Look = null }));

    [Fact]
    public void Duplicate_ThatLookedAtAnOldSnapshot_SaysThatTheRowWasThere() => Assert.Equal(
        "Worker 7 inserted at 1.311 ms and committed at 1.350 ms; worker 3 checked at 1.450 ms and saw nothing, although the other row was committed by then; worker 3 inserted at 1.498 ms and committed at 1.600 ms.",
        _words.Duplicate(
            Seven with { Commit = new StepRun(2, 1, 1320, 1350, 0) },
            Three with { Look = new StepRun(0, 1, 1400, 1450, 0), Commit = new StepRun(2, 1, 1500, 1600, 0) }));

    [Fact]
    public void Key_OfOneAttemptThatArrivedTwice_SaysThatItWroteEachTime()
    {
        var story = Three.Story with { Steps = [new StepRun(2, 1, 0, 10, 1), new StepRun(2, 2, 20, 30, 1)] };
        Assert.Equal("Worker 3 alone made two rows: its attempt arrived 2 times, and wrote each time.", _words.Key(new KeyFinding("k", 2, [new Winner(story, 2, null, story.Steps[1], null)], [], 0)));
    }

    [Fact]
    public void Overlap_OfWindows_IsTimed()
    {
        Assert.Equal("Both race windows were open at once for 10 us.", AutopsyWords.Overlap(Seven, Three));
        Assert.Null(AutopsyWords.Overlap(Seven with { Look = null }, Three));
    }

    [Fact]
    public void Rejection_NamesTheOther() => Assert.Equal(
        "Worker 3 was rejected at 1.498 ms (23505 unique_violation, at insert): it collided with worker 7, which inserted at 1.311 ms.",
        _words.Rejection(new RejectionFinding(Three.Story, new StepRun(2, 1, 1400, 1498, 0, "23505", "users_email_key"), Seven.Story, Seven.Write, Evidence.Rows)));

    [Fact]
    public void Wait_SaysWhoHeldWhat() => Assert.Equal(
        "Worker 3 waited at insert, which took 0.90 ms from 1.000 ms on, for another transaction to end; worker 7 held it, since its insert at 1.311 ms, worker 2 stood before it.",
        _words.Wait(new WaitFinding(3, 3, "k", new StepRun(2, 1, 1000, 1900, 1), "transactionid", [new Holder(7, 7, Seven.Write), new Holder(2, null, null)], 2, Evidence.Sampled)));

    [Fact(Timeout = 30_000)]
    public async Task Panel_WithTwoKeys_ShowsEachWithItsPictureSentenceAndLink()
    {
        var order = new[] { "1.check", "2.check", "1.insert", "2.insert" }.Select(s => ScheduledStep.TryParse(s, out var step) ? step : default).ToList();
        var panel = Show(Findings() with
        {
            Keys = [new KeyFinding("learner-1@example.com", 2, [Seven, Three], order, 2), new KeyFinding("learner-2@example.com", 3, [], [], 0)],
            KeysInAll = 40,
        });

        Assert.Equal("Why there is a duplicate", panel.Find("h2").TextContent);
        Assert.Contains("without looking again", panel.Find(".sentence").TextContent);
        Assert.Equal(2, panel.FindAll("svg .window").Count);
        Assert.Equal(2, panel.FindAll("svg .wrote").Count);
        Assert.Equal(
            "/step?scenario=sign-up&strategy=check-then-insert&sessions=2&schedule=1.check,2.check,1.insert,2.insert", Uri.UnescapeDataString(panel.Find("a[href^='/step']").GetAttribute("href")!));
        Assert.Contains("2 of 40 such keys", panel.Markup);

        await panel.Find("[aria-label='Next key']").ClickAsync(new());
        Assert.Contains("The log does not reach", panel.Find(".sentence").TextContent);
        Assert.Empty(panel.FindAll("svg"));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_WithNothingToTell_SaysSoAndHowItWasLookedFor()
    {
        var panel = Show(Findings() with { Looks = new LockLooks(98, 51, null) });
        Assert.StartsWith("Nothing to explain", panel.Find("h2").TextContent, StringComparison.Ordinal);
        Assert.Contains("looked at 98 times, every 51.0 ms", panel.Markup);
        Assert.Empty(panel.FindAll("details"));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_LabelsWhatIsSampledAndWhatIsInferred()
    {
        var wait = new WaitFinding(3, 3, "k", new StepRun(2, 1, 1000, 1900, 1), "", [], 0, Evidence.Inferred);
        var panel = Show(Findings() with { Waits = [wait with { Looks = 1, On = "tuple", Evidence = Evidence.Sampled }, wait], WaitsInAll = 2 });
        Assert.Equal(["sampled", "inferred"], panel.FindAll("em").Select(e => e.TextContent));
        Assert.Equal("Who waited for whom", panel.Find("h2").TextContent);
    }

    private static Winner Seven => Winner(7, 1250, 1260, 1311);

    private static Winner Three => Winner(3, 1204, 1400, 1498) with { Look = new StepRun(0, 1, 1100, 1204, 0) };

    private static Winner Winner(int worker, long looked, long sent, long wrote)
    {
        StepRun look = new(0, 1, looked - 60, looked, 0), write = new(2, 1, sent, wrote, 1);
        return new Winner(new AttemptStory(worker, worker, "k", Outcome.Created, true, [look, write]), 1, look, write, null);
    }

    private static Autopsy Findings() => new() { Keys = [], KeysInAll = 0, Rejections = [], RejectionsInAll = 0, Waits = [], WaitsInAll = 0, Looks = LockLooks.None };

    private IRenderedComponent<AutopsyPanel> Show(Autopsy autopsy) => Render<AutopsyPanel>(p => p
        .Add(a => a.Autopsy, autopsy).Add(a => a.Listing, _listing).Add(a => a.ScenarioId, "sign-up").Add(a => a.StrategyId, "check-then-insert"));
}
