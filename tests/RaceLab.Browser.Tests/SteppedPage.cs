using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests;

/// <summary>The stepping page in one tab, in a learner's words.</summary>
public sealed class SteppedPage(IPage tab)
{
    public IPage Tab { get; } = tab;

    public ILocator Verdict => Tab.Locator("#verdict");

    public ILocator Notice => Tab.Locator(".board .notice");

    /// <summary>A session's card.</summary>
    public ILocator Session(int number) => Tab.Locator($"[data-session='{number}']");

    /// <summary>The button that chooses a strategy.</summary>
    public ILocator Strategy(string id) => Tab.Locator($"input[name=strategy][value={id}]");

    /// <summary>The button that sends a session's next statement.</summary>
    public ILocator Send(int number) => Session(number).Locator(".go");

    /// <summary>The turns of the schedule, those ahead included.</summary>
    public ILocator Turns => Tab.Locator(".timeline .cell");

    /// <summary>Opens an address and waits until so many turns are taken.</summary>
    public async Task OpenAsync(string address, int turns)
    {
        await Tab.GotoAsync(address);
        await ExpectTurnsAsync(turns);
    }

    /// <summary>Waits until so many turns are taken and the next one can be.</summary>
    public async Task ExpectTurnsAsync(int turns)
    {
        await Expect(Tab.Locator(".board")).ToHaveAttributeAsync("data-turns", turns.ToString(CultureInfo.InvariantCulture), new() { Timeout = 20_000 });
        await Expect(Tab.Locator(".board")).ToHaveAttributeAsync("data-phase", "ready");
    }

    /// <summary>Clicks sessions one after another, each when the one before has come to rest.</summary>
    public async Task ClickAsync(params int[] sessions)
    {
        var turns = await CountAsync();
        foreach (var session in sessions)
        {
            await Send(session).ClickAsync();
            await ExpectTurnsAsync(++turns);
        }
    }

    private async Task<int> CountAsync() => int.Parse((await Tab.Locator(".board").GetAttributeAsync("data-turns"))!, CultureInfo.InvariantCulture);
}
