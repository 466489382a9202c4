using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RaceLab.Engine.Content;
using RaceLab.Web.Choices;
using RaceLab.Web.Components.Choices;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.Scenarios;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ScenarioPageTests : LabContext
{
    [Fact]
    public void Group_OfAStrategy_FollowsFromItsPromises()
    {
        var first = TestContent.SignUp.Invariants[0].Name;
        foreach (var strategy in TestContent.SignUp.Strategies)
        {
            var expected = strategy.Promises[first] == Promise.Some ? Standing.Broken : strategy.IsSound ? Standing.Sound : Standing.HalfRight;
            Assert.Equal(expected, StrategyGroup.StandingOf(TestContent.SignUp, strategy));
        }

        Assert.Equal(Standing.HalfRight, StrategyGroup.StandingOf(TestContent.SignUp, TestContent.SignUp.FindStrategy("do-nothing-misread")!));
    }

    [Fact]
    public void Groups_OfAScenario_HaveEveryStrategyOnceTheBrokenFirst()
    {
        var groups = StrategyGroup.Of(TestContent.SignUp);
        Assert.Equal(["Broken", "Half-right", "Sound"], groups.Select(g => g.Title));
        Assert.Equal(TestContent.SignUp.Strategies.Count, groups.Sum(g => g.Strategies.Count));
        Assert.Equal(TestContent.SignUp.Strategies.ToHashSet(), groups.SelectMany(g => g.Strategies).ToHashSet());
    }

    [Fact]
    public void Families_OfSignUp_LeadWithTheFourThatEverybodyShouldKnow()
    {
        var families = StrategyGroup.Of(TestContent.SignUp).SelectMany(g => g.Families).ToList();
        Assert.Equal(
            ["check-then-insert", "unique-and-catch", "do-nothing-then-select", "advisory-lock"],
            families.Where(f => f.Tries is null).SelectMany(f => f.Strategies).Select(s => s.Id));
        Assert.All(StrategyGroup.Of(TestContent.SignUp), g => Assert.Equal(g.Strategies, g.Families.SelectMany(f => f.Strategies)));
    }

    [Fact(Timeout = 30_000)]
    public async Task ChoiceList_AnotherChosen_TellsIt()
    {
        var chosen = new List<string>();
        var list = Render<ChoiceList>(p => p
            .Add(l => l.Legend, "Strategy")
            .Add(l => l.Name, "strategy")
            .Add(l => l.Groups, StrategyChoices.Of(TestContent.SignUp, _ => null))
            .Add(l => l.Chosen, "upsert")
            .Add(l => l.ChosenChanged, chosen.Add));

        Assert.Equal("upsert", list.Find("input[checked]").GetAttribute("value"));
        Assert.Equal(TestContent.SignUp.FindStrategy("upsert")!.Summary, list.Find(".chosen .about").TextContent);
        Assert.Equal(["Broken", "Half-right", "Sound"], list.FindAll("[role=group][aria-labelledby]").Select(g => list.Find($"#{g.GetAttribute("aria-labelledby")}").TextContent.Trim()));
        await list.InvokeAsync(() => list.Find("input[value=serializable]").Change("serializable"));
        Assert.Equal(["serializable"], chosen);
    }

    [Fact(Timeout = 30_000)]
    public void Catalogue_Page_ListsEveryScenarioWithASentence()
    {
        Services.AddSingleton(TestContent.Whole);
        var page = Render<ScenariosPage>();
        Assert.Equal(TestContent.Whole.Scenarios.Select(s => $"/scenarios/{s.Id}"), page.FindAll(".catalogue a").Select(a => a.GetAttribute("href")));
        Assert.Equal(TestContent.Whole.Scenarios.Select(s => s.Summary), page.FindAll(".catalogue li > p:not(.hint)").Select(p => p.TextContent));
    }

    [Fact(Timeout = 30_000)]
    public void Page_OfAScenario_ReadsFromTheStoryToEveryStrategy()
    {
        var page = Render<ScenarioPage>(p => p.Add(s => s.Id, "sign-up"));

        Assert.Equal(["The story", "The tables", "What must hold", "Broken", "Half-right", "Sound"], page.FindAll("h2.part").Select(h => h.TextContent.Trim()));
        Assert.Contains("CREATE TABLE users", page.Find("pre").TextContent);
        Assert.Equal(TestContent.SignUp.Invariants.Select(i => i.Title), page.FindAll(".invariants strong").Select(s => s.TextContent));
        Assert.Equal(StrategyGroup.Of(TestContent.SignUp).SelectMany(g => g.Strategies).Select(s => s.Id), page.FindAll("article.strategy").Select(a => a.Id));
        Assert.Equal(page.FindAll("article.strategy").Select(a => $"/scenarios/sign-up#{a.Id}"), page.FindAll(".outline a").Select(a => a.GetAttribute("href")));
        Assert.Empty(page.FindAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact(Timeout = 30_000)]
    public void Page_ABrokenStrategy_SaysWhatItBreaksAndPlaysItsWitness()
    {
        var page = Render<ScenarioPage>(p => p.Add(s => s.Id, "sign-up"));
        var part = page.Find("#check-then-insert");

        Assert.Equal("does not keep “One row per email”", Assert.Single(part.QuerySelectorAll(".promises .broken")).QuerySelector("span")!.TextContent);
        Assert.Equal(["1.check", "2.check", "1.insert", "2.insert"], part.QuerySelectorAll(".witness code").Select(c => c.TextContent));
        Assert.Equal(
            "/step?scenario=sign-up&strategy=check-then-insert&sessions=2&schedule=1.check,2.check,1.insert,2.insert", part.QuerySelector(".witness a")!.GetAttribute("href"));
        Assert.Contains("/?scenario=sign-up&strategy=check-then-insert", Addresses(part));
        Assert.Contains("/explore?scenario=sign-up&strategy=check-then-insert&sessions=2", Addresses(part));
        Assert.Contains("/step?scenario=sign-up&puzzle=full-house&sessions=3", Addresses(part));
        Assert.NotEmpty(part.QuerySelectorAll(".listing li"));

        var sound = page.Find("#upsert");
        Assert.Empty(sound.QuerySelectorAll(".promises .broken, .witness"));
    }

    [Fact(Timeout = 30_000)]
    public void Page_OfNoScenario_SaysSo() =>
        Assert.Contains("There is no such scenario", Render<ScenarioPage>(p => p.Add(s => s.Id, "nowhere")).Markup);

    private static IEnumerable<string?> Addresses(IElement part) => part.QuerySelectorAll("a").Select(a => a.GetAttribute("href"));
}
