using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody comes back to two races: finds them, lays them over each other, takes one along to read offline, and deletes the other.</summary>
public sealed class HistoryJourney(LabFixture fixture) : Journey(fixture)
{
    private const string Workload = "&workers=8&keys=40&attempts=40&pause=0-3ms&commit=off";

    [Fact(Timeout = Limit)]
    public async Task TwoRaces_FoundOverlaidExportedAndDeleted()
    {
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert" + Workload);
        await page.RunAsync();
        await Expect(page.Verdict).ToBeVisibleAsync();
        await page.OpenAsync("/?scenario=sign-up&strategy=check-then-insert" + Workload);
        await page.RunAsync();
        var final = await page.ReadFinalNumbersAsync();
        var permalink = new Uri(page.Tab.Url).AbsolutePath;
        var files = page.Tab.Locator(".exports a");
        await Expect(files).ToHaveCountAsync(4);

        // The files say what the page says.
        var html = await page.TakeAsync(permalink + "/export.html");
        Assert.Equal(final.Attempts + 1, Lines(await page.TakeAsync(permalink + "/attempts.csv")).Length);
        Assert.Contains($"excess,duplicates,{final.Duplicates.ToString(CultureInfo.InvariantCulture)},", Lines(await page.TakeAsync(permalink + "/summary.csv")));
        using (var json = JsonDocument.Parse(await page.TakeAsync(permalink + "/export.json")))
            Assert.Equal(final.Created, json.RootElement.GetProperty("attempts").GetProperty("created").GetInt64());
        await ReadOfflineAsync(html, final);

        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "History", Exact = true }).ClickAsync();
        var rows = page.Tab.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "history"));
        await page.Tab.GetByLabel("Words").FillAsync("upsert");
        await page.Tab.GetByLabel("Words").PressAsync("Enter");
        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/history\?q=upsert$"));
        await Expect(rows).ToHaveCountAsync(1);
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Show all" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);

        foreach (var box in await page.Tab.GetByRole(AriaRole.Checkbox).AllAsync()) await box.CheckAsync();
        await page.Tab.GetByRole(AriaRole.Link, new() { Name = "Overlay the two chosen" }).ClickAsync();
        var duplicates = page.Tab.Locator(".numbers tr").Filter(new() { Has = page.Tab.GetByRole(AriaRole.Rowheader, new() { Name = "duplicates", Exact = true }) });
        await Expect(duplicates.Locator("td").First).ToHaveTextAsync(final.Duplicates.ToString("N0", CultureInfo.InvariantCulture));
        await Expect(duplicates.Locator("td").Nth(1)).ToHaveTextAsync("0");
        await Expect(page.Tab.Locator(".charts svg")).ToHaveCountAsync(4);
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "overlay"));

        // Nobody else finds them, and the one that is deleted nobody finds.
        var stranger = await ArriveAsync();
        await stranger.Tab.GotoAsync("/history");
        await Expect(stranger.Tab.GetByText("Nothing of yours is kept yet")).ToBeVisibleAsync();
        await page.Tab.GotoAsync("/history");
        var delete = page.Tab.Locator($"tr:has(a[href='{permalink}']) .delete button").First;
        await delete.ClickAsync();
        await Expect(delete).ToHaveTextAsync("Delete for good");
        await delete.ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await stranger.Tab.GotoAsync(permalink);
        await Expect(stranger.Tab.GetByText("There is no such race")).ToBeVisibleAsync();
    }

    private static string[] Lines(string text) => text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private async Task ReadOfflineAsync(string html, FinalNumbers final)
    {
        var file = Path.Combine(Path.GetTempPath(), $"racelab-report-{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(file, html, Cancellation);
        try
        {
            var reader = await ArriveAsync(new() { Offline = true, ColorScheme = ColorScheme.Dark });
            var asked = new List<string>();
            reader.Tab.Request += (_, request) => asked.Add(request.Url);
            await reader.Tab.GotoAsync(new Uri(file).AbsoluteUri, new() { WaitUntil = WaitUntilState.NetworkIdle });
            Assert.Equal(final.Verdict, await reader.Verdict.InnerTextAsync());
            Assert.Equal(final.Created, await LabPage.NumberAsync(reader.Reported("How attempts ended", "created")));
            Assert.Equal(final.Attempts, await LabPage.NumberAsync(reader.Reported("How attempts ended", "attempts")));
            Assert.Equal(final.Rows, await LabPage.NumberAsync(reader.Booked("rows in the table")));
            Assert.Equal([new Uri(file).AbsoluteUri], asked);
            Assert.Empty(await Axe.ViolationsAsync(reader.Tab, "report"));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
