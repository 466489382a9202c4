using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody types what cannot be raced.</summary>
public sealed class BadNumbersJourney(LabFixture fixture) : Journey(fixture)
{
    [Theory(Timeout = Limit)]
    [InlineData("workers", "0", "between 1 and 200")]
    [InlineData("workers", "201", "between 1 and 200")]
    [InlineData("workers", "many", "“many”")]
    [InlineData("workers", "", "nothing")]
    [InlineData("keys", "100001", "between 1 and 100,000")]
    [InlineData("keys", "1.5", "“1.5”")]
    [InlineData("duration", "NaN", "“NaN”")]
    [InlineData("duration", "-1", "")]
    [InlineData("duration", "", "nothing")]
    [InlineData("seed", "1e9", "“1e9”")]
    [InlineData("pause-low", "-5", "")]
    [InlineData("pause-high", "1001", "")]
    [InlineData("pause-high", "99999999999999999999999999", "")]
    public async Task FieldWithWhatCannotBeRaced_IsRefusedBesideItAndRunStartsNothing(string field, string typed, string words)
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        var good = await page.Field(field).InputValueAsync();

        await page.Field(field).FillAsync(typed);
        await page.Field(field).BlurAsync();

        await Expect(page.RefusalOf(field)).ToBeVisibleAsync();
        await Expect(page.RefusalOf(field)).ToContainTextAsync(words);
        await Expect(page.Field(field)).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.Field(field)).ToHaveValueAsync(typed);
        await Expect(page.Run).ToBeDisabledAsync();
        await page.Run.EvaluateAsync("run => { run.disabled = false; run.click(); }");
        await page.Tab.Locator("body").PressAsync(" ");

        await page.Field(field).FillAsync(good);
        await page.Field(field).BlurAsync();

        await Expect(page.RefusalOf(field)).ToBeHiddenAsync();
        await Expect(page.Run).ToBeEnabledAsync();
        await page.ExpectNoRaceAsync();
    }
}
