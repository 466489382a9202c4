using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>axe looks at every state of the page and finds nothing serious.</summary>
public sealed class AccessibilityJourney(LabFixture fixture) : Journey(fixture)
{
    private const int Laptop = 1366;
    private const int Phone = 390;

    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, Laptop)]
    [InlineData(ColorScheme.Light, Phone)]
    [InlineData(ColorScheme.Dark, Laptop)]
    [InlineData(ColorScheme.Dark, Phone)]
    public async Task EveryStateOfThePage_HasNoSeriousViolation(ColorScheme theme, int width)
    {
        Excuse("status of 404");

        // What fades in has less contrast on its way, which is not what is asked here.
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = theme, ViewportSize = new() { Width = width, Height = 768 } });
        var violations = new List<string>();

        await page.OpenAsync(LongRace);
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "before"));
        await page.RunUntilLiveAsync();
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "during"));
        await page.StopAsync();
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "after"));
        await page.OpenAsync("/?scenario=sign-up&workers=0&colour=red");
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "refused"));
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=advisory-lock&sessions=5");
        await Assertions.Expect(page.Tab.Locator("#explore")).ToBeEnabledAsync();
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "before exploring"));
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=advisory-lock&run=1");
        await Assertions.Expect(page.Verdict).ToBeVisibleAsync();
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "explored, kept"));
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=check-then-insert&run=1");
        await Assertions.Expect(page.Verdict).ToBeVisibleAsync();
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "explored, broken"));
        await OpenToRestAsync(page, "/races/nowhere");
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "no such race"));
        await OpenToRestAsync(page, "/nowhere");
        violations.AddRange(await Axe.ViolationsAsync(page.Tab, "not found"));

        Assert.Empty(violations);
    }

    /// <summary>A page without a race draws no numbers that would tell when it is ready; its title comes twice, as the page itself does.</summary>
    private static async Task OpenToRestAsync(LabPage page, string address)
    {
        await page.Tab.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await Assertions.Expect(page.Tab).ToHaveTitleAsync(new Regex("RaceLab"));
    }
}
