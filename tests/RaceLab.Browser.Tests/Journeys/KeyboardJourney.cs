using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody who does not use a mouse.</summary>
public sealed class KeyboardJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task KeysOnly_ChooseRunAndStop_Works()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");

        await page.TabToAsync("input[name=strategy]:checked");
        await page.Tab.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Strategy("check-then-insert-in-transaction")).ToBeCheckedAsync();
        await Expect(page.Tab).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("strategy=check-then-insert-in-transaction&"));
        await page.TabToAsync("#duration");
        await page.Tab.Keyboard.TypeAsync("60");
        await page.Tab.Keyboard.PressAsync("Tab");
        await Expect(page.Tab).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("duration=60s"));
        await page.TabToAsync("input[name=strategy]:checked");

        await page.PressUntilVisibleAsync(" ", page.Stop);

        await page.ExpectMovingNumbersAsync();
        await page.Tab.Keyboard.PressAsync("Escape");
        await page.ExpectStateAsync("Stopped");
        await Expect(page.Verdict).ToBeVisibleAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task RunFocused_Space_StartsOneRace()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);

        await page.TabToAsync("#run");
        await page.Tab.Keyboard.PressAsync(" ");

        await page.ExpectMovingNumbersAsync();
        await page.TabToAsync("#stop");
        await page.Tab.Keyboard.PressAsync("Enter");
        await page.ExpectStateAsync("Stopped");
    }

    [Fact(Timeout = Limit)]
    public async Task TypingInAField_SpaceAndEscape_StartsNothing()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");

        await page.TabToAsync("#seed");
        await page.Tab.Keyboard.TypeAsync(" 11 ");
        await page.Tab.Keyboard.PressAsync("Escape");
        await page.Tab.Keyboard.PressAsync("Tab");

        await Expect(page.Tab).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("seed=(%20)*11"));
        await page.ExpectNoRaceAsync();
    }
}
