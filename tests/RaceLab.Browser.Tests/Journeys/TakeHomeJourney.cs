using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody has understood a strategy, and takes its code along.</summary>
public sealed class TakeHomeJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task TakeHome_FromTheRaceByKeyboard_CopiesTheCodeAndSaysWhatPsqlCannotSay()
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.OpenAsync("/?scenario=sign-up&strategy=serializable");
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "take it home" }).ClickAsync();
        var csharp = page.Tab.GetByRole(AriaRole.Radio, new() { Name = "C#" });
        await Expect(csharp).ToBeCheckedAsync();
        await Expect(page.Tab.Locator("pre code")).ToContainTextAsync("IsolationLevel.Serializable");
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "code"));

        // Without the permission the page copies by a selection, as pages did before there was one.
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Status).Filter(new() { HasText = "Copied." })).ToBeVisibleAsync();

        await csharp.FocusAsync();
        foreach (var _ in "123") await page.Tab.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Tab.GetByText("cannot be said in psql, because it runs a block again")).ToBeVisibleAsync();
        await Expect(page.Tab).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/take-home/sign-up/serializable\\?language=psql$"));
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "refused"));
    }
}
