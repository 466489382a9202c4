using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class WordsTests
{
    [Fact]
    public void Verdict_OfAFlawThatShowed_SaysHowMuchAndWhose()
    {
        var words = VerdictText.Of(TestResults.Flawed());
        Assert.Equal((VerdictMood.Shown, "The flaw showed: duplicates"), (words.Mood, words.Headline));
        Assert.Equal("“One row per email” does not hold: 12 keys break it, 31 rows too many in all. That is this strategy’s flaw, and this race has shown it.", Assert.Single(words.Sentences));
    }

    [Fact]
    public void Verdict_OfOneDuplicate_IsInTheSingular()
    {
        var words = VerdictText.Of(TestResults.Flawed() with { Invariants = [TestResults.Duplicates(Promise.Some, Verdict.Kept, 1, 1, 1)] });
        Assert.Contains("1 key breaks it, 1 row too many in all", words.Sentences[0]);
    }

    [Fact]
    public void Verdict_OfASoundStrategy_SaysThatNothingHappenedAndHowOften()
    {
        var words = VerdictText.Of(TestResults.Sound());
        Assert.Equal((VerdictMood.Kept, "No duplicates"), (words.Mood, words.Headline));
        Assert.Equal("“One row per email” holds for every key, after 4,210 attempts that left 500 rows.", Assert.Single(words.Sentences));
    }

    [Fact]
    public void Verdict_OfAFlawThatDidNotShow_SaysThatItProvesNothing()
    {
        var words = VerdictText.Of(TestResults.Flawed() with { Invariants = [TestResults.Duplicates(Promise.Some, Verdict.NotShown, 0, 0, 0)] });
        Assert.Equal((VerdictMood.NotShown, "No duplicates this time"), (words.Mood, words.Headline));
        Assert.Contains("proves nothing", words.Sentences[0]);
        Assert.Contains("Add workers", words.Sentences[0]);
    }

    [Fact]
    public void Verdict_OfABrokenPromise_AsksForAReport()
    {
        var words = VerdictText.Of(TestResults.Sound() with { Invariants = [TestResults.Duplicates(Promise.None, Verdict.Broken, 2, 3, 3)] });
        Assert.Equal((VerdictMood.Broken, "A promise was broken: duplicates"), (words.Mood, words.Headline));
        Assert.Contains("Please report it", words.Sentences[0]);
    }

    [Fact]
    public void Verdict_OfAnInvariantThatIsNotCountedLive_DoesNotCallItsExcessRows()
    {
        var words = VerdictText.Of(TestResults.Flawed() with { Invariants = [TestResults.Duplicates(Promise.Some, Verdict.Kept, 2, 9, null)] });
        Assert.Contains("2 keys break it, 9 times in all", words.Sentences[0]);
    }

    [Fact]
    public void Verdict_OfAStoppedRace_IsAboutTheAttemptsThatRan()
    {
        var words = VerdictText.Of(TestResults.Sound() with { End = RaceEnd.Stopped, Problem = "You stopped it." });
        Assert.Equal("You stopped it.", words.Sentences[0]);
        Assert.Equal(2, words.Sentences.Count);
    }

    [Theory]
    [InlineData(RaceEnd.Interrupted, "Interrupted: no verdict")]
    [InlineData(RaceEnd.Refused, "The race did not start")]
    public void Verdict_WhereTheTableCouldNotBeAsked_IsNone(RaceEnd end, string headline)
    {
        var words = VerdictText.Of(TestResults.Flawed() with { End = end, Problem = "The server went away.", Invariants = [], Reconciliation = null });
        Assert.Equal((VerdictMood.None, headline), (words.Mood, words.Headline));
        Assert.Equal("The server went away.", words.Sentences[0]);
        Assert.DoesNotContain(words.Sentences, s => s.Contains("No duplicates", StringComparison.Ordinal));
    }

    [Fact]
    public void Verdict_OfARaceThatEndedEarlyByItself_PassesTheRemarkOn() =>
        Assert.Contains("It reached 1,000,000 attempts.", VerdictText.Of(TestResults.Sound() with { Problem = "It reached 1,000,000 attempts." }).Sentences);

    [Fact]
    public void Verdict_OfARaceThatOnlyChangedRows_DoesNotSpeakOfRowsThatAreLeft()
    {
        var words = VerdictText.Of(TestResults.Sound() with { Reconciliation = new Reconciliation(0, 0, 0, 0, 0, 0) });
        Assert.Equal("“One row per email” holds for every key, after 4,210 attempts.", Assert.Single(words.Sentences));
    }

    [Fact]
    public void Books_OfARaceThatOnlyChangedRows_SayThatThereIsNothingToCompare() =>
        Assert.Equal("Nobody was told “created”, and nobody made a row.",
            Assert.Single(Books.Of(TestResults.Sound() with { Reconciliation = new Reconciliation(0, 0, 0, 0, 0, 0) })!.Remarks));

    [Theory]
    [InlineData(31L, "Rows that break “one row per email”")]
    [InlineData(null, "What the table holds where “one row per email” does not hold")]
    public void Offenders_Heading_CallsRowsTheOffendersOnlyWhereTheyAre(long? live, string expected) =>
        Assert.Equal(expected, OffendingRow.HeadingOf(TestResults.Duplicates(Promise.Some, Verdict.Kept, 12, 31, live)));

    [Fact]
    public void Books_ThatBalance_SayWhatThatMeans()
    {
        var books = Books.Of(TestResults.Flawed())!;
        Assert.True(books.Balanced);
        Assert.Contains("Every caller", Assert.Single(books.Remarks));
    }

    [Fact]
    public void Books_WhereTheLiveCountDisagrees_SayBothNumbers()
    {
        var books = Books.Of(TestResults.Flawed() with { Invariants = [TestResults.Duplicates(Promise.Some, Verdict.Kept, 12, 31, 29)] })!;
        Assert.False(books.Balanced);
        Assert.Contains("counted as 29", Assert.Single(books.Remarks));
        Assert.Contains("the table says 31", books.Remarks[0]);
    }

    [Fact]
    public void Books_WithLostAnswers_SayHowManyLeftARow()
    {
        var books = Books.Of(TestResults.Flawed() with { Reconciliation = new Reconciliation(531, 533, 5, 2, 0, 0) })!;
        Assert.True(books.Balanced);
        Assert.Equal("5 answers were lost on the way; behind 2 of them there is a row.", Assert.Single(books.Remarks));
    }

    [Fact]
    public void Books_WithRowsOfNobody_DoNotBalance()
    {
        var books = Books.Of(TestResults.Flawed() with { Reconciliation = new Reconciliation(531, 532, 0, 0, 0, 1) })!;
        Assert.False(books.Balanced);
        Assert.Contains("1 row is there that nobody was told of", books.Remarks[0]);
    }

    [Fact]
    public void Books_WhereTheTableCouldNotBeAsked_AreNone() => Assert.Null(Books.Of(TestResults.Flawed() with { Reconciliation = null }));

    [Fact]
    public void LearnerText_WithHtml_ShowsItAsText()
    {
        var html = LearnerText.Html("**Bold** <script>alert(1)</script>").Value;
        Assert.Contains("<strong>Bold</strong>", html);
        Assert.DoesNotContain("<script", html);
    }

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.0824, "82 us")]
    [InlineData(0.21, "0.21 ms")]
    [InlineData(12.34, "12.3 ms")]
    [InlineData(1234.6, "1,235 ms")]
    [InlineData(12_345, "12.3 s")]
    public void Milliseconds_HaveAUnit(double ms, string text) => Assert.Equal(text, Figures.Milliseconds(ms));

    [Theory]
    [InlineData(1, "1st")]
    [InlineData(2, "2nd")]
    [InlineData(3, "3rd")]
    [InlineData(4, "4th")]
    [InlineData(11, "11th")]
    [InlineData(112, "112th")]
    [InlineData(121, "121st")]
    public void Ordinal_OfAPlace_IsEnglish(int place, string text) => Assert.Equal(text, Figures.Ordinal(place));

    [Fact]
    public void Workload_InALine_SaysWhatIsUnusual() =>
        Assert.Equal(
            "50 workers, 1 key one hot key, 1 attempt each, no pause, synchronous_commit off",
            StateText.Of(new Workload { Workers = 50, Keys = 1, Distribution = KeyDistribution.HotKey, Attempts = 1, Duration = null, SynchronousCommit = false }));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1e-20, "next to none")]
    [InlineData(0.0004, "0.0004")]
    [InlineData(2.348, "2.35")]
    [InlineData(1234.5, "1,234")]
    public void Expected_FromNothingToMany_IsReadable(double repeats, string text) => Assert.Equal(text, ChanceText.Expected(repeats));

    [Theory]
    [InlineData(0, "never")]
    [InlineData(1e-20, "next to never")]
    [InlineData(0.0005, "under 0.1 %")]
    [InlineData(0.5, "50 %")]
    [InlineData(0.99999, "over 99.9 %")]
    public void Probability_FromNeverToAlways_IsReadable(double probability, string text) => Assert.Equal(text, ChanceText.Probability(probability));

    [Theory]
    [InlineData(301.7, "302")]
    [InlineData(2.7e18, "some 10 to the 18")]
    public void Draws_FewOrMany_AreReadable(double draws, string text) => Assert.Equal(text, ChanceText.Draws(draws));
}
