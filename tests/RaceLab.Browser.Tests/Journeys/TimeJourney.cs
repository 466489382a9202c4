using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>A standby that is behind: whoever steps by hand lets it replay, and takes that back again.</summary>
public sealed class TimeJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task StandbyHeldBack_ThenReplayed_LetsTheSecondVisitorFindTheFirst()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync("/step?scenario=stale-replica&strategy=check-on-replica", 0);
        await page.ClickAsync(1, 1);
        await Expect(page.Session(1)).ToContainTextAsync("told its caller");
        await Expect(page.Tab.GetByText("let the standby replay what is committed")).ToBeVisibleAsync();

        await page.Tab.Keyboard.PressAsync("e");
        await page.ExpectTurnsAsync(3);
        await page.ClickAsync(2);
        await Expect(page.Session(2)).ToContainTextAsync("told its caller: found");
        await Expect(page.Tab).ToHaveURLAsync(new Regex("schedule=1.check,1.insert,e.replay,2.check$"));
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "replayed"));
    }
}
