using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody wants to read first: the catalogue, a scenario's page, the reference, and from each of them to where it happens.</summary>
public sealed class ReadingJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task Catalogue_ToAScenarioAndItsWitness_PlaysItInTheStepper()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Scenarios" }).ClickAsync();
        await page.Tab.Locator(".catalogue").GetByRole(AriaRole.Link, new() { Name = "Sign-up stampede" }).ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("/scenarios/sign-up$"));

        await page.Tab.Locator(".outline").GetByRole(AriaRole.Link, new() { Name = "Check, then insert", Exact = true }).ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("#check-then-insert$"));
        var part = page.Tab.Locator("#check-then-insert");
        await Expect(part.GetByRole(AriaRole.Heading, new() { Level = 3 })).ToBeInViewportAsync();
        await Expect(part).ToContainTextAsync("does not keep “One row per email”");
        await part.GetByRole(AriaRole.Link, new() { Name = "Play it in the stepper" }).ClickAsync();

        var stepper = new SteppedPage(page.Tab);
        await stepper.ExpectTurnsAsync(4);
        await Expect(stepper.Verdict).ToContainTextAsync("This order breaks");
    }

    [Fact(Timeout = Limit)]
    public async Task Search_ASqlState_LeadsToItsPageAndProducesIt()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        var box = page.Tab.GetByRole(AriaRole.Searchbox, new() { Name = "Search the lab" });
        await box.FillAsync("23505");
        await box.PressAsync("Enter");
        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/search\?q=23505$"));
        await page.Tab.Locator(".hits a").First.ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("/reference/23505$"));

        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Produce 23505" }).First.ClickAsync();

        await Expect(page.Tab.Locator(".board")).ToHaveAttributeAsync("data-phase", "ready", new() { Timeout = 20_000 });
        await Expect(page.Tab.Locator(".board")).ToContainTextAsync("23505");
    }

    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, 1366)]
    [InlineData(ColorScheme.Dark, 1366)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task EveryPageToRead_HasNoSeriousViolationAndNeverScrollsSideways(ColorScheme theme, int width)
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = theme, ViewportSize = new() { Width = width, Height = 844 } });
        var violations = new List<string>();
        foreach (var address in (string[])["/scenarios", "/scenarios/sign-up", "/scenarios/webhooks", "/reference", "/reference/23505", "/guides/review-checklist", "/search?q=insert"])
        {
            await page.Tab.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });
            violations.AddRange(await Axe.ViolationsAsync(page.Tab, address));
            if (!await page.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")) violations.Add($"{address} scrolls sideways");
        }

        Assert.Empty(violations);
    }
}
