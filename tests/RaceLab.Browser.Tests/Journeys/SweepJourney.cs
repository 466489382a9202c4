using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody wants to know how likely it is.</summary>
public sealed class SweepJourney(LabFixture fixture) : Journey(fixture)
{
    // With a window that is twice the spread, only a machine that stumbles keeps attempts apart.
    private static readonly Regex AtLeastHalf = new(@"^(100|[5-9]\d(\.\d)?) %$");

    [Fact(Timeout = Limit)]
    public async Task Sweep_TwoByTwo_FillsTheMapAndIsThereForOthers()
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = 390, Height = 844 } });
        await page.Tab.GotoAsync("/sweep?scenario=sign-up&strategy=check-then-insert&pauses=0,60&workers=2,4&spread=30&keys=10&rounds=1");
        var run = page.Tab.GetByRole(AriaRole.Button, new() { Name = "Sweep", Exact = true });
        await Expect(run).ToBeEnabledAsync();
        await Expect(page.Tab.GetByText("7 races")).ToBeVisibleAsync();
        await run.ClickAsync();

        await Expect(page.Tab).ToHaveURLAsync(new Regex("/sweep/[A-Za-z0-9_-]{12}$"));
        await Expect(page.Verdict).ToContainTextAsync("10 keys broke “One row per email”", new() { Timeout = 40_000 });
        var cells = page.Tab.Locator(".map tbody td .share");
        await Expect(cells).ToHaveCountAsync(4);
        await Expect(cells.Last).ToHaveTextAsync(AtLeastHalf);
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "swept"));
        Assert.True(await page.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");

        var other = await ArriveAsync();
        await other.Tab.GotoAsync(page.Tab.Url);
        await Expect(other.Tab.Locator(".map tbody td .share").Last).ToHaveTextAsync(await cells.Last.InnerTextAsync());
        await Expect(other.Verdict).ToContainTextAsync("with 60 ms");
    }
}
