using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ExplorationWordsTests
{
    private static readonly Listing Steps = Listing.Of(TestContent.Serializable.Program);

    [Fact]
    public void VerdictOf_AFlaw_CountsOrdersRowsRunsAndTime()
    {
        var words = ExplorationWords.VerdictOf(TestExplorations.Flawed());
        Assert.Equal((VerdictMood.Shown, "6 orders, 4 of them end with two rows"), (words.Mood, words.Headline));
        Assert.Equal("of 6 orders end with two rows", ExplorationWords.BelowTheNumber(TestExplorations.Flawed()));
        Assert.Contains("4 orders break “One row per email”", words.Sentences[0]);
        Assert.Contains("Waiting makes no order impossible", words.Sentences[1]);
        Assert.Equal("3 runs on the server stood for all 6: orders that differ only in what nobody can notice were run once. It took 351 ms on the wire engine.", words.Sentences[2]);
    }

    [Fact]
    public void VerdictOf_ASoundStrategy_SaysHowManyOrdersWaitingMakesImpossible()
    {
        var words = ExplorationWords.VerdictOf(TestExplorations.Sound());
        Assert.Equal((VerdictMood.Kept, "36 possible orders, all of them end with one row"), (words.Mood, words.Headline));
        Assert.Contains("On paper there are 756,756 orders. Waiting makes 756,720 of them impossible", words.Sentences[1]);
    }

    [Fact]
    public void VerdictOf_OutcomesThatDifferInNoRow_NamesTheInvariant()
    {
        var explored = TestExplorations.Flawed();
        explored = explored with { Outcomes = [.. explored.Outcomes.Select(o => o with { Rows = 1 })] };
        Assert.Equal("6 orders, 4 of them break “One row per email”", ExplorationWords.VerdictOf(explored).Headline);
    }

    [Fact]
    public void VerdictOf_ABrokenPromise_SaysThatSomethingIsWrong()
    {
        var flawed = TestExplorations.Flawed();
        var words = ExplorationWords.VerdictOf(flawed with { Invariants = [flawed.Invariants[0] with { Promise = Promise.None, Verdict = Verdict.Broken }] });
        Assert.Equal(VerdictMood.Broken, words.Mood);
        Assert.Contains("Please report it.", words.Sentences[0]);
    }

    [Fact]
    public void VerdictOf_AFlawThatNoOrderShows_SaysThatItMayTakeMore()
    {
        var sound = TestExplorations.Sound();
        var words = ExplorationWords.VerdictOf(sound with { Invariants = [sound.Invariants[0] with { Promise = Promise.Some, Verdict = Verdict.NotShown }] });
        Assert.Equal(VerdictMood.NotShown, words.Mood);
        Assert.Contains("it may take more sessions", words.Sentences[0]);
    }

    [Fact]
    public void Words_OfAnExplorationThatWasCutOff_PromiseNothing()
    {
        var cut = TestExplorations.Sound() with { IsComplete = false, Runs = 50_000 };
        var words = ExplorationWords.VerdictOf(cut);
        Assert.Equal(VerdictMood.None, words.Mood);
        Assert.StartsWith("36 tried orders", words.Headline);
        Assert.StartsWith("Not every order was tried: after 50,000 runs", words.Sentences[0]);
        Assert.DoesNotContain(words.Sentences, s => s.Contains("impossible", StringComparison.Ordinal));
        Assert.StartsWith("Nothing about “One row per email”", ExplorationWords.Proved(cut)[0]);
        Assert.DoesNotContain(OrderShare.Of(cut), s => s.Kind == OrderKind.Impossible);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VerdictOf_OrdersOfRetries_SaysThatTheCountIncludesThem(bool countsRetries)
    {
        var words = ExplorationWords.VerdictOf(TestExplorations.Sound(), countsRetries);

        Assert.Equal(countsRetries, words.Sentences.Any(s => s.StartsWith("The count includes the turns of blocks that were run again after an error, up to 2 times in each session", StringComparison.Ordinal)));
    }

    [Fact]
    public void Proved_OfASoundStrategy_IsThePlainSentence() => Assert.Equal(
        "No order of these statements of two sessions breaks “One row per email” on this PostgreSQL 15.18.", ExplorationWords.Proved(TestExplorations.Sound())[0]);

    [Theory]
    [InlineData(true, "That limit was met")]
    [InlineData(false, "That limit was not met")]
    public void NotProved_SaysHowOftenWasRetried(bool cut, string words)
    {
        var sentence = ExplorationWords.NotProved(TestExplorations.Flawed() with { RetriesCut = cut })[^1];
        Assert.Contains("a block is run again two times at most", sentence);
        Assert.Contains(words, sentence);
    }

    [Fact]
    public void OrderShare_OfAnExploration_AddsUpToTheWholeBar()
    {
        var shares = OrderShare.Of(TestExplorations.Sound());
        Assert.Equal([OrderKind.Keeps, OrderKind.Keeps, OrderKind.Impossible], shares.Select(s => s.Kind));
        Assert.Equal(100, shares.Sum(s => s.Percent), 9);
        Assert.Equal("A: 24 orders, one row, 40001 ×2, with waiting", shares[0].Words);
    }

    [Fact]
    public void OutcomeCard_OfAnOutcome_TellsAllThatIsKnownOfIt()
    {
        var card = OutcomeCard.Of(TestExplorations.Sound(), Steps)[0];
        Assert.Equal(("A", "One row", "24 orders", "1 run on the server"), (card.Letter, card.Title, card.Orders, card.Runs));
        Assert.Equal(["40001 serialization_failure, two times"], card.Rejections);
        Assert.True(card.Waits);
        Assert.Equal(66.7, card.Percent, 1);
        Assert.Contains("2.check waits for session 1", card.Shortest.Words);
        Assert.EndsWith("&sessions=2&schedule=1.begin,2.begin,1.check,2.check,1.insert,1.commit", card.Link);
    }

    [Fact]
    public void OutcomeCard_WhereAllOrdersEndWithAsManyRows_IsNamedByWhatElseTellsThemApart()
    {
        var explored = TestExplorations.Sound();
        var refused = explored with { Outcomes = [explored.Outcomes[0] with { Told = ["failed", "failed"] }, explored.Outcomes[1]] };
        Assert.Equal(["Two times failed", "Created, found"], OutcomeCard.Of(refused, Steps).Select(c => c.Title));

        var broken = explored with { Outcomes = [explored.Outcomes[0] with { Violations = new Dictionary<string, long> { ["lost updates"] = 1 } }, explored.Outcomes[1]] };
        Assert.Equal(["Lost updates", "Nothing is broken"], OutcomeCard.Of(broken, Steps).Select(c => c.Title));
    }

    [Fact]
    public void VerdictOf_EveryOrderBroken_NamesTheInvariant_SinceRowsTellNothingApart()
    {
        var explored = TestExplorations.Flawed();
        explored = explored with { Outcomes = [.. explored.Outcomes.Where(o => o.IsViolation)] };
        Assert.EndsWith("break “One row per email”", ExplorationWords.VerdictOf(explored).Headline);
    }

    [Fact]
    public void ScheduleStrip_OfADelivery_StandsInTheLaneOfWhomItIsFor()
    {
        var cell = ScheduleStrip.Of([new ScheduledStep(1, "begin"), ScheduledStep.DeliveryTo(2)], Steps, 2).Cells[1];
        Assert.Equal((2, "deliver", "E", "e.deliver-2"), (cell.Session, cell.Step, cell.Label, cell.Words));
    }

    [Fact]
    public void ScheduleStrip_OfAWait_IsHatchedUntilTheEntryThatEndsIt()
    {
        var cell = ScheduleStrip.Of(TestExplorations.Sound().Schedules[0].Entries, Steps, 2).Cells[3];
        Assert.True(cell.Waits);
        Assert.Equal((5, 2), (cell.WaitColumn, cell.WaitColumns));
        Assert.Equal((2, "2", "s0", StepShape.Block), (cell.Session, cell.Label, cell.Tone, cell.Shape));
    }

    [Fact]
    public void ScheduleStrip_OfAStepThatContentHasNoMore_StillHasItsName()
    {
        var cell = Assert.Single(ScheduleStrip.Of([new ScheduledStep(1, "gone")], Steps, 2).Cells);
        Assert.Equal(("?", "gone", "1.gone"), (cell.Label, cell.Step, cell.Words));
    }

    [Fact]
    public void MatrixPage_OfVeryManySchedules_SaysWhatIsShownAndWhatWasNotKept()
    {
        var large = TestExplorations.Large(2000);
        var second = MatrixPage.Of(large, Steps, 1, 2);
        Assert.Equal((30, 2, 34), (second.Rows.Count, second.Number, second.Pages));
        Assert.Equal("Schedules 31 to 60 of 1,000 with outcome B. Of 2,001 runs the first 2,000 are kept one by one; the sums above are about all.", second.Shown);
        Assert.All(second.Rows, r => Assert.Equal("B", r.Letter));
        Assert.Equal(34, MatrixPage.Of(large, Steps, 1, 1000).Number);
        Assert.StartsWith("None of the kept schedules with outcome C.", MatrixPage.Of(large, Steps, 2, 1).Shown);
    }

    [Fact]
    public void MatrixPage_OfAll_GroupsByOutcomeAndPutsMostOrdersFirst()
    {
        var page = MatrixPage.Of(TestExplorations.Large(40), Steps, null, 1);
        Assert.Equal("AAAAAAAAAAAAAAAAAAAABBBBBBBBBB", string.Concat(page.Rows.Select(r => r.Letter)));
        Assert.Equal("38", page.Rows[0].Orders);
        Assert.Equal([20], page.Rows.Select((r, i) => (r.StartsGroup, i)).Where(r => r.StartsGroup).Select(r => r.i));
    }

    [Fact]
    public void Figures_OfGreatCounts_GroupDigits()
    {
        Assert.Equal("1 order", Figures.Count(System.Numerics.BigInteger.One, "order", "orders"));
        Assert.Equal("123,456,789,012,345,678,901 orders", Figures.Count(System.Numerics.BigInteger.Parse("123456789012345678901", System.Globalization.CultureInfo.InvariantCulture), "order", "orders"));
        Assert.Equal(("no", "nine", "10"), (Figures.Word(0), Figures.Word(9), Figures.Word(10)));
    }
}
