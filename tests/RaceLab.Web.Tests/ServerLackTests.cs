using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Web.Components;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

/// <summary>A strategy that the lab's server cannot run says so before anybody presses Run.</summary>
public sealed class ServerLackTests : LabContext
{
    private const string Reason = "It relies on what this server lacks.";

    [Fact(Timeout = 30_000)]
    public void Strategies_ThatTheServerLacksSomethingFor_AreMarkedByAWordAndAShapeAndSayWhy()
    {
        Server.Lack = LackFor(TestContent.Serializable);
        var page = Show("/");
        var cards = page.FindComponent<StrategyPicker>().FindAll(".card");
        Assert.Equal(
            TestContent.SignUp.Strategies.ToDictionary(s => s.Id, s => Server.Lack(TestContent.SignUp.NeedsOf(s)) is not null),
            cards.ToDictionary(c => c.QuerySelector("input")!.GetAttribute("value")!, c => c.QuerySelector(".lack") is not null));
        var card = cards.Single(c => c.QuerySelector("input")!.GetAttribute("value") == TestContent.Serializable.Id);
        var mark = card.QuerySelector(".lack")!;
        Assert.StartsWith("not on this server", mark.TextContent.Trim(), StringComparison.Ordinal);
        Assert.Contains(Reason, mark.TextContent);
        Assert.NotNull(mark.QuerySelector("svg path"));
        Assert.Equal("Sound", card.Closest("[role=group]")!.QuerySelector(".kind")!.TextContent.Trim());
        Assert.Contains(mark.Id!, card.QuerySelector("input")!.GetAttribute("aria-describedby"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_AStrategyThatTheServerLacksSomethingFor_ShowsItsTextsAndRefusesToRun()
    {
        Server.Lack = LackFor(TestContent.Serializable);
        var page = Show("/");
        Assert.False(page.Find("#run").IsDisabled());
        Assert.Empty(page.FindAll("#lack"));

        await page.InvokeAsync(() => page.Find("input[value=serializable]").Change("serializable"));
        Assert.Contains("SERIALIZABLE", page.Find(".listing").TextContent, StringComparison.OrdinalIgnoreCase);
        AssertRefused(page);
        await page.InvokeAsync(page.FindComponent<Components.Pages.RacePage>().Instance.RunByKey);
        Assert.Equal(0, Runner.Races);

        await page.InvokeAsync(() => page.Find("input[value=check-then-insert]").Change("check-then-insert"));
        Assert.False(page.Find("#run").IsDisabled());
        Assert.Equal("Ready", page.Find(".state").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void Show_ALinkToAStrategyThatTheServerLacksSomethingFor_SaysWhy()
    {
        Server.Lack = LackFor(TestContent.Serializable);
        var page = Show("/?strategy=serializable");
        Assert.Equal("serializable", page.Find("input[name=strategy][checked]").GetAttribute("value"));
        AssertRefused(page);
    }

    [Fact(Timeout = 30_000)]
    public void Show_WhereTheServerLacksSomethingForTheFirst_ChoosesTheFirstThatCanBeRaced()
    {
        Server.Lack = needs => needs.Behaviours.Contains(ServerBehaviour.UniqueViolations) ? null : Reason;
        var expected = TestContent.SignUp.Strategies.First(s => s.Needs.Behaviours.Contains(ServerBehaviour.UniqueViolations));
        var page = Show("/");
        Assert.Equal(expected.Id, page.Find("input[name=strategy][checked]").GetAttribute("value"));
        Assert.False(page.Find("#run").IsDisabled());
    }

    [Fact(Timeout = 30_000)]
    public void Show_WhereNoStrategyCanBeRaced_IsAPageThatSaysWhy()
    {
        Server.Lack = _ => Reason;
        var page = Show("/");
        Assert.Equal(TestContent.SignUp.Strategies[0].Id, page.Find("input[name=strategy][checked]").GetAttribute("value"));
        AssertRefused(page);
        Assert.NotEmpty(page.FindAll("article"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_AFinishedRaceWhoseStrategyTheServerLacksSomethingFor_KeepsItsVerdictAndSaysWhyItCannotRunAgain()
    {
        Server.Lack = _ => Reason;
        await Archive.SaveAsync(new Engine.Races.ArchivedRace("old", Me, DateTimeOffset.UnixEpoch, TestResults.Flawed()), Token);
        var page = Show("/races/old");
        Assert.Equal("Finished", page.Find(".state").TextContent);
        Assert.NotEmpty(page.FindAll("#verdict"));
        Assert.True(page.Find("#run").IsDisabled());
        Assert.Contains(Reason, page.Find("#lack").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Learned_WhileThePageIsOpen_MarksWhatWasFoundOut()
    {
        Server.TriedLack = LackFor(TestContent.Serializable);
        var page = Show("/?strategy=serializable");
        Assert.Empty(page.FindAll(".lack"));
        await EventuallyAsync(() => Assert.Equal(1, Server.Tries));
        Server.EndTry();
        page.WaitForAssertion(() => AssertRefused(page), TimeSpan.FromSeconds(10));

        Show("/");
        Assert.Equal(1, Server.Tries);
    }

    [Fact(Timeout = 30_000)]
    public async Task Learn_AfterAServerThatCouldNotBeTried_TriesAgainOnce()
    {
        Server.TriedLack = _ => Reason;
        await using var lacks = NewLacks();
        var learned = 0;
        lacks.Learned += () => Interlocked.Increment(ref learned);
        lacks.Learn();
        await EventuallyAsync(() => Assert.Equal(1, Server.Tries));
        Server.FailTry();
        await EventuallyAsync(() =>
        {
            lacks.Learn();
            Assert.Equal(2, Server.Tries);
        });
        Assert.Null(lacks.Of(TestContent.SignUp, TestContent.Serializable));

        lacks.Learn();
        Server.EndTry();
        await EventuallyAsync(() => Assert.Equal(1, Volatile.Read(ref learned)));
        lacks.Learn();
        Assert.Equal(2, Server.Tries);
        Assert.Equal(Reason, lacks.Of(TestContent.SignUp, TestContent.Serializable));
    }

    [Fact(Timeout = 30_000)]
    public async Task DisposeAsync_WhileTheServerIsTried_GivesUp()
    {
        var lacks = NewLacks();
        lacks.Learn();
        await EventuallyAsync(() => Assert.Equal(1, Server.Tries));
        await lacks.DisposeAsync().AsTask().WaitAsync(Token);
        lacks.Learn();
        Assert.Equal(1, Server.Tries);
    }

    private ServerLacks NewLacks() => new(Server.KnownLack, Server.ProbeAsync, NullLogger<ServerLacks>.Instance);

    /// <summary>A server that lacks a behaviour on which this strategy relies, and with it perhaps others.</summary>
    private static Func<Needs, string?> LackFor(Strategy strategy)
    {
        var missing = strategy.Needs.Behaviours[0];
        return needs => needs.Behaviours.Contains(missing) ? Reason : null;
    }

    private static void AssertRefused(IRenderedComponent<Microsoft.AspNetCore.Components.CascadingValue<OwnerToken>> page)
    {
        Assert.True(page.Find("#run").IsDisabled());
        Assert.Equal("lack", page.Find("#run").GetAttribute("aria-describedby"));
        Assert.Equal("Not on this server", page.Find(".state").TextContent);
        Assert.StartsWith(Reason, page.Find("#lack").TextContent, StringComparison.Ordinal);
    }
}
