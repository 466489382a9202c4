using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Components;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.Studies;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ComparePageTests : LabContext
{
    private const string Two = "/compare?scenario=sign-up&strategies=check-then-insert,upsert&rounds=2&workers=4&duration=1s";

    private readonly StudyRegistry _studies;

    public ComparePageTests()
    {
        _studies = new StudyRegistry(Runner, Archive, TimeProvider.System, NullLogger<StudyRegistry>.Instance);
        Services.AddSingleton(_studies);
        Services.AddSingleton(new StudyFinder(_studies));
        Written = JSInterop.SetupModule("./js/address.js").SetupVoid("address", _ => true);
        Written.SetVoidResult();
    }

    private JSRuntimeInvocationHandler Written { get; }

    [Fact(Timeout = 30_000)]
    public async Task Show_Choices_SayHowManyRacesAndHowLongBeforehand()
    {
        var page = Open(Two);
        Assert.Equal("2 strategies, 2 rounds: 5 races, about 8 seconds when nobody else races", page.Find(".what").TextContent);
        Assert.Equal(["check-then-insert", "upsert"], page.FindAll("input[name=strategies][checked]").Select(i => i.GetAttribute("value")));

        await page.InvokeAsync(() => page.Find("input[value=upsert]").Change(false));
        Assert.True(page.Find("#run").IsDisabled());
        Assert.Contains("at least two", page.Find(".refusal").TextContent, StringComparison.Ordinal);
        Assert.Contains("strategies=check-then-insert&rounds=2", (string)Written.Invocations.Last().Arguments[0]!, StringComparison.Ordinal);

        await page.InvokeAsync(() => page.Find("#all-strategies").Click());
        Assert.Equal(TestContent.SignUp.Strategies.Count, page.FindAll("input[name=strategies][checked]").Count);
    }

    [Fact(Timeout = 30_000)]
    public void Show_AStrategyThatTheServerLacksSomethingFor_CannotBeChosenAndSaysWhy()
    {
        var missing = TestContent.Serializable.Needs.Behaviours[0];
        Server.Lack = needs => needs.Behaviours.Contains(missing) ? "It lacks x." : null;
        var page = Open("/compare?scenario=sign-up&strategies=all");
        var lacking = page.FindAll("input[name=strategies][disabled]");
        Assert.Contains("serializable", lacking.Select(i => i.GetAttribute("value")));
        Assert.All(lacking, i => Assert.Contains("It lacks x.", page.Find($"#{i.GetAttribute("aria-describedby")}").TextContent, StringComparison.Ordinal));
        Assert.All(lacking, i => Assert.False(i.HasAttribute("checked")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Run_ThenStop_ShowsWhereItIsAndOnlyItsOwnerMayStopIt()
    {
        var page = Open(Two);
        await page.InvokeAsync(() => page.Find("#run").Click());
        var progress = await Runner.Started.WaitAsync(Token);
        var id = Navigation.Uri.Split('/')[^1];
        progress.Queued(2);
        page.WaitForAssertion(() => Assert.Equal("Race 1 of 5 waits for other races: 2nd in the queue", page.Find(".state").TextContent));
        progress.Entered(RaceState.Running);
        page.WaitForAssertion(() => Assert.Equal($"Race 1 of 5, to warm up: {TestContent.CheckThenInsert.Title}", page.Find(".state").TextContent));
        Assert.True(page.Find("input[value=upsert]").IsDisabled());

        var watcher = Open($"/compare/{id}", SomebodyElse);
        Assert.Empty(watcher.FindAll("#stop, #run"));
        Assert.Contains("You are watching", watcher.Find(".state").TextContent, StringComparison.Ordinal);

        await page.InvokeAsync(() => page.Find("#stop").Click());
        page.WaitForAssertion(() => Assert.Equal("Stopped", page.Find(".state").TextContent));
        Assert.Contains("stopped after 0 of 5 races", page.Find("#verdict").TextContent, StringComparison.Ordinal);
        watcher.WaitForAssertion(() => Assert.StartsWith("Stopped", watcher.Find(".state").TextContent, StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_AKeptComparison_HasPanelsTableWordsAndItsChoices()
    {
        var record = TestComparisons.Of((TestContent.CheckThenInsert, [2000, 2040, 1980, 2010]), (TestContent.Serializable, [1000, 1010, 990, 1005]));
        await Archive.SaveAsync(
            new ArchivedStudy("kept-kept-12", SomebodyElse, DateTimeOffset.UnixEpoch, record.Kind, record.Scenario, record.Words(), StudyEnd.Finished, record.ToJson()), Token);
        var page = Open("/compare/kept-kept-12");

        Assert.StartsWith("Most attempts per second", page.Find("#verdict h2").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll(".panel svg[role=img]").Count);
        Assert.Equal(8, page.FindAll(".panel .bar").Count);
        Assert.Equal(4, page.FindAll(".panel .excess").Count);
        Assert.Equal(8, page.FindAll(".panels details tbody tr").Count);
        Assert.Equal(2, page.FindAll("#pairs tbody tr").Count);
        Assert.Equal(["check-then-insert", "serializable"], page.FindAll("input[name=strategies][checked]").Select(i => i.GetAttribute("value")));
        Assert.Equal("Finished", page.Find(".state").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_NoSuchOneOrOneThatCannotBeRead_SaysSo()
    {
        Assert.Equal("There is no such comparison", Open("/compare/nowhere").Find("h1").TextContent);
        var sweep = TestComparisons.Of((TestContent.CheckThenInsert, [1])) with { Kind = "sweep" };
        await Archive.SaveAsync(new ArchivedStudy("a-sweep", Me, DateTimeOffset.UnixEpoch, "sweep", "sign-up", "", StudyEnd.Finished, sweep.ToJson()), Token);
        Assert.Equal("There is no such comparison", Open("/compare/a-sweep").Find("h1").TextContent);
        await Archive.SaveAsync(new ArchivedStudy("newer", Me, DateTimeOffset.UnixEpoch, "comparison", "sign-up", "", StudyEnd.Finished, """{"version":99}"""), Token);
        Assert.Contains("newer lab", Open("/compare/newer").Find("p").TextContent, StringComparison.Ordinal);
        Archive.Fault = new ArchiveUnavailableException("The state server is away.", new TimeoutException());
        Assert.Contains("is away", Open("/compare/elsewhere").Find("p").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<Microsoft.AspNetCore.Components.CascadingValue<OwnerToken>> Open(string address, string owner = Me)
    {
        Navigation.NavigateTo(address);
        var path = Navigation.ToBaseRelativePath(Navigation.Uri).Split('?')[0];
        return Render<Microsoft.AspNetCore.Components.CascadingValue<OwnerToken>>(p => p
            .Add(c => c.Value, new OwnerToken(owner))
            .AddChildContent<ComparePage>(page => page.Add(c => c.Id, path.StartsWith("compare/", StringComparison.Ordinal) ? path["compare/".Length..] : null)));
    }
}
