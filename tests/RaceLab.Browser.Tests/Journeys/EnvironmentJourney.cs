using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>An application dies in the middle, and whoever sent the event sends it again: the environment's turn is played like a session's.</summary>
public sealed class EnvironmentJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task CrashBetweenPayingAndRecording_DeliveredAgain_PaysTwice()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync("/step?scenario=webhooks&strategy=process-then-record", 0);
        await page.ClickAsync(1, 1, 1);
        await Expect(page.Session(1)).ToContainTextAsync("not answered");
        await Expect(page.Send(1)).ToBeDisabledAsync();
        await Expect(page.Tab.Locator(".committed")).ToContainTextAsync("payout");

        await page.Tab.Keyboard.PressAsync("e");
        await page.ExpectTurnsAsync(4);
        await Expect(page.Session(1)).ToContainTextAsync("this is its 2nd delivery");
        await page.ClickAsync(1, 1, 1);
        await Expect(page.Session(1)).ToContainTextAsync("told its caller");
        await Expect(page.Tab.Locator(".committed tbody tr").Filter(new() { HasText = "payout" })).ToHaveCountAsync(2);
        await Expect(page.Tab).ToHaveURLAsync(new Regex("schedule=1.check,1.pay,1.crash,e.deliver-1,1.check,1.pay,1.record$"));

        await page.Turns.Nth(2).ClickAsync();
        await page.ExpectTurnsAsync(3);
        await Expect(page.Tab.GetByText("deliver the attempt of session 1 again")).ToBeVisibleAsync();
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "crashed"));
    }
}
