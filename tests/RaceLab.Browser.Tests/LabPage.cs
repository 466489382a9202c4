using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests;

/// <summary>The lab's page in one tab, in a learner's words.</summary>
public sealed partial class LabPage(IPage tab)
{
    private const int MostTabs = 40;

    /// <summary>The tab itself.</summary>
    public IPage Tab { get; } = tab;

    public ILocator Run => Tab.Locator("#run");

    public ILocator Stop => Tab.Locator("#stop");

    public ILocator Verdict => Tab.Locator("#verdict");

    /// <summary>Where the race is in its life.</summary>
    public ILocator State => Tab.GetByRole(AriaRole.Status);

    /// <summary>The page's one big number.</summary>
    public ILocator Duplicates => Tab.Locator("[data-final], [data-live=duplicates]");

    /// <summary>The note that is there while the line to the lab is cut.</summary>
    public ILocator LineCut => Tab.Locator("#line-cut");

    /// <summary>One of the numbers that move while a race runs.</summary>
    public ILocator Live(string name) => Tab.Locator($"[data-live={name}]");

    public ILocator Field(string id) => Tab.Locator($"#{id}");

    /// <summary>What is said beside a field that has something wrong in it.</summary>
    public ILocator RefusalOf(string field) => Tab.Locator($"#{field}-problem");

    public ILocator Strategy(string id) => Tab.Locator($"input[name=strategy][value={id}]");

    /// <summary>Chooses from a list that opens below its field.</summary>
    public async Task ChooseAsync(string field, string option)
    {
        await Field(field).ClickAsync();
        await Tab.GetByRole(AriaRole.Option, new() { Name = option, Exact = true }).ClickAsync();
        await Expect(Field(field)).ToHaveValueAsync(option);
    }

    /// <summary>The numbers of a row of a table of the report.</summary>
    public ILocator Reported(string table, string row) =>
        Tab.GetByRole(AriaRole.Region, new() { Name = table })
            .GetByRole(AriaRole.Row).Filter(new() { Has = Tab.GetByRole(AriaRole.Rowheader, new() { Name = row, Exact = true }) })
            .GetByRole(AriaRole.Cell);

    /// <summary>A sum of the books: what callers were told, or what the table holds.</summary>
    public ILocator Booked(string sum) => Tab.Locator($".books div:has(> dt:text-is('{sum}')) dd");

    /// <summary>Opens an address and waits until the page answers to clicks and not only looks as if it did.</summary>
    public async Task OpenAsync(string address)
    {
        await Tab.GotoAsync(address);
        await WaitUntilAliveAsync();
    }

    /// <summary>What an address gives to somebody who takes a file from it.</summary>
    public async Task<string> TakeAsync(string address)
    {
        var answer = await Tab.APIRequest.GetAsync(address);
        Assert.True(answer.Ok, $"{address}: {answer.Status}");
        return await answer.TextAsync();
    }

    public async Task ReloadAsync()
    {
        await Tab.ReloadAsync();
        await WaitUntilAliveAsync();
    }

    /// <summary>Waits until the page answers to clicks: its numbers are drawn by the script that comes last.</summary>
    public Task WaitUntilAliveAsync() => Expect(Tab.Locator("[data-frame]")).ToBeAttachedAsync();

    /// <summary>Presses Tab until something has the focus.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var tabs = 0; tabs < MostTabs; tabs++)
        {
            await Tab.Keyboard.PressAsync("Tab");
            if (await Tab.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector)) return;
        }

        Assert.Fail($"{selector} is not reached by {MostTabs} presses of Tab.");
    }

    /// <summary>Presses Run and waits until the address is the race's own.</summary>
    public async Task RunAsync()
    {
        await Run.ClickAsync();
        await Expect(Tab).ToHaveURLAsync(Permalink());
    }

    /// <summary>Presses Run and waits until numbers move.</summary>
    public async Task RunUntilLiveAsync()
    {
        await RunAsync();
        await ExpectMovingNumbersAsync();
    }

    public async Task StopAsync()
    {
        await Stop.ClickAsync();
        await ExpectStateAsync("Stopped");
        await Expect(Verdict).ToBeVisibleAsync();
    }

    public Task ExpectStateAsync(string state) => Expect(State).ToHaveTextAsync(state);

    /// <summary>The race runs, and what the page shows of it moves.</summary>
    public async Task ExpectMovingNumbersAsync()
    {
        await Expect(State).ToContainTextAsync("Racing");
        await Expect(Live("created")).ToHaveTextAsync(SomeNumber());
        var created = await Live("created").TextContentAsync();
        var elapsed = await Live("elapsed").TextContentAsync();
        await Expect(Live("created")).Not.ToHaveTextAsync(created!);
        await Expect(Live("elapsed")).Not.ToHaveTextAsync(elapsed!);
    }

    /// <summary>No race runs here, and none was started: what has just been done reached the lab before this is asked.</summary>
    public async Task ExpectNoRaceAsync()
    {
        await Expect(Stop).ToHaveCountAsync(0);
        await ExpectStateAsync("Ready");
        await Expect(Tab).Not.ToHaveURLAsync(Permalink());
    }

    /// <summary>All that a race's page says once the race is over.</summary>
    public async Task<FinalNumbers> ReadFinalNumbersAsync()
    {
        await Expect(Verdict).ToBeVisibleAsync();
        return new FinalNumbers(
            await NumberAsync(Duplicates),
            await NumberAsync(Reported("How attempts ended", "created")),
            await NumberAsync(Reported("How attempts ended", "attempts")),
            await NumberAsync(Booked("rows in the table")),
            await Verdict.InnerTextAsync());
    }

    /// <summary>The first number in a text: 4,210 of "4,210 rows".</summary>
    public static long NumberIn(string text) =>
        long.Parse(AnyNumber().Match(text).Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    public static async Task<long> NumberAsync(ILocator place) => NumberIn(await place.InnerTextAsync());

    /// <summary>
    /// Presses a key until something has come of it: the page hears keys a moment after it answers to clicks, and nothing on it tells when.
    /// </summary>
    public async Task PressUntilVisibleAsync(string key, ILocator outcome)
    {
        const int Tries = 5;
        for (var tries = 1; ; tries++)
        {
            await Tab.Keyboard.PressAsync(key);
            try
            {
                await Expect(outcome).ToBeVisibleAsync(new() { Timeout = 3000 });
                return;
            }
            catch (PlaywrightException) when (tries < Tries)
            {
                // Once more.
            }
        }
    }

    [GeneratedRegex("/races/[A-Za-z0-9_-]{12}$")]
    private static partial Regex Permalink();

    [GeneratedRegex("^[1-9][0-9,]*$")]
    private static partial Regex SomeNumber();

    [GeneratedRegex("[0-9][0-9,]*")]
    private static partial Regex AnyNumber();
}

/// <summary>What a race's page says once the race is over.</summary>
public sealed record FinalNumbers(long Duplicates, long Created, long Attempts, long Rows, string Verdict);
