using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>axe looks at every state of the page and finds nothing serious.</summary>
public sealed class AccessibilityJourney(LabFixture fixture) : Journey(fixture)
{
    private const int Laptop = 1366;
    private const int Phone = 390;

    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, Laptop)]
    [InlineData(ColorScheme.Light, Phone)]
    [InlineData(ColorScheme.Dark, Laptop)]
    [InlineData(ColorScheme.Dark, Phone)]
    public async Task EveryStateOfThePage_HasNoSeriousViolation(ColorScheme theme, int width)
    {
        Excuse("status of 404");

        // What fades in has less contrast on its way, which is not what is asked here.
        var page = await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = theme, ViewportSize = new() { Width = width, Height = 768 } });
        var violations = new List<string>();

        await page.OpenAsync(LongRace);
        violations.AddRange(await ViolationsAsync(page, "before"));
        await page.RunUntilLiveAsync();
        violations.AddRange(await ViolationsAsync(page, "during"));
        await page.StopAsync();
        violations.AddRange(await ViolationsAsync(page, "after"));
        await page.OpenAsync("/?scenario=sign-up&workers=0&colour=red");
        violations.AddRange(await ViolationsAsync(page, "refused"));
        await OpenToRestAsync(page, "/races/nowhere");
        violations.AddRange(await ViolationsAsync(page, "no such race"));
        await OpenToRestAsync(page, "/nowhere");
        violations.AddRange(await ViolationsAsync(page, "not found"));

        Assert.Empty(violations);
    }

    /// <summary>A page without a race draws no numbers that would tell when it is ready; its title comes twice, as the page itself does.</summary>
    private static async Task OpenToRestAsync(LabPage page, string address)
    {
        await page.Tab.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await Assertions.Expect(page.Tab).ToHaveTitleAsync(new Regex("RaceLab"));
    }

    private static async Task<IEnumerable<string>> ViolationsAsync(LabPage page, string state)
    {
        var result = await page.Tab.RunAxe();
        return from violation in result.Violations
               where violation.Impact is "serious" or "critical"
               from node in violation.Nodes
               select $"{state}: {violation.Id} ({violation.Impact}) at {node.Target}: {string.Join("; ", Reasons(node))}";
    }

    private static IEnumerable<string> Reasons(AxeResultNode node) => node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message);
}
