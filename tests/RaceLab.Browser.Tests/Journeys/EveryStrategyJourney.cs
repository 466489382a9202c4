using RaceLab.Engine.Content;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>
/// One after another, every strategy of the scenario that a newcomer sees first is raced on the page. That strategies keep their promises is the contract suite's
/// matter; here the page must say so.
/// </summary>
public sealed class EveryStrategyJourney(LabFixture fixture) : Journey(fixture)
{
    private const int Keys = 5;

    /// <summary>Longer than a busy machine keeps one worker back: otherwise whether a flaw shows is luck.</summary>
    private const string Pause = "30-60ms";

    public static TheoryData<string, string, bool, bool> Strategies
    {
        get
        {
            var data = new TheoryData<string, string, bool, bool>();
            using var catalogue = Catalogue.Open(ContentFolder.Find()!, watch: false);
            var scenario = catalogue.Scenarios[0];
            foreach (var strategy in scenario.Strategies) data.Add(scenario.Id, strategy.Id, strategy.IsSound, CountsRows(scenario, strategy));
            return data;
        }
    }

    /// <summary>Whether the big number is of rows too many: it shows the invariant that is broken, which may be about something else.</summary>
    private static bool CountsRows(Scenario scenario, Strategy strategy) =>
        scenario.Invariants.Any(i => i.Live == LiveCount.ExtraCreations && (strategy.IsSound || strategy.Promises[i.Name] == Promise.Some));

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Strategies))]
    public async Task Strategy_Raced_ShowsWhatItPromises(string scenario, string strategy, bool isSound, bool countsRows)
    {
        var page = await ArriveAsync();
        await page.OpenAsync($"/?scenario={scenario}&strategy={strategy}&workers=10&keys={Keys}&attempts=5&pause={Pause}");

        await page.RunAsync();

        var final = await page.ReadFinalNumbersAsync();
        await page.ExpectStateAsync("Finished");
        Assert.Equal(50, final.Attempts);
        if (countsRows) Assert.Equal((final.Created, final.Rows - Keys), (final.Rows, final.Duplicates));
        Assert.Contains(isSound ? "No " : "The flaw showed", final.Verdict, StringComparison.Ordinal);
        Assert.Equal(isSound, final.Duplicates == 0);
        await Expect(page.Live("created")).ToHaveTextAsync($"{final.Created:N0}");
    }
}
