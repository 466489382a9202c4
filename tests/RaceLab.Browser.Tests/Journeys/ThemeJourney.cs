using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody likes it dark, and somebody else sits in the back row.</summary>
public sealed class ThemeJourney(LabFixture fixture) : Journey(fixture)
{
    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, "light", "dark")]
    [InlineData(ColorScheme.Dark, "dark", "light")]
    public async Task Theme_IsTheSystemsUntilChosenAndThenRemembered(ColorScheme system, string first, string chosen)
    {
        var page = await ArriveAsync(new() { ColorScheme = system });
        await page.OpenAsync("/");
        await ExpectThemeAsync(page, first);

        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "light and dark" }).ClickAsync();

        await ExpectThemeAsync(page, chosen);
        await page.ReloadAsync();
        await ExpectThemeAsync(page, chosen);
        var later = await NewTabAsync(page);
        await later.OpenAsync("/");
        await ExpectThemeAsync(later, chosen);
    }

    [Fact(Timeout = Limit)]
    public async Task PresenterSize_Chosen_IsHalfAsLargeAgainAndRemembered()
    {
        var page = await ArriveAsync(new() { ViewportSize = new() { Width = 1920, Height = 1080 } });
        await page.OpenAsync("/?size=usual");
        await Expect(page.Tab.Locator("html")).ToHaveAttributeAsync("data-size", "usual");
        var usual = await LettersAsync(page);

        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "presenter size" }).ClickAsync();

        await Expect(page.Tab.Locator("html")).ToHaveAttributeAsync("data-size", "presenter");
        Assert.InRange(await LettersAsync(page), 1.45 * usual, 1.7 * usual);
        var later = await NewTabAsync(page);
        await later.OpenAsync("/");
        await Expect(later.Tab.Locator("html")).ToHaveAttributeAsync("data-size", "presenter");
        Assert.True(await later.Tab.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
    }

    private static Task<double> LettersAsync(LabPage page) => page.Tab.EvaluateAsync<double>("() => parseFloat(getComputedStyle(document.documentElement).fontSize)");

    private static Task ExpectThemeAsync(LabPage page, string theme) => Expect(page.Tab.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
}
