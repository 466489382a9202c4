using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody finds the ways through the lab where the bar has no room for them, and chooses from lists without a mouse.</summary>
public sealed class MenuJourney(LabFixture fixture) : Journey(fixture)
{
    [Theory(Timeout = Limit)]
    [InlineData(390, 844, "")]
    [InlineData(820, 1100, "")]
    [InlineData(1280, 720, "?size=presenter")]
    public async Task NarrowScreen_MenuByKeys_OpensKeepsTheFocusClosesAndLeads(int width, int height, string size)
    {
        var page = await ArriveAsync(new() { ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce });
        await page.OpenAsync("/" + size);
        var menu = page.Tab.GetByRole(AriaRole.Button, new() { Name = "Menu", Exact = true });
        var history = page.Tab.GetByRole(AriaRole.Link, new() { Name = "History", Exact = true });
        await Expect(history).ToHaveCountAsync(0);

        await page.TabToAsync("#menu");
        await page.Tab.Keyboard.PressAsync("Enter");
        await Expect(history).ToBeVisibleAsync();
        await Expect(menu).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(page.Tab.GetByRole(AriaRole.Button, new() { Name = "Close the menu" })).ToBeFocusedAsync();
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, $"menu at {width}"));
        await page.Tab.Keyboard.PressAsync("Shift+Tab");
        await Expect(page.Tab.Locator("aside :focus")).ToHaveCountAsync(1);

        await page.Tab.Keyboard.PressAsync("Escape");
        await Expect(history).ToHaveCountAsync(0);
        await Expect(menu).ToBeFocusedAsync();

        await menu.ClickAsync();
        await history.ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("/history$"));
        await Expect(history).ToHaveCountAsync(0);
        Assert.True(await page.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
    }

    [Theory(Timeout = Limit)]
    [InlineData("usual")]
    [InlineData("presenter")]
    public async Task Bar_AtEveryWidth_FitsAndLeavesAWayThrough(string size)
    {
        var page = await ArriveAsync();
        await page.Tab.GotoAsync($"/reference?size={size}");
        for (var width = 360; width <= 1920; width += 20)
        {
            await page.Tab.SetViewportSizeAsync(width, 800);
            Assert.True(await page.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"The page scrolls sideways at {width} px.");
            var ways = await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Compare", Exact = true }).CountAsync();
            var menus = await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Menu", Exact = true }).CountAsync();
            Assert.True(ways + menus == 1, $"At {width} px there are {ways} links and {menus} menus.");
        }
    }

    [Fact(Timeout = Limit)]
    public async Task ListOfScenarios_ByKeys_ChoosesTheNextOneAndStartsNothing()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        var field = page.Field("scenario");
        var first = await field.InputValueAsync();
        await page.TabToAsync("#scenario");

        await page.Tab.Keyboard.PressAsync(" ");
        await Expect(page.Tab.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "list open"));
        await page.Tab.Keyboard.PressAsync("ArrowDown");
        await page.Tab.Keyboard.PressAsync("ArrowDown");
        await page.Tab.Keyboard.PressAsync("Enter");

        await Expect(field).Not.ToHaveValueAsync(first);
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(await field.InputValueAsync());
        await Expect(page.Tab.GetByRole(AriaRole.Option)).ToHaveCountAsync(0);
        await page.ExpectNoRaceAsync();
    }
}
