using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Web.Components.Layout;
using RaceLab.Web.Components.Pages;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class ExplorePageTests : LabContext
{
    private const string Naive = "/explore?scenario=sign-up&strategy=check-then-insert&sessions=2";

    private readonly ControlledExplorer _explorer = new();
    private readonly ExplorationShelf _shelf;

    public ExplorePageTests()
    {
        _shelf = new ExplorationShelf(_explorer, Content.Catalogue, TimeProvider.System, NullLogger<ExplorationShelf>.Instance);
        Services.AddSingleton(_shelf);
        Services.AddSingleton(TimeProvider.System);
        Written = JSInterop.SetupModule("./js/address.js").SetupVoid("address", _ => true);
        Written.SetVoidResult();
    }

    private JSRuntimeInvocationHandler Written { get; }

    [Fact(Timeout = 30_000)]
    public void Show_OnAFirstVisit_OffersTheButtonAndBeginsNothing()
    {
        var page = Open("/explore");
        Assert.False(page.Find("#explore").IsDisabled());
        Assert.Equal("Check, then insert: two sessions, one key", page.Find(".what").TextContent);
        Assert.Equal("2", page.Find("input[name=sessions][checked]").GetAttribute("value"));
        Assert.Equal(0, _explorer.Explorations);
        Assert.Empty(page.FindAll(".matrix, .outcomes, #verdict"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Explore_AFlawedStrategy_ShowsHeadlineOutcomesAndMatrix()
    {
        var page = Open(Naive);
        await page.InvokeAsync(() => page.Find("#explore").Click());
        var progress = await _explorer.Started.WaitAsync(Token);
        progress.Report(70);
        page.WaitForAssertion(() => Assert.Equal("70", page.Find("[data-number]").TextContent));
        Assert.True(page.Find("#explore").IsDisabled());
        Assert.Equal("Trying every order", page.Find(".state").TextContent);
        Assert.Equal(Naive + "&run=1", Written.Invocations.Single().Arguments[0]);

        _explorer.End(TestExplorations.Flawed());

        page.WaitForAssertion(() => Assert.Equal("6 orders, 4 of them end with two rows", page.Find("#verdict h2").TextContent));
        Assert.Equal("4", page.Find("[data-number]").TextContent);
        Assert.Equal("A: 4 orders, two rows; B: 2 orders, one row", page.Find(".bar").GetAttribute("aria-label"));
        Assert.Equal(2, page.FindAll(".outcomes > ol > li").Count);
        Assert.Contains("breaks “One row per email”", page.Find(".outcomes > ol > li").TextContent);
        Assert.Equal(
            "/step?scenario=sign-up&strategy=check-then-insert&sessions=2&schedule=1.check,2.check,1.insert,2.insert", page.Find(".outcomes a").GetAttribute("href"));
        Assert.Equal(3, page.FindAll(".matrix ol a").Count);
        Assert.Equal("Outcome A, stands for 2 orders: 1.check, 2.check, 1.insert, 2.insert", page.Find(".matrix ol a .unseen").TextContent);
        Assert.Contains("schedule=1.check,1.insert,2.check", page.FindAll(".matrix ol a")[2].GetAttribute("href"));
        Assert.Contains("Two sessions can break “One row per email” on this PostgreSQL 15.18.", page.Find(".proof").TextContent);
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_ALinkThatRunsWithAnOutcome_BeginsAtOnceAndShowsOnlyItsSchedules()
    {
        var page = Open(Naive + "&run=1&outcome=B");
        await _explorer.Started.WaitAsync(Token);
        _explorer.End(TestExplorations.Flawed());

        page.WaitForAssertion(() => Assert.Single(page.FindAll(".matrix ol a")));
        Assert.Equal("The one schedule with outcome B.", page.Find(".part").TextContent);
        await page.InvokeAsync(() => page.FindAll(".matrix input")[0].Change(true));
        Assert.Equal(3, page.FindAll(".matrix ol a").Count);
        Assert.Equal(Naive + "&run=1", Written.Invocations.Last().Arguments[0]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Page_OfALargeMatrix_LeadsOnAndIsInTheAddress()
    {
        var page = Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);
        _explorer.End(TestExplorations.Large(70));
        page.WaitForAssertion(() => Assert.Equal(30, page.FindAll(".matrix ol a").Count));

        await page.InvokeAsync(() => page.FindAll(".matrix nav button")[1].Click());

        Assert.Contains("Schedules 31 to 60 of 70.", page.Find(".part").TextContent);
        Assert.Equal(Naive + "&run=1&page=2", Written.Invocations.Last().Arguments[0]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/explore?scenario=nope", "There is no scenario “nope” here.")]
    [InlineData("/explore?scenario=sign-up&strategy=nope&run=1", "“Sign-up stampede” has no strategy “nope”.")]
    public void Show_ALinkWithUnknownNames_SaysSoAndBeginsNothing(string link, string words)
    {
        var page = Open(link);
        Assert.Contains(words, page.Find("#scenario-problem").TextContent);
        Assert.True(page.Find("#explore").IsDisabled());
        Assert.Equal(0, _explorer.Explorations);
    }

    [Fact(Timeout = 30_000)]
    public async Task Show_ALinkWithAnOutcomeThatThereIsNot_SaysSoAndShowsAll()
    {
        var page = Open(Naive + "&run=1&outcome=Q&sessions=3");
        await _explorer.Started.WaitAsync(Token);
        _explorer.End(TestExplorations.Flawed());
        page.WaitForAssertion(() => Assert.Contains("There is no outcome Q here; all outcomes are shown.", page.Find(".notice").TextContent));
        Assert.Contains("“sessions” twice", page.Find(".notice").TextContent);
        Assert.Equal(3, page.FindAll(".matrix ol a").Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Explore_ServerRefuses_SaysWhyAndOffersAnotherTry()
    {
        var page = Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);
        _explorer.Fail(new ServerRefusedException("The server is on holiday."));
        page.WaitForAssertion(() => Assert.Equal("The server is on holiday.", page.Find(".refusal").TextContent));
        Assert.Empty(page.FindAll("#verdict"));

        await page.InvokeAsync(() => page.Find("#explore").Click());

        page.WaitForAssertion(() => Assert.Equal(2, _explorer.Explorations));
        Assert.Empty(page.FindAll(".refusal"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_WhileItRuns_LeavesItAndForgetsRun()
    {
        var page = Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);

        await page.InvokeAsync(() => page.Find("input[name=sessions][value='3']").Click());

        Assert.True(_explorer.Cancellation.IsCancellationRequested);
        Assert.Equal("Ready", page.Find(".state").TextContent);
        Assert.Equal(Naive.Replace("sessions=2", "sessions=3", StringComparison.Ordinal), Written.Invocations.Last().Arguments[0]);
        await page.InvokeAsync(() => page.Find("#explore").Click());
        page.WaitForAssertion(() => Assert.Equal(3, _explorer.Sessions));
    }

    [Fact(Timeout = 30_000)]
    public async Task Stop_WhileItRuns_IsReadyAgain()
    {
        var page = Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);
        await page.InvokeAsync(() => page.Find("#stop").Click());
        Assert.True(_explorer.Cancellation.IsCancellationRequested);
        Assert.False(page.Find("#explore").IsDisabled());
        Assert.Equal(Naive, Written.Invocations.Last().Arguments[0]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Leave_ThePage_LeavesTheExploration()
    {
        Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);
        await DisposeComponentsAsync();
        Assert.True(_explorer.Cancellation.IsCancellationRequested);
    }

    [Fact(Timeout = 30_000)]
    public async Task Explore_ByTwoPages_IsOneExploration()
    {
        Open(Naive + "&run=1");
        var other = Open(Naive + "&run=1");
        await _explorer.Started.WaitAsync(Token);
        _explorer.End(TestExplorations.Flawed());
        other.WaitForAssertion(() => Assert.NotEmpty(other.FindAll("#verdict")));
        Assert.Equal(1, _explorer.Explorations);
    }

    [Fact(Timeout = 30_000)]
    public async Task Choose_AStrategy_IsCarriedByTheBar()
    {
        var bar = Render<LabNav>();
        var page = Open("/explore");
        await page.InvokeAsync(() => page.Find("input[value=upsert]").Change("upsert"));
        bar.WaitForAssertion(() => Assert.Equal(
            [.. new[] { "/", "/compare", "/sweep", "/step", "/explore" }.Select(room => room + "?scenario=sign-up&strategy=upsert"), "/history", "/scenarios", "/reference"],
            bar.FindAll("a").Select(a => a.GetAttribute("href"))));
        Assert.Equal("Explore", bar.Find("[aria-current=page]").TextContent);
    }

    private IRenderedComponent<ExplorePage> Open(string address)
    {
        Navigation.NavigateTo(address);
        return Render<ExplorePage>();
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _shelf.DisposeAsync();
    }
}
