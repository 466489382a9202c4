using Microsoft.Playwright;
using RaceLab.Engine.Races;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody impatient.</summary>
public sealed class FiftyClicksJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task FiftyClicksOnRun_StartOneRace()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);

        await page.Run.EvaluateAsync("run => { for (let click = 0; click < 50; click++) run.click(); }");

        await page.ExpectMovingNumbersAsync();

        // An owner may have so many unfinished races: if all but one of them can still be started, there is one now.
        var others = new List<LabPage>();
        for (var race = 1; race < RaceRegistry.UnfinishedPerOwner; race++)
        {
            var other = await NewTabAsync(page);
            await other.OpenAsync(LongRace);
            await other.RunAsync();
            others.Add(other);
        }

        var refused = await NewTabAsync(page);
        await refused.OpenAsync(LongRace);
        await refused.Run.ClickAsync();
        await Expect(refused.Tab.GetByRole(AriaRole.Alert).Filter(new() { HasText = $"{RaceRegistry.UnfinishedPerOwner} races" })).ToBeVisibleAsync();
        await refused.ExpectNoRaceAsync();
        foreach (var racing in others.Append(page)) await racing.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task FiftyClicksOnStop_EndTheRaceOnce()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();

        await page.Stop.EvaluateAsync("stop => { for (let click = 0; click < 50; click++) stop.click(); }");

        await page.ExpectStateAsync("Stopped");
        var final = await page.ReadFinalNumbersAsync();
        Assert.Equal(final.Created, final.Rows);
    }
}
