using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody does not want to leave it to luck.</summary>
public sealed class ExploreJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task RacePage_TryEveryOrder_LeadsToOutcomesSchedulesAndTheStepper()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert");
        await page.Strategy("check-then-insert").CheckAsync();

        // The link leads to what the page knows to be chosen.
        var everyOrder = page.Tab.GetByRole(AriaRole.Link, new() { Name = "Try every order" });
        await Expect(everyOrder).ToHaveAttributeAsync("href", new Regex("&strategy=check-then-insert&"));
        await everyOrder.ClickAsync();

        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/explore\?scenario=sign-up&strategy=check-then-insert&sessions=2$"));
        await Expect(page.Tab.GetByRole(AriaRole.Link, new() { Name = "Explore" })).ToHaveAttributeAsync("aria-current", "page");
        await Button(page).ClickAsync();
        await Expect(page.Verdict).ToContainTextAsync("6 orders, 4 of them end with two rows");
        await Expect(page.Verdict).ToContainTextAsync("3 runs on the server stood for all 6");
        await Expect(Outcome(page, "A")).ToContainTextAsync("4 orders");
        await Expect(Outcome(page, "A")).ToContainTextAsync("breaks “One row per email”");
        await Expect(Outcome(page, "B")).ToContainTextAsync("2 orders");
        await Expect(Outcome(page, "A").GetByRole(AriaRole.Link)).ToHaveAttributeAsync(
            "href", "/step?scenario=sign-up&strategy=check-then-insert&sessions=2&schedule=1.check,2.check,1.insert,2.insert");
        await Expect(Schedules(page)).ToHaveCountAsync(3);
        await Expect(Schedules(page).Last).ToHaveAttributeAsync("href", new Regex("schedule=1.check,1.insert,2.check$"));

        await page.Tab.GetByRole(AriaRole.Radio, new() { Name = "one row" }).CheckAsync();

        await Expect(Schedules(page)).ToHaveCountAsync(1);
        await Expect(page.Tab).ToHaveURLAsync(new Regex("&run=1&outcome=B$"));
        var other = await ArriveAsync();
        await other.Tab.GotoAsync(page.Tab.Url);
        await Expect(Schedules(other)).ToHaveCountAsync(1);
        await Expect(other.Verdict).ToContainTextAsync("6 orders, 4 of them end with two rows");

        await Outcome(page, "A").GetByRole(AriaRole.Link).ClickAsync();
        await new SteppedPage(page.Tab).ExpectTurnsAsync(4);
        await Expect(page.Verdict).ToContainTextAsync("This order breaks");
    }

    [Fact(Timeout = Limit)]
    public async Task KeysOnly_ChooseAndExploreALock_SeesNoWayToBreakItAndTheWaits()
    {
        var page = await ArriveAsync();
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=do-nothing-then-select");
        await Expect(Button(page)).ToBeEnabledAsync();

        await page.TabToAsync("input[name=strategy]:checked");
        await page.Tab.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Strategy("advisory-lock")).ToBeCheckedAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("strategy=advisory-lock"));
        await page.TabToAsync("#explore");
        await page.Tab.Keyboard.PressAsync("Enter");

        await Expect(page.Verdict).ToContainTextAsync("36 possible orders, all of them end with one row");
        await Expect(page.Verdict).ToContainTextAsync("Waiting makes 216 of them impossible");
        await Expect(page.Tab.GetByText("No order of these statements of two sessions breaks “One row per email”")).ToBeVisibleAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("2.lock waits for session 1") }).First).ToBeVisibleAsync();
        await page.TabToAsync(".matrix a");
    }

    [Fact(Timeout = Limit)]
    public async Task Phone_Explored_ScrollsStripsAndNeverThePage()
    {
        var page = await ArriveAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=advisory-lock&sessions=2");
        await Expect(Button(page)).ToBeEnabledAsync();
        await Expect(Button(page)).ToBeInViewportAsync(new() { Ratio = 1 });

        await Button(page).TapAsync();

        await Expect(page.Verdict).ToBeVisibleAsync();
        await page.Tab.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.True(await page.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth && innerWidth <= 390"));
        Assert.True(await page.Tab.Locator(".matrix .scroll").EvaluateAsync<bool>("box => box.scrollWidth > box.clientWidth"));
    }

    private static ILocator Button(LabPage page) => page.Tab.Locator("#explore");

    private static ILocator Schedules(LabPage page) => page.Tab.Locator(".matrix").GetByRole(AriaRole.Link);

    private static ILocator Outcome(LabPage page, string letter) =>
        page.Tab.Locator(".outcomes > ol > li").Filter(new() { Has = page.Tab.GetByRole(AriaRole.Heading, new() { Name = $"Outcome {letter}:" }) });
}
