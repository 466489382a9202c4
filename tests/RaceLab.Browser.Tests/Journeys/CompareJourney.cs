using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody wants to know which of two strategies is faster, and whether that is more than luck.</summary>
public sealed class CompareJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task RacePage_CompareWithOthers_RacesInTurnAndKeepsWhatItFound()
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.OpenAsync("/?scenario=sign-up&strategy=check-then-insert&workers=4&keys=50&attempts=20&pause=0-1ms");
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "compare it with other strategies" }).ClickAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/compare\?scenario=sign-up&strategy=check-then-insert&workers=4"));
        await Expect(page.Tab.GetByRole(AriaRole.Link, new() { Name = "Compare", Exact = true })).ToHaveAttributeAsync("aria-current", "page");
        await Expect(page.Run).ToBeEnabledAsync();
        await page.ChooseAsync("rounds", "2");
        var usual = await page.Tab.Locator("input[name=strategies]:checked").EvaluateAllAsync<string[]>("boxes => boxes.map(box => box.value)");
        Assert.Contains("check-then-insert", usual);
        foreach (var other in usual.Where(id => id != "check-then-insert")) await page.Tab.Locator($"input[name=strategies][value={other}]").UncheckAsync();
        await page.Tab.Locator("input[name=strategies][value=upsert]").CheckAsync();
        await Expect(page.Tab.Locator(".what")).ToContainTextAsync("2 strategies, 2 rounds: 5 races");
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "before comparing"));

        await page.Run.ClickAsync();

        await Expect(page.Verdict).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.Tab).ToHaveURLAsync(new Regex("/compare/[A-Za-z0-9_-]{12}$"));
        await Expect(page.Tab.Locator(".panel .bar")).ToHaveCountAsync(4);
        await Expect(page.Verdict).ToContainTextAsync("Every invariant held with");
        await page.Tab.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "compared"));

        var files = page.Tab.Locator(".exports a");
        await Expect(files).ToHaveTextAsync(["Races", "JSON"]);
        var races = await page.TakeAsync((await files.Nth(0).GetAttributeAsync("href"))!);
        Assert.Equal(1 + 5, races.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        using (var json = JsonDocument.Parse(await page.TakeAsync((await files.Nth(1).GetAttributeAsync("href"))!)))
            Assert.Equal("sign-up", json.RootElement.GetProperty("scenario").GetString());

        var verdict = await page.Verdict.InnerTextAsync();
        var somebodyElse = await ArriveAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await somebodyElse.Tab.GotoAsync(page.Tab.Url);
        await Expect(somebodyElse.Verdict).ToHaveTextAsync(new Regex(Regex.Escape(verdict.Split('\n')[0])));
        await Expect(somebodyElse.Run).ToBeEnabledAsync();
        Assert.True(await somebodyElse.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        Assert.Empty(await Axe.ViolationsAsync(somebodyElse.Tab, "compared, on a phone in the dark"));
    }
}
