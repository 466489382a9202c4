using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Comparisons;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ComparisonWordsTests
{
    private static readonly Strategy Naive = TestContent.CheckThenInsert, Sound = TestContent.SignUp.FindStrategy("upsert")!, Other = TestContent.Serializable;

    [Fact]
    public void Of_AClearDifferenceAndAnUnclearOne_SaysWhichIsWhich()
    {
        var text = WordsOf(TestComparisons.Of((Naive, [2000, 2040, 1980, 2010]), (Sound, [1000, 1010, 990, 1005]), (Other, [1010, 980, 1020, 990])));
        Assert.Equal($"Most attempts per second: {Naive.Title}", text.Headline);
        Assert.Equal(VerdictMood.Shown, text.Mood);
        Assert.Matches($"^“{Naive.Title}” makes 1\\.9[0-9] to 2\\.[01][0-9] times as many attempts per second as “{Sound.Title}”\\.$", text.Sentences.Single(s => s.Contains("as many", StringComparison.Ordinal) && s.Contains($"as “{Sound.Title}”", StringComparison.Ordinal)));
        Assert.Contains(text.Sentences, s => s.StartsWith($"Between “{Sound.Title}” and “{Other.Title}” this comparison saw no difference in attempts per second larger than the noise", StringComparison.Ordinal)
            || s.StartsWith($"Between “{Other.Title}” and “{Sound.Title}” this comparison saw no difference in attempts per second larger than the noise", StringComparison.Ordinal));
        Assert.Contains(text.Sentences, s => s == $"The flaw showed: “{Naive.Title}” (duplicates: 124 in all, in 4 of 4 rounds).");
        Assert.Contains(text.Sentences, s => s == $"Every invariant held with “{Sound.Title}”, “{Other.Title}”.");
    }

    [Fact]
    public void Of_OnlyNoise_ClaimsNothing()
    {
        var text = WordsOf(TestComparisons.Of((Naive, [1000, 2000, 1500, 1200]), (Sound, [1500, 1300, 1400, 1700])));
        Assert.Equal("No difference in speed larger than the noise", text.Headline);
        Assert.DoesNotContain(text.Sentences, s => s.Contains("times", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_ALargeDifferenceInTwoRounds_AsksForMoreRounds()
    {
        var text = WordsOf(TestComparisons.Of((Naive, [470, 450]), (Sound, [11_300, 6_600])));
        Assert.Equal("Too few rounds to tell them apart by speed", text.Headline);
        Assert.Contains(text.Sentences, s => s == "2 rounds say little about noise, so that even a large difference may not be told from it: compare again with 4 or more.");
    }

    [Fact]
    public void Of_ABrokenPromise_ComesFirst()
    {
        var record = TestComparisons.Of((Sound, [1000, 1000]), (Other, [1000, 1000]));
        var broken = TestResults.Duplicates(Promise.None, Verdict.Broken, 1, 3, 3);
        record = record with { Races = [record.Races[0] with { Result = record.Races[0].Result with { Invariants = [broken] } }, .. record.Races.Skip(1)] };
        var text = WordsOf(record);
        Assert.Equal(("A promise was broken", VerdictMood.Broken), (text.Headline, text.Mood));
        Assert.Contains(text.Sentences, s => s.StartsWith($"“{Sound.Title}” promises no duplicates, and there were 3 in all, in 1 of 2 rounds.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_StoppedAfterTheFirstRace_SaysThatNothingCanBeSaid()
    {
        var record = TestComparisons.Of((Naive, [1000]), (Sound, [])) with { End = StudyEnd.Stopped, Problem = "It was stopped after 2 of 9 races." };
        var text = WordsOf(record);
        Assert.Equal("Nothing to hold side by side", text.Headline);
        Assert.Equal("It was stopped after 2 of 9 races.", text.Sentences[0]);
        Assert.Contains("nothing can be said about which is faster", text.Sentences[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ARaceWithoutVerdict_IsNamedWithItsReason()
    {
        var record = TestComparisons.Of((Naive, [1000, 1010]), (Sound, [1000, 990]));
        var lost = record.Races[3].Result with { End = RaceEnd.Interrupted, Problem = "The server went away.", Invariants = [] };
        var text = WordsOf(record with { Races = [.. record.Races.Take(3), new StudiedRace(2, lost)] });
        Assert.Contains(text.Sentences, s => s == $"“{Sound.Title}” has no verdict in round 2, which takes part in no number. The server went away.");
    }

    [Fact]
    public void Picture_AllPanels_ShareTheirAxes()
    {
        var record = TestComparisons.Of((Naive, [2000, 1000]), (Sound, [250, 500]));
        var picture = ComparisonPicture.Of(record, Comparison.Of(record), null);
        Assert.Equal(["0", "1,000", "2,000"], picture.RateTicks.Select(t => t.Text));
        var (naive, sound) = (picture.Panels[0], picture.Panels[1]);
        Assert.Equal(picture.RateTicks[2].Y, naive.Marks[0].RateY);
        Assert.Equal(picture.RateTicks[1].Y, naive.Marks[1].RateY);
        Assert.Equal((picture.RateTicks[0].Y + picture.RateTicks[1].Y) / 2, sound.Marks[1].RateY);

        // 1 ms, 4 ms and 8 ms lie between these decades, in their order; a slower attempt is drawn higher.
        Assert.Equal(["100 us", "1 ms", "10 ms"], picture.LatencyTicks.Select(t => t.Text));
        Assert.Equal(picture.LatencyTicks[1].Y, naive.Marks[1].P50Y, 1e-9);
        Assert.True(sound.Marks[0].P99Y < naive.Marks[0].P99Y);
        Assert.Equal(("broken", "sound"), (naive.Tone, sound.Tone));
        Assert.Equal([31, 31], naive.Marks.Select(m => m.Excess));
    }

    private static VerdictText WordsOf(StudyRecord record) => ComparisonWords.Of(record, Comparison.Of(record));
}
