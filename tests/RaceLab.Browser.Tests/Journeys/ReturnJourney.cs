using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>A race belongs to the lab and not to a page: it is left while it runs, and found again.</summary>
public sealed class ReturnJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task RaceUnderWay_Reload_ShowsTheSameRaceLiveUntilItsVerdict()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();
        var permalink = page.Tab.Url;
        var before = await LabPage.NumberAsync(page.Live("created"));

        await page.ReloadAsync();

        await page.ExpectMovingNumbersAsync();
        Assert.Equal(permalink, page.Tab.Url);
        Assert.True(await LabPage.NumberAsync(page.Live("created")) > before);
        await page.StopAsync();
        Assert.True((await page.ReadFinalNumbersAsync()).Created > before);
    }

    [Fact(Timeout = Limit)]
    public async Task RaceUnderWay_TabClosedAndPermalinkOpened_ShowsTheSameRaceLiveUntilItsVerdict()
    {
        var page = await ArriveAsync();
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();
        var permalink = page.Tab.Url;
        var before = await LabPage.NumberAsync(page.Live("created"));
        var later = await NewTabAsync(page);
        await page.Tab.CloseAsync();

        await later.OpenAsync(permalink);

        await later.ExpectMovingNumbersAsync();
        Assert.True(await LabPage.NumberAsync(later.Live("created")) > before);
        await later.StopAsync();
        Assert.True((await later.ReadFinalNumbersAsync()).Created > before);
    }

    [Fact(Timeout = Limit)]
    public async Task RaceOver_PermalinkOpenedAnew_ShowsTheSameNumbersAndChoices()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert&workers=4&keys=3&attempts=6&pause=0-0ms&seed=42");
        await page.RunAsync();
        var final = await page.ReadFinalNumbersAsync();
        var later = await NewTabAsync(page);

        await later.OpenAsync(page.Tab.Url);

        Assert.Equal(final, await later.ReadFinalNumbersAsync());
        await Expect(later.Strategy("upsert")).ToBeCheckedAsync();
        await Expect(later.Field("seed")).ToHaveValueAsync("42");
        await Expect(later.Live("created")).ToHaveTextAsync("3");
    }
}
