using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody who knows nothing opens the page and presses the most obvious button.</summary>
public sealed class FirstRaceJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task FirstVisit_PressRun_ShowsLiveNumbersThenAVerdictThatAgreesWithThem()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Sign-up stampede");
        await Expect(page.Tab.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeInViewportAsync();

        await page.RunUntilLiveAsync();

        var final = await page.ReadFinalNumbersAsync();
        await page.ExpectStateAsync("Finished");
        Assert.True(final.Duplicates > 0, "The first race is there to show duplicates.");
        Assert.Contains("The flaw showed", final.Verdict, StringComparison.Ordinal);
        Assert.Matches($@"\b{final.Duplicates:N0} rows? too many", final.Verdict);
        Assert.Equal(final.Created, final.Rows);
        await Expect(page.Live("created")).ToHaveTextAsync($"{final.Rows:N0}");
        await Expect(page.Booked("callers told “created”")).ToHaveTextAsync($"{final.Rows:N0}");
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Name = "The books balance" })).ToBeVisibleAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Name = "Rows that break" })).ToBeVisibleAsync();
    }
}
