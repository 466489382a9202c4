using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody in the last row takes out a phone.</summary>
public sealed class PhoneJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task Phone_BeforeDuringAndAfterARace_NeedsNoScrollingForRunAndNoneSideways()
    {
        var page = await ArriveAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await page.OpenAsync(LongRace);
        await Expect(page.Run).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Duplicates).ToBeInViewportAsync(new() { Ratio = 1 });
        await ExpectNoScrollingSidewaysAsync(page);

        await page.Run.TapAsync();

        await page.ExpectMovingNumbersAsync();
        await Expect(page.Stop).ToBeInViewportAsync(new() { Ratio = 1 });
        await ExpectNoScrollingSidewaysAsync(page);
        await page.Stop.TapAsync();
        await Expect(page.Verdict).ToBeVisibleAsync();
        await ExpectNoScrollingSidewaysAsync(page);
        await page.Tab.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await ExpectNoScrollingSidewaysAsync(page);
    }

    private static async Task ExpectNoScrollingSidewaysAsync(LabPage page)
    {
        const string Wider = """
            () => {
              const root = document.documentElement;
              if (root.scrollWidth <= root.clientWidth && innerWidth <= 390) return [];
              return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5)
                .map(e => `${e.tagName}.${e.className} ends at ${Math.round(e.getBoundingClientRect().right)} of ${root.clientWidth}`);
            }
            """;
        Assert.Empty(await page.Tab.EvaluateAsync<string[]>(Wider));
    }
}
