using AngleSharp.Dom;
using Bunit;
using RaceLab.Engine.Races;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Scenarios;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class RacePageTests : LabContext
{
    [Fact(Timeout = 30_000)]
    public void Show_OnAFirstVisit_CanRunAtOnceARaceThatMakesDuplicates()
    {
        var page = Show("/");
        Assert.False(page.Find("#run").IsDisabled());
        Assert.Contains("20 workers, 1,000 keys in turn, 5 s, pause 0 to 20 ms", page.Find(".what").TextContent);
        Assert.Equal("check-then-insert", page.Find("input[name=strategy][checked]").GetAttribute("value"));
        Assert.Empty(page.FindAll("#stop"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_PressedFiftyTimes_StartsOneRace()
    {
        var page = Show("/");
        for (var i = 0; i < 50; i++) await page.Find("#run").ClickAsync(new());
        await Runner.Started.WaitAsync(Token);
        page.WaitForAssertion(() => Assert.Contains("/races/", Navigation.Uri));
        Assert.Equal(1, Runner.Races);
        Assert.True(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_ByAForgedKeyEventDuringARace_StartsNothing()
    {
        var page = Show("/");
        await page.Find("#run").ClickAsync(new());
        await Runner.Started.WaitAsync(Token);
        await page.InvokeAsync(page.FindComponent<Components.Pages.RacePage>().Instance.RunByKey);
        Assert.Equal(1, Runner.Races);
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_WithTooManyUnfinishedRaces_SaysSoBesideTheButton()
    {
        for (var i = 0; i < RaceRegistry.UnfinishedPerOwner; i++) StartRace();
        var page = Show("/");
        await page.Find("#run").ClickAsync(new());
        Assert.Contains("races that are not over yet", page.Find(".refusal").TextContent);
        Assert.False(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_ByTheOwner_EndsTheRaceWithAVerdict()
    {
        var race = StartRace();
        var page = Show($"/races/{race.Id}");
        await page.Find("#stop").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Equal("Stopped", page.Find(".state").TextContent));
        Assert.Contains("Stopped by whoever started it.", page.Find("#verdict").TextContent);
        Assert.Equal("31", page.Find("[data-final]").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_ByAForgedKeyEventOfSomebodyElse_StopsNothing()
    {
        var race = StartRace(SomebodyElse);
        var page = Show($"/races/{race.Id}");
        await page.InvokeAsync(page.FindComponent<Components.Pages.RacePage>().Instance.StopByKey);
        Assert.False(race.Completion.IsCompleted);
        Assert.Equal(RaceState.Queued, race.State);
        Assert.Empty(page.FindAll("#stop"));
        Assert.Empty(page.FindAll("#run"));
        Assert.Contains("You are watching", page.Find(".state").TextContent);
        Assert.StartsWith("/?scenario=sign-up", page.Find("a.own").GetAttribute("href"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Queued_WithAPlace_IsSaidAndFollowed()
    {
        var race = StartRace();
        var progress = await Runner.Started.WaitAsync(Token);
        var page = Show($"/races/{race.Id}");
        progress.Queued(3);
        page.WaitForAssertion(() => Assert.Equal("Waiting for connections: 3rd in the queue", page.Find(".state").TextContent));
        progress.Queued(1);
        page.WaitForAssertion(() => Assert.Equal("Waiting for connections: next in the queue", page.Find(".state").TextContent));
        progress.Entered(RaceState.Running);
        page.WaitForAssertion(() => Assert.Equal("Racing", page.Find(".state").TextContent));
    }

    [Fact(Timeout = 30_000)]
    public async Task CrowdedOut_ByOtherPrograms_SaysWhoHoldsTheConnectionsAndWhatToDo()
    {
        var race = StartRace();
        var progress = await Runner.Started.WaitAsync(Token);
        var page = Show($"/races/{race.Id}");
        progress.Queued(1);
        page.WaitForAssertion(() => Assert.Equal("Waiting for connections: next in the queue", page.Find(".state").TextContent));
        Assert.Empty(page.FindAll(".advice"));
        progress.Entered(RaceState.Preparing);
        progress.CrowdedOut();
        page.WaitForAssertion(() => Assert.Equal("Waiting for connections that other programs hold", page.Find(".state").TextContent));
        Assert.Contains("The race begins by itself when enough are free, and is given up after 30 s.", page.Find(".advice").TextContent);
        progress.Entered(RaceState.Running);
        page.WaitForAssertion(() => Assert.Equal("Racing", page.Find(".state").TextContent));
        Assert.Empty(page.FindAll(".advice"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_AnotherStrategy_ShowsItsStepsAndWritesTheAddress()
    {
        var page = Show("/");
        await page.InvokeAsync(() => page.Find("input[value=upsert]").Change("upsert"));
        Assert.Contains("ON CONFLICT (email) DO UPDATE", page.Find(".listing").TextContent);
        var address = Assert.Single(Address.Invocations).Arguments[0];
        Assert.Equal("/?scenario=sign-up&strategy=upsert&workers=20&keys=1000&duration=5s&pause=0-20ms&distribution=in-turn&commit=on&seed=1", address);
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_AfterARace_LeavesItByTheAddress()
    {
        var race = StartRace();
        Runner.End(TestResults.Flawed());
        var page = Show($"/races/{race.Id}");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#verdict")));

        // The page may draw the race's end just then: found and changed in one go, so that no render comes between.
        await page.InvokeAsync(() => page.Find("input[value=upsert]").Change("upsert"));
        page.WaitForAssertion(() => Assert.Contains("/?scenario=sign-up&strategy=upsert", Navigation.Uri));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("#verdict")));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("workers", "2000", "Workers must be between 1 and 200, and 2000 is not.")]
    [InlineData("workers", "NaN", "Workers must be a whole number, 1 to 200, and “NaN” is not.")]
    [InlineData("keys", "0", "Keys must be between 1 and 100,000, and 0 is not.")]
    [InlineData("duration", "1e9", "The duration must be a number of seconds, such as 5, and “1e9” is not.")]
    [InlineData("pause-high", "2000", "The pause must lie between 0 and 1,000 ms, the shorter end first.")]
    [InlineData("seed", "", "The seed must be a whole number, and nothing is not.")]
    public async Task Type_WhatCannotBeRaced_SaysSoBelowTheFieldAndKeepsIt(string field, string text, string sentence)
    {
        var page = Show("/");
        await page.InvokeAsync(() => page.Find($"#{field}").Change(text));
        Assert.Equal(sentence, page.Find($"#{field}-problem").TextContent);
        Assert.Equal("true", page.Find($"#{field}").GetAttribute("aria-invalid"));
        Assert.Equal(text, page.Find($"#{field}").GetAttribute("value") ?? "");
        Assert.True(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public void Show_ALinkWithBadValues_RefusesThemWhereTheyAreAndKeepsTheRest()
    {
        var page = Show("/?scenario=sign-up&strategy=upsert&workers=1.5&keys=7&wrokers=3");
        Assert.Equal("1.5", page.Find("#workers").GetAttribute("value"));
        Assert.Equal("7", page.Find("#keys").GetAttribute("value"));
        Assert.Contains("“1.5” is not", page.Find("#workers-problem").TextContent);
        Assert.Contains("“wrokers”", page.Find(".notice").TextContent);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/?scenario=nothing", "There is no scenario “nothing” here")]
    [InlineData("/?scenario=sign-up&strategy=nothing", "has no strategy “nothing”")]
    public void Show_ALinkToWhatIsNotThere_SaysSo(string address, string sentence)
    {
        var page = Show(address);
        Assert.Contains(sentence, page.Find("#scenario-problem").TextContent);
        Assert.True(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public void Show_AnUnknownRace_SaysSo() =>
        Assert.Contains("There is no such race", Show("/races/unknown").Find("h1").TextContent);

    [Fact(Timeout = 30_000)]
    public void Show_WhenTheArchiveIsGone_SaysThatAndNotThatThereIsNone()
    {
        Archive.Fault = new ArchiveUnavailableException("The state database does not answer. Try again in a moment.", new TimeoutException());
        var page = Show("/races/unknown");
        Assert.Contains("cannot be fetched just now", page.Find("h1").TextContent);
        Assert.Contains("does not answer", page.Markup);
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_ARaceOfTheArchive_ShowsItsVerdictAndWorkload()
    {
        var workload = new Workload { Workers = 7, PauseHigh = TimeSpan.FromMilliseconds(3) };
        await Archive.SaveAsync(new ArchivedRace("old", SomebodyElse, DateTimeOffset.UnixEpoch, TestResults.Flawed(workload)), Token);
        var page = Show("/races/old");
        Assert.Contains("12 keys break it, 31 rows too many in all", page.Find("#verdict").TextContent);
        Assert.Equal("7", page.Find("#workers").GetAttribute("value"));
        Assert.Equal("Run again", page.Find("#run").TextContent.Trim());
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_ARaceWhoseStrategyIsGone_StillShowsTheResult()
    {
        await Archive.SaveAsync(new ArchivedRace("old", Me, DateTimeOffset.UnixEpoch, TestResults.Flawed() with { Strategy = "gone" }), Token);
        var page = Show("/races/old");
        Assert.Contains("Content no longer has this strategy", page.Find(".listing").TextContent);
        Assert.NotEmpty(page.FindAll("#verdict"));
        Assert.True(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_WhileARaceRuns_TheChoicesAreThatRacesAndLocked()
    {
        var race = StartRace(workload: new Workload { Workers = 3 });
        await Runner.Started.WaitAsync(Token);
        var page = Show($"/races/{race.Id}");
        Assert.Equal("3", page.Find("#workers").GetAttribute("value"));
        Assert.All(page.FindAll("fieldset.workload, .choices input"), f => Assert.True(f.HasAttribute("disabled")));
    }

    [Fact(Timeout = 30_000)]
    public void CatalogueChanged_WhileThePageIsOpen_RefreshesPickersAndNotices()
    {
        var page = Show("/");
        Content.Edit(yaml => yaml.Replace("title: Sign-up stampede", "title: Another title", StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("Another title", page.Find("#scenario").GetAttribute("value")), TimeSpan.FromSeconds(10));
        Content.Edit(yaml => yaml.Replace("summary: Two people", "sumary: Two people", StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("scenarios/sign-up/scenario.yaml:3", page.Find(".notice details").TextContent), TimeSpan.FromSeconds(10));
        Assert.Contains("Another title", page.Find("#scenario").GetAttribute("value"));
    }

    [Fact(Timeout = 30_000)]
    public void Show_TheTexts_AreMarkdownAsContentWritesIt()
    {
        var page = Show("/");
        Assert.Equal("What it does.", page.Find("article strong").TextContent);
        Assert.NotNull(page.Find("article a[href^='https://www.postgresql.org/']"));
    }

    [Fact(Timeout = 30_000)]
    public void Strategies_InGroups_AreMarkedByAWordAndAShape()
    {
        var page = Show("/");
        var picker = page.FindComponent<StrategyPicker>();
        Assert.Equal(
            StrategyGroup.Of(TestContent.SignUp).SelectMany(g => g.Strategies).Select(s => s.Title), picker.FindAll(".card .title").Select(t => t.TextContent));
        Assert.Equal(["Broken", "Half-right", "Sound"], picker.FindAll(".kind").Select(k => k.TextContent.Trim()));
        Assert.All(picker.FindAll(".kind"), k => Assert.NotNull(k.QuerySelector("svg[aria-hidden]")));
    }
}
