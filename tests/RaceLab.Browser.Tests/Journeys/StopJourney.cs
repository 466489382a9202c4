using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>A race takes too long, and its owner ends it.</summary>
public sealed class StopJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task RaceUnderWay_StopPressed_EndsWithAVerdictAboutWhatRan()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();

        await page.Stop.ClickAsync();

        await ExpectStoppedAsync(page);
    }

    [Fact(Timeout = Limit)]
    public async Task RaceUnderWay_Escape_EndsWithAVerdictAboutWhatRan()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();

        await page.Tab.Keyboard.PressAsync("Escape");

        await ExpectStoppedAsync(page);
    }

    private static async Task ExpectStoppedAsync(LabPage page)
    {
        await page.ExpectStateAsync("Stopped");
        await Expect(page.Stop).ToHaveCountAsync(0);
        var final = await page.ReadFinalNumbersAsync();
        Assert.Contains("was stopped", final.Verdict, StringComparison.Ordinal);
        Assert.True(final.Attempts > 0);
        Assert.Equal(final.Created, final.Rows);
        await Expect(page.Run).ToHaveTextAsync("Run again");
        await Expect(page.Run).ToBeEnabledAsync();
    }
}
