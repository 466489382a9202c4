using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody comes to step where the only place is taken.</summary>
public sealed class CrowdedStepperJourney(LabFixture fixture) : Journey(fixture)
{
    private TestLab? _lab;

    public override async ValueTask InitializeAsync() => _lab = await TestLab.StartAsync(Cancellation, "--RaceLab:Limits:SteppedRuns", "1");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task OnlyPlaceIsTaken_IsRefusedInWords()
    {
        var page = new SteppedPage((await ArriveAsync(at: _lab)).Tab);
        await page.OpenAsync("/step?scenario=sign-up&strategy=advisory-lock&schedule=1.begin", 1);

        var other = (await ArriveAsync(at: _lab)).Tab;
        await other.GotoAsync("/step");
        await Expect(other.GetByRole(AriaRole.Alert).Filter(new() { HasText = "as many as it allows" })).ToBeVisibleAsync();
        Assert.Empty(_lab!.Errors);
    }
}
