using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>A race is shown to somebody else, who may look and not touch.</summary>
public sealed class SecondBrowserJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task RaceUnderWay_OpenedBySomebodyElse_IsWatchedLiveAndEndsWithTheSameNumbers()
    {
        var owner = await ArriveAsync();
        await owner.OpenAsync(LongRace);
        await owner.RunUntilLiveAsync();
        var watcher = await ArriveAsync();

        await watcher.OpenAsync(owner.Tab.Url);

        await watcher.ExpectMovingNumbersAsync();
        await Expect(watcher.State).ToContainTextAsync("You are watching");
        await Expect(watcher.Stop).ToHaveCountAsync(0);
        await watcher.Tab.Keyboard.PressAsync("Escape");
        await watcher.ExpectMovingNumbersAsync();
        await owner.ExpectMovingNumbersAsync();

        await owner.StopAsync();

        await watcher.ExpectStateAsync("Stopped");
        Assert.Equal(await owner.ReadFinalNumbersAsync(), await watcher.ReadFinalNumbersAsync());
        await Expect(watcher.Live("created")).ToHaveTextAsync(await owner.Live("created").InnerTextAsync());
    }
}
