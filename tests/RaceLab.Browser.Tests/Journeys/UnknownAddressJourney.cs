using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>A link has suffered on its way.</summary>
public sealed class UnknownAddressJourney(LabFixture fixture) : Journey(fixture)
{
    [Theory(Timeout = Limit)]
    [InlineData("/races/AAAAAAAAAAAA", "There is no such race")]
    [InlineData("/races/..%2f..%2fetc", "There is no such race")]
    [InlineData("/nowhere/at/all", "There is nothing at this address")]
    public async Task AddressOfNothing_Opened_SaysSoAndLeadsToTheLab(string address, string words)
    {
        Excuse("status of 404");
        var page = await ArriveAsync();

        await page.Tab.GotoAsync(address);

        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(words);
        await page.Tab.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link).ClickAsync();
        await page.WaitUntilAliveAsync();
        await page.ExpectNoRaceAsync();
        await Expect(page.Run).ToBeEnabledAsync();
    }

    [Theory(Timeout = Limit)]
    [InlineData("/?scenario=nope", "There is no scenario “nope”")]
    [InlineData("/?scenario=sign-up&strategy=nope", "no strategy “nope”")]
    [InlineData("/?scenario=%3Cscript%3Ealert(1)%3C/script%3E", "There is no scenario “<script>")]
    public async Task LinkWithUnknownNames_Opened_SaysSoBesideThePickerAndOffersWhatThereIs(string link, string words)
    {
        var page = await ArriveAsync();
        await page.OpenAsync(link);
        await Expect(page.RefusalOf("scenario")).ToContainTextAsync(words);
        await Expect(page.Run).ToBeDisabledAsync();

        if (!link.Contains("strategy", StringComparison.Ordinal)) await page.ChooseAsync("scenario", "Sign-up stampede");
        await page.Strategy("upsert").CheckAsync();

        await Expect(page.RefusalOf("scenario")).ToBeHiddenAsync();
        await Expect(page.Run).ToBeEnabledAsync();
    }
}
