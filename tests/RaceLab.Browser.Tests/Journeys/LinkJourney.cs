using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>An instructor sends a link with everything chosen.</summary>
public sealed class LinkJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task LinkWithWorkload_OpenedAndRun_RacesExactlyThat()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert&workers=50&keys=1&attempts=2&pause=0-3ms&distribution=hot-key&commit=off&seed=7");

        await Expect(page.Field("scenario")).ToHaveValueAsync("Sign-up stampede");
        await Expect(page.Strategy("upsert")).ToBeCheckedAsync();
        await Expect(page.Field("workers")).ToHaveValueAsync("50");
        await Expect(page.Field("keys")).ToHaveValueAsync("1");
        await Expect(page.Field("attempts")).ToHaveValueAsync("2");
        await Expect(page.Field("pause-low")).ToHaveValueAsync("0");
        await Expect(page.Field("pause-high")).ToHaveValueAsync("3");
        await Expect(page.Field("seed")).ToHaveValueAsync("7");
        await Expect(page.Tab.GetByLabel("one hot key")).ToBeCheckedAsync();
        await Expect(page.Tab.GetByLabel("synchronous_commit")).Not.ToBeCheckedAsync();

        await page.RunAsync();

        var final = await page.ReadFinalNumbersAsync();
        Assert.Equal(100, final.Attempts);
        Assert.Equal(1, final.Rows);
        Assert.Equal(0, final.Duplicates);
        await Expect(page.Reported("Conditions", "seed")).ToHaveTextAsync("7");
        await Expect(page.Reported("Conditions", "workload")).ToContainTextAsync("50 workers, 1 key one hot key, 2 attempts each");
        await Expect(page.Reported("Conditions", "workload")).ToContainTextAsync("synchronous_commit off");
    }

    [Fact(Timeout = Limit)]
    public async Task LinkWithBadValues_Opened_RefusesThemInPlaceAndKeepsTheRest()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert&workers=many&keys=0&attempts=3&colour=red");

        await Expect(page.Tab.GetByRole(AriaRole.Alert).Filter(new() { HasText = "colour" })).ToBeVisibleAsync();
        await Expect(page.Field("workers")).ToHaveValueAsync("many");
        await Expect(page.RefusalOf("workers")).ToContainTextAsync("many");
        await Expect(page.RefusalOf("keys")).ToContainTextAsync("between 1 and");
        await Expect(page.Run).ToBeDisabledAsync();

        await page.Field("workers").FillAsync("4");
        await page.Field("keys").FillAsync("2");
        await page.Field("keys").BlurAsync();

        await Expect(page.Run).ToBeEnabledAsync();
        await page.RunAsync();
        Assert.Equal(12, (await page.ReadFinalNumbersAsync()).Attempts);
        await Expect(page.Strategy("upsert")).ToBeCheckedAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task ChoicesMade_AddressOpenedElsewhere_ShowsTheSameChoices()
    {
        var page = await ArriveAsync();
        await page.OpenAsync("/");
        await page.Strategy("advisory-lock").CheckAsync();
        await page.Field("workers").FillAsync("7");
        await page.Field("workers").BlurAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("strategy=advisory-lock.*workers=7&"));
        var other = await ArriveAsync();

        await other.OpenAsync(page.Tab.Url);

        await Expect(other.Strategy("advisory-lock")).ToBeCheckedAsync();
        await Expect(other.Field("workers")).ToHaveValueAsync("7");
    }

    [Fact(Timeout = Limit)]
    public async Task Address_SaidAfterThePageWasLeft_IsNotWritten()
    {
        var page = await ArriveAsync();
        await page.Tab.GotoAsync("/explore?scenario=sign-up&strategy=upsert");
        Assert.False(await SayAsync("/?scenario=sign-up&strategy=check-then-insert"));
        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/explore\?scenario=sign-up&strategy=upsert$"));
        Assert.True(await SayAsync("/explore?scenario=sign-up&strategy=advisory-lock"));
        await Expect(page.Tab).ToHaveURLAsync(new Regex(@"/explore\?scenario=sign-up&strategy=advisory-lock$"));

        Task<bool> SayAsync(string address) => page.Tab.EvaluateAsync<bool>("async said => (await import('/js/address.js')).address(said)", address);
    }
}
