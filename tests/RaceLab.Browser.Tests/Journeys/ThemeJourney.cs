using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody likes it dark.</summary>
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

    private static Task ExpectThemeAsync(LabPage page, string theme) => Expect(page.Tab.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
}
