using Bunit;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Components.Puzzles;
using RaceLab.Web.Puzzles;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class PuzzleTests : LabContext
{
    [Fact(Timeout = 30_000)]
    public void Panel_BeforeTheFirstTurn_SaysWhatToReachAndNothingElse()
    {
        var panel = Show(TestPuzzles.TwoAccounts);

        Assert.Equal("Two accounts, one email", panel.Find("h2").TextContent);
        Assert.Equal("both of them", panel.Find(".text strong").TextContent.ReplaceLineEndings(" "));
        Assert.Equal("“One row per email” is broken", panel.Find(".goal li").TextContent.Trim());
        Assert.Equal("Whose turn is it? You decide.", Standing(panel));
        Assert.Empty(panel.FindAll(".hints li"));
        Assert.DoesNotContain("1.check", panel.Markup);
    }

    [Fact(Timeout = 30_000)]
    public void Panel_RunUnderWay_CountsTheTurnsAndJudgesNothing()
    {
        var panel = Show(TestPuzzles.TwoAccounts, turns: 1);
        Assert.Equal("1 turn so far. The goal is judged when every session has ended.", Standing(panel));
        Assert.Empty(panel.FindAll(".reached, .missed"));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_GoalReached_SaysSoInOneLine()
    {
        var panel = Show(TestPuzzles.TwoAccounts, TestPuzzles.Duplicate, 4);
        Assert.Equal("Solved in 4 turns, without a hint.", Standing(panel));
        Assert.Contains("solved", panel.Find(".standing").ClassName);
        Assert.Equal("reached", panel.Find(".goal li.reached small").TextContent);
        Assert.Empty(panel.FindAll("#no-order"));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_RunEndedWithoutTheGoal_SaysWhatWasMissing()
    {
        var panel = Show(TestPuzzles.TwoAccounts, TestPuzzles.OneRow, 3);
        Assert.Equal(
            "Not with this order. “One row per email” still holds; the run ended with one row, and the callers were told created and found.", Standing(panel));
        Assert.Equal("not reached", panel.Find(".goal li.missed small").TextContent);
        Assert.NotEmpty(panel.FindAll("#no-order"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Panel_HintsAsked_AreShownOneByOneAndCounted()
    {
        var puzzle = TestPuzzles.TwoAccounts;
        var panel = Show(puzzle);
        Assert.Equal("A hint (1 of 3)", panel.Find("#hint").TextContent);
        for (var shown = 1; shown <= puzzle.Hints.Count; shown++)
        {
            await panel.InvokeAsync(() => panel.Find("#hint").Click());
            Assert.Equal(puzzle.Hints.Take(shown), panel.FindAll(".hints li").Select(l => l.TextContent));
        }

        Assert.Equal("No more hints", panel.Find("#hint").TextContent);
        Assert.Equal("true", panel.Find("#hint").GetAttribute("aria-disabled"));
        await panel.InvokeAsync(() => panel.Find("#hint").Click());
        Assert.Equal(3, panel.FindAll(".hints li").Count);

        panel.Render(p => p.Add(c => c.Result, TestPuzzles.Duplicate).Add(c => c.Turns, 4));
        Assert.Equal("Solved in 4 turns, with 3 hints.", Standing(panel));

        panel.Render(p => p.Add(c => c.Puzzle, TestPuzzles.Unbreakable).Add(c => c.Result, null).Add(c => c.Turns, 0));
        Assert.Empty(panel.FindAll(".hints li"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Panel_NoSuchOrder_IsToldToThePageAndThenTried()
    {
        var claimed = 0;
        var panel = Show(TestPuzzles.Unbreakable, claimed: () => claimed++);
        await panel.InvokeAsync(() => panel.Find("#no-order").Click());
        Assert.Equal(1, claimed);

        panel.Render(p => p.Add(c => c.Claim, NoOrderClaim.BeingTried(40)));
        await panel.InvokeAsync(() => panel.Find("#no-order[aria-disabled]").Click());
        Assert.Equal(1, claimed);
        Assert.Equal("The lab tries every order.", panel.Find(".claim [role=status]").TextContent);
        Assert.Contains("40 runs so far", panel.Find(".claim").TextContent);
        Assert.NotEmpty(panel.FindAll(".claim [role=progressbar]"));

        panel.Render(p => p.Add(c => c.Claim, NoOrderClaim.Judged(TestPuzzles.Proven)));
        Assert.Equal("Solved by saying no, without a hint.", Standing(panel));
        Assert.StartsWith("You are right: there is none. The lab went through all 1,260 orders: 14 runs on the server stand for them", panel.Find(".claim [role=status]").TextContent);
        Assert.Empty(panel.FindAll("#no-order:not([aria-disabled]), .claim [role=progressbar], .claim details"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Panel_ThereIsOne_OffersToShowAndToPlayIt()
    {
        IReadOnlyList<ScheduledStep>? played = null;
        var panel = Render<PuzzlePanel>(p => p
            .Add(c => c.Puzzle, TestPuzzles.TwoAccounts)
            .Add(c => c.NoOrderClaimed, () => { })
            .Add(c => c.PlayRequested, order => played = order)
            .Add(c => c.Claim, NoOrderClaim.Judged(TestPuzzles.Refuted)));

        Assert.Equal("There is one. The lab found it among the orders that it tried, and it takes 4 turns.", panel.Find(".claim [role=status]").TextContent);
        Assert.Equal("Whose turn is it? You decide.", Standing(panel));
        Assert.False(panel.Find(".claim details").HasAttribute("open"));
        Assert.Equal(["1.check", "2.check", "1.insert", "2.insert"], panel.FindAll(".order li").Select(l => l.TextContent.Trim()));
        await panel.InvokeAsync(() => panel.Find("#play-order").Click());
        Assert.Equal(TestPuzzles.TwoAccounts.Solution, played);

        // One's own run solves it all the same.
        panel.Render(p => p.Add(c => c.Result, TestPuzzles.Duplicate).Add(c => c.Turns, 4));
        Assert.Equal("Solved in 4 turns, without a hint.", Standing(panel));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_OrdersThatCouldNotBeTried_SayWhyAndMayBeAskedAgain()
    {
        var panel = Show(TestPuzzles.Unbreakable);
        panel.Render(p => p.Add(c => c.Claim, NoOrderClaim.Judged(TestPuzzles.Open)));
        Assert.StartsWith("The lab found none, but it cannot rule it out. There are more orders", panel.Find(".claim [role=status]").TextContent);
        Assert.DoesNotContain("Solved", panel.Markup);

        panel.Render(p => p.Add(c => c.Claim, NoOrderClaim.Failed("The server went away.")));
        Assert.Equal("The server went away.", panel.Find(".claim [role=alert]").TextContent);
        Assert.NotEmpty(panel.FindAll("#no-order:not([aria-disabled])"));
    }

    [Fact(Timeout = 30_000)]
    public void Panel_MoreSessionsThanTheLabTriesOrdersOf_DoesNotOfferIt()
    {
        var panel = Show(TestPuzzles.TwoAccounts with { Sessions = 4 });
        Assert.Empty(panel.FindAll("#no-order"));
        Assert.Contains("4 sessions have too many orders", panel.Find(".help").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task List_Puzzles_ShowsWhatWasSolvedAndTellsWhatIsChosen()
    {
        var chosen = new List<string?>();
        var list = Render<PuzzleList>(p => p
            .Add(l => l.Puzzles, TestContent.SignUp.Puzzles)
            .Add(l => l.Solved, new HashSet<string> { "unbreakable" })
            .Add(l => l.Chosen, "two-accounts")
            .Add(l => l.ChosenChanged, chosen.Add));

        var cards = list.FindAll("label");
        Assert.Equal(TestContent.SignUp.Puzzles.Count + 1, cards.Count);
        Assert.Equal($"1 of {TestContent.SignUp.Puzzles.Count} solved in this visit", list.Find(".hint").TextContent);
        Assert.Equal("Break the constraint, if you can", Assert.Single(cards, c => c.QuerySelector(".solved") is not null).QuerySelector(".title")!.TextContent);
        Assert.Equal("two-accounts", list.Find("input:checked").GetAttribute("value"));
        Assert.Equal("3 sessions", list.Find("label:has([value=full-house]) .size").TextContent);

        await list.InvokeAsync(() => list.Find("input[value=unbreakable]").Change("unbreakable"));
        await list.InvokeAsync(() => list.Find("input[value='']").Change(""));
        Assert.Equal(["unbreakable", null], chosen);
    }

    [Fact]
    public void IsSolved_OnlyByTheGoalOrByAProof()
    {
        Assert.True(PuzzleStanding.IsSolved(TestPuzzles.TwoAccounts, TestPuzzles.Duplicate, NoOrderClaim.NotMade));
        Assert.True(PuzzleStanding.IsSolved(TestPuzzles.Unbreakable, null, NoOrderClaim.Judged(TestPuzzles.Proven)));
        Assert.False(PuzzleStanding.IsSolved(TestPuzzles.TwoAccounts, TestPuzzles.OneRow, NoOrderClaim.NotMade));
        Assert.False(PuzzleStanding.IsSolved(TestPuzzles.TwoAccounts, null, NoOrderClaim.Judged(TestPuzzles.Refuted)));
        Assert.False(PuzzleStanding.IsSolved(TestPuzzles.Unbreakable, null, NoOrderClaim.Judged(TestPuzzles.Open)));
    }

    private static string Standing(IRenderedComponent<PuzzlePanel> panel) => panel.Find(".standing").TextContent.Trim();

    private IRenderedComponent<PuzzlePanel> Show(Puzzle puzzle, ScheduleResult? result = null, int turns = 0, Action? claimed = null) => Render<PuzzlePanel>(p => p
        .Add(c => c.Puzzle, puzzle)
        .Add(c => c.Result, result)
        .Add(c => c.Turns, turns)
        .Add(c => c.NoOrderClaimed, claimed ?? (() => { })));
}
