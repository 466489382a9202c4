using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody wants to know how the duplicate came about: reads it, looks at it from near, and steps through it.</summary>
public sealed partial class TrackJourney(LabFixture fixture) : Journey(fixture)
{
    private const string FiftyWorkers = "/?scenario=sign-up&strategy=check-then-insert&workers=50&attempts=4&keys=5";

    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, 1366)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task RaceOver_TrackAndAutopsy_TellHowADuplicateWasMade(ColorScheme theme, int width)
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = theme, ViewportSize = new() { Width = width, Height = 768 } });
        await page.OpenAsync(FiftyWorkers);
        await page.RunAsync();
        await Expect(page.Verdict).ToBeVisibleAsync();

        // One sentence, from the log.
        var autopsy = page.Tab.Locator("#autopsy");
        await Expect(autopsy.GetByRole(AriaRole.Heading, new() { Name = "Why there is a duplicate" })).ToBeVisibleAsync();
        await Expect(autopsy.Locator(".sentence")).ToHaveTextAsync(SomeSentence());
        await Expect(autopsy.Locator("svg .wrote").First).ToBeVisibleAsync();

        // Every lane, and nearer by keys and by pointer.
        var canvas = page.Tab.Locator("section.track canvas[role=application]");
        await Expect(canvas).ToHaveAttributeAsync("aria-label", new Regex("50 lanes"));
        await Expect(canvas).ToHaveAttributeAsync("data-drawn", new Regex("^[1-9]"));
        var said = page.Tab.Locator("section.track .said");
        await page.Tab.GetByRole(AriaRole.Button, new() { Name = "Next duplicate" }).ClickAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Duplicate 1 of") })).ToBeVisibleAsync();
        await Expect(said).ToContainTextAsync("are drawn");
        var drawn = await said.InnerTextAsync();
        await canvas.FocusAsync();
        await page.Tab.Keyboard.PressAsync("+");
        await Expect(said).Not.ToHaveTextAsync(drawn);
        await page.Tab.Keyboard.PressAsync("Home");
        await Expect(canvas).ToHaveAttributeAsync("data-from", "0");

        // On a busy machine a worker may begin later than what is drawn so near.
        for (var press = 0; press < 6; press++) await page.Tab.Keyboard.PressAsync("-");
        await Expect(said).ToContainTextAsync("All ");
        await page.Tab.Keyboard.PressAsync("ArrowDown");
        await Expect(said).ToContainTextAsync("Worker 1, check");
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "raced"));

        // The same for those who do not see it.
        await page.Tab.GetByText("The drawn steps as a table").ClickAsync();
        await Expect(page.Tab.Locator("section.track .behind tbody tr", new() { HasText = "check" }).First).ToBeVisibleAsync();

        // The same order, by hand.
        await autopsy.GetByRole(AriaRole.Link, new() { Name = "Step through this order" }).ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("/step\\?.*schedule="));
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Worker [0-9]+ .* ms")]
    private static partial Regex SomeSentence();
}
