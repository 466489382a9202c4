using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody types what cannot be raced.</summary>
public sealed class BadNumbersJourney(LabFixture fixture) : Journey(fixture)
{
    [Theory(Timeout = Limit)]
    [InlineData("workers", "0: between 1 and 200", "201: between 1 and 200", "many: “many”", ": nothing")]
    [InlineData("keys", "100001: between 1 and 100,000", "1.5: “1.5”")]
    [InlineData("duration", "NaN: “NaN”", "-1: over 0 s", "121: at most 120 s", ": nothing")]
    [InlineData("seed", "1e9: “1e9”", "one: “one”")]
    [InlineData("pause-low", "-5: between 0 and 1,000 ms", "x: “x”")]
    [InlineData("pause-high", "1001: between 0 and 1,000 ms", "99999999999999999999999999: “99999", ": nothing")]
    public async Task FieldWithWhatCannotBeRaced_IsRefusedBesideItAndRunStartsNothing(string field, params string[] typedAndAnswered)
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        var good = await page.Field(field).InputValueAsync();

        foreach (var (typed, answered) in typedAndAnswered.Select(pair => pair.Split(": ")).Select(pair => (pair[0], pair[1])))
        {
            await page.Field(field).FillAsync(typed);
            await page.Field(field).BlurAsync();

            await Expect(page.RefusalOf(field)).ToBeVisibleAsync();
            await Expect(page.RefusalOf(field)).ToContainTextAsync(answered);
            await Expect(page.Field(field)).ToHaveAttributeAsync("aria-invalid", "true");
            await Expect(page.Field(field)).ToHaveValueAsync(typed);
            await Expect(page.Run).ToBeDisabledAsync();
            await page.Run.EvaluateAsync("run => { run.disabled = false; run.click(); run.disabled = true; }");
            await page.Tab.Keyboard.PressAsync(" ");
        }

        await page.Field(field).FillAsync(good);
        await page.Field(field).BlurAsync();

        await Expect(page.RefusalOf(field)).ToBeHiddenAsync();
        await Expect(page.Run).ToBeEnabledAsync();
        await page.ExpectNoRaceAsync();
    }
}
