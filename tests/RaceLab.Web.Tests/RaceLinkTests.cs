using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Tests;

public sealed class RaceLinkTests
{
    private const string Example = "?scenario=sign-up&strategy=upsert&workers=50&keys=1&attempts=1&pause=0-5ms&distribution=hot-key&commit=off&seed=7";

    [Fact]
    public void Parse_SizeOfThePage_IsNoneOfTheRacesChoices()
    {
        var link = RaceLink.Parse("?size=presenter&workers=7");
        Assert.Empty(link.Refusals);
        Assert.Equal("7", link.Workload.Workers);
        Assert.DoesNotContain("size", link.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfAParsedLink_IsTheSameLink() => Assert.Equal(Example, RaceLink.Parse(Example).ToString());

    [Fact]
    public void Parse_AnInstructorsLink_ReadsAsItsWorkload()
    {
        var link = RaceLink.Parse(Example);
        Assert.Empty(link.Refusals);
        Assert.Equal(("sign-up", "upsert"), (link.Scenario, link.Strategy));
        Assert.Equal(
            new Workload
            {
                Workers = 50,
                Keys = 1,
                Attempts = 1,
                Duration = null,
                PauseHigh = TimeSpan.FromMilliseconds(5),
                Distribution = KeyDistribution.HotKey,
                SynchronousCommit = false,
                Seed = 7,
            },
            link.Workload.Read().Workload);
    }

    [Theory]
    [InlineData("duration=5s", 5)]
    [InlineData("duration=500ms", 0.5)]
    [InlineData("duration=2.5", 2.5)]
    [InlineData("duration=1m", 60)]
    public void Parse_ADuration_TakesSecondsAndMilliseconds(string query, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RaceLink.Parse(query).Workload.Read().Workload!.Duration);

    [Theory]
    [InlineData("pause=0-5ms", 0, 5)]
    [InlineData("pause=3ms", 3, 3)]
    [InlineData("pause=1.5-2", 1.5, 2)]
    public void Parse_APause_TakesARangeOrOneValue(string query, double low, double high)
    {
        var workload = RaceLink.Parse(query).Workload.Read().Workload!;
        Assert.Equal((low, high), (workload.PauseLow.TotalMilliseconds, workload.PauseHigh.TotalMilliseconds));
    }

    [Theory]
    [InlineData("?workers=many", nameof(Workload.Workers))]
    [InlineData("?workers=99999999999999", nameof(Workload.Workers))]
    [InlineData("?keys=-1", nameof(Workload.Keys))]
    [InlineData("?duration=NaNs", nameof(Workload.Duration))]
    [InlineData("?duration=0s", nameof(Workload.Duration))]
    [InlineData("?attempts=0", nameof(Workload.Attempts))]
    [InlineData("?pause=5-0ms", nameof(Workload.PauseHigh))]
    [InlineData("?pause=-5ms", nameof(Workload.PauseLow))]
    [InlineData("?distribution=zipf", nameof(Workload.Distribution))]
    [InlineData("?seed=1e3", nameof(Workload.Seed))]
    public void Parse_AValueThatCannotBeRaced_IsKeptAndNamed(string query, string property)
    {
        var read = RaceLink.Parse(query).Workload.Read();
        Assert.Null(read.Workload);
        Assert.NotNull(read.For(property));
    }

    [Theory]
    [InlineData("?wrokers=3", "“wrokers”")]
    [InlineData("?commit=maybe", "commit=maybe")]
    [InlineData("?workers=1&workers=2", "twice")]
    [InlineData("?attempts=1&duration=5s", "both attempts and a duration")]
    public void Parse_WhatNobodyUnderstands_IsSaid(string query, string words) =>
        Assert.Contains(words, Assert.Single(RaceLink.Parse(query).Refusals));

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("?&&=&%zz&workers")]
    public void Parse_Anything_NeverFails(string query) => Assert.NotNull(RaceLink.Parse(query).ToString());

    [Fact]
    public void ToString_OfHostileValues_EscapesThemAndReadsThemBack()
    {
        var link = RaceLink.Parse("") with { Scenario = "a&b=c#\"<>", Workload = WorkloadForm.Default with { Workers = "1&2" } };
        var again = RaceLink.Parse(link.ToString());
        Assert.Equal((link.Scenario, "1&2"), (again.Scenario, again.Workload.Workers));
    }

    [Fact]
    public void From_EveryWorkload_ReadsBackAsItself()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var low = random.Next(0, 500);
            var byAttempts = random.Next(2) == 0;
            var workload = new Workload
            {
                Workers = random.Next(1, 201),
                Keys = random.Next(1, 100_001),
                Distribution = (KeyDistribution)random.Next(3),
                Attempts = byAttempts ? random.Next(1, 5000) : null,
                Duration = byAttempts ? null : TimeSpan.FromMilliseconds(random.Next(1, 120_001)),
                PauseLow = TimeSpan.FromMilliseconds(low),
                PauseHigh = TimeSpan.FromMilliseconds(random.Next(low, 1001)),
                SynchronousCommit = random.Next(2) == 0,
                Engine = (RaceEngine)random.Next(2),
                Seed = random.NextInt64(),
            };
            var link = new RaceLink("s", "t", WorkloadForm.From(workload), []);
            Assert.Equal(workload, RaceLink.Parse(link.ToString()).Workload.Read().Workload);
        }
    }

    [Fact]
    public void Parse_WhatTheLinkDoesNotSay_IsTheScenariosOwn()
    {
        var link = RaceLink.Parse("?scenario=slow&workers=7", id => id == "slow" ? WorkloadForm.Default with { Workers = "4", Keys = "2" } : WorkloadForm.Default);

        Assert.Equal(("7", "2"), (link.Workload.Workers, link.Workload.Keys));
    }
}
