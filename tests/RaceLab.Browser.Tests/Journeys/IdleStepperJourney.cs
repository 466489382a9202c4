using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody leaves a run open that holds a lock, and comes back later.</summary>
public sealed class IdleStepperJourney(LabFixture fixture) : Journey(fixture)
{
    private TestLab? _lab;

    public override async ValueTask InitializeAsync() =>
        _lab = await TestLab.StartAsync(Cancellation, "--RaceLab:Limits:StepSeconds", "5");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task NobodySteps_TheRunEndsAsItWasShown_AndGoesOnFromThere()
    {
        var page = new SteppedPage((await ArriveAsync(at: _lab)).Tab);
        await page.OpenAsync("/step?scenario=sign-up&strategy=advisory-lock&schedule=1.begin,1.lock,2.begin,2.lock", 4);
        await Expect(page.Tab.GetByRole(Microsoft.Playwright.AriaRole.Timer)).ToContainTextAsync("0:0");

        await Expect(page.Notice).ToContainTextAsync("Nobody took a turn for 5 s", new() { Timeout = 20_000 });
        await Expect(page.Send(1)).ToBeDisabledAsync();
        await Expect(page.Turns).ToHaveCountAsync(4);
        await page.Tab.Locator("#continue").ClickAsync();
        await page.ExpectTurnsAsync(4);
        await Expect(page.Session(2)).ToContainTextAsync("waits for session 1");
        Assert.Empty(_lab!.Errors);
    }
}
