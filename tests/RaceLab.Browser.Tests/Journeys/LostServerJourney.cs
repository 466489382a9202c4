using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>The server that a race is on goes away.</summary>
public sealed class LostServerJourney(LabFixture fixture) : Journey(fixture)
{
    private TestLab? _lab;

    public override async ValueTask InitializeAsync() => _lab = await TestLab.StartAsync(Cancellation);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task ServerKilledDuringARace_SaysInterruptedAndGoesOnAnswering()
    {
        var page = await ArriveAsync(at: _lab);
        await page.OpenAsync(LongRace);
        await page.RunUntilLiveAsync();
        var permalink = page.Tab.Url;

        _lab!.KillRaceServer();

        await page.ExpectStateAsync("Interrupted");
        await Expect(page.Verdict).ToContainTextAsync("no verdict");
        await Expect(page.Tab.GetByRole(AriaRole.Region, new() { Name = "The books" })).ToHaveCountAsync(0);
        await Expect(page.Stop).ToHaveCountAsync(0);

        // The lab goes on: it still knows the race, and refuses the next one in words.
        var later = await ArriveAsync(at: _lab);
        await later.OpenAsync(permalink);
        await later.ExpectStateAsync("Interrupted");
        await later.OpenAsync(LongRace);
        await later.RunAsync();
        await later.ExpectStateAsync("Not started");
        await Expect(later.Verdict).ToContainTextAsync("The race did not start");
        Assert.Empty(_lab.Errors);
    }
}
