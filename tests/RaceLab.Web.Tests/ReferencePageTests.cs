using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RaceLab.Engine.Content;
using RaceLab.Engine.Words;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.Races;
using RaceLab.Web.Reference;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ReferencePageTests : LabContext
{
    public ReferencePageTests() => Services.AddSingleton(TestContent.Whole);

    [Fact(Timeout = 30_000)]
    public void Reference_Page_ListsArticlesGuidesAndQuestions()
    {
        var page = Render<ReferencePage>();
        Assert.Equal(TestContent.Whole.Articles.Select(a => $"/reference/{a.SqlState}"), page.FindAll(".articles a").Select(a => a.GetAttribute("href")));
        Assert.Equal(TestContent.Whole.Guides.Select(g => g.Title), page.FindAll(".guides a").Select(a => a.TextContent));
        Assert.Equal(TestContent.Whole.Questions.Select(q => q.Title), page.FindAll(".question h3").Select(h => h.TextContent));
        Assert.Equal(TestContent.Whole.Questions.SelectMany(q => q.Proofs).Select(p => p.Says), page.FindAll(".question > ul > li > p:first-child").Select(p => p.TextContent));
    }

    [Fact(Timeout = 30_000)]
    public void SqlState_ThatTheLabProduces_HasAButtonThatPlaysIt()
    {
        var page = Render<SqlStatePage>(p => p.Add(s => s.SqlState, "40p01"));
        Assert.Equal("40P01 deadlock_detected", page.Find("h1").TextContent);
        var button = page.Find(".produce a.go-there");
        Assert.Equal("Produce 40P01, step by step", button.TextContent);
        Assert.StartsWith("/step?scenario=table-lock&strategy=weak-lock-first&sessions=2&schedule=1.begin,2.begin", button.GetAttribute("href"));
        Assert.Equal(Article.Sections, page.FindAll(".prose h2").Select(h => h.TextContent));
        Assert.Equal("retry", page.Find("dd").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public void SqlState_ThatIsNotInTheReference_LeadsToTheManual()
    {
        var page = Render<SqlStatePage>(p => p.Add(s => s.SqlState, "99999"));
        Assert.Contains("“99999” is not in the reference", page.Markup);
        Assert.NotNull(page.Find("a[href^='https://www.postgresql.org/docs/']"));
    }

    [Fact(Timeout = 30_000)]
    public void Guide_Page_ShowsItsText()
    {
        var guide = TestContent.Whole.Guides[0];
        var page = Render<GuidePage>(p => p.Add(g => g.Id, guide.Id));
        Assert.Equal(guide.Title, page.Find("h1").TextContent);
        Assert.Equal(4, page.FindAll(".prose h2").Count);
        Assert.Contains("no such guide", Render<GuidePage>(p => p.Add(g => g.Id, "nowhere")).Markup);
    }

    [Fact(Timeout = 30_000)]
    public void Link_ToARace_HasTheChoicesAndWaitsForRun()
    {
        var shown = new Demonstration("sign-up", "upsert", [], 2, new RaceSize(8, 3, 10, 5), new PuzzleGoal { Raises = "53300" }, null);
        var link = DemonstrationLink.Of(shown, TestContent.Whole, "Produce 53300");
        var race = RaceLink.Parse(link.Address[1..]);
        Assert.Empty(race.Refusals);
        Assert.Equal(("sign-up", "upsert", "8", "3", "10", "5"), (race.Scenario, race.Strategy, race.Workload.Workers, race.Workload.Keys, race.Workload.Attempts, race.Workload.PauseHigh));
        Assert.NotNull(race.Workload.Read().Workload);
        Assert.Equal("Produce 53300 in a race", link.Label);
    }

    /// <summary>What the reports of races call an error, its article calls it, too.</summary>
    [Fact]
    public void Conditions_OfArticles_AreThoseOfTheReports() =>
        Assert.All(TestContent.Whole.Articles, a => Assert.Equal(SqlStates.NameOf(a.SqlState), a.Condition));
}
