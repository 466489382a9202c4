using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody decides by hand who is next, goes back, tries another order, and sends it to somebody else.</summary>
public sealed class StepJourney(LabFixture fixture) : Journey(fixture)
{
    private const string Naive = "/step?scenario=sign-up&strategy=check-then-insert";
    private const string Locked = "/step?scenario=sign-up&strategy=advisory-lock";

    [Fact(Timeout = Limit)]
    public async Task BothCheckThenBothInsert_ShowsTheDuplicate_AndTheLinkShowsItToOthers()
    {
        var page = await ArriveAtAsync(Naive, 0);
        await page.ClickAsync(1, 2, 1);
        await Expect(page.Session(1)).ToContainTextAsync("told its caller: created");
        await page.ClickAsync(2);

        await Expect(page.Verdict).ToContainTextAsync("This order breaks “One row per email”");
        await Expect(page.Tab.Locator(".committed tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Tab).ToHaveURLAsync(new Regex("schedule=1.check,2.check,1.insert,2.insert$"));

        var other = await ArriveAtAsync(page.Tab.Url, 4);
        await Expect(other.Verdict).ToContainTextAsync("This order breaks");
    }

    [Fact(Timeout = Limit)]
    public async Task TakeBackAndTryAnotherOrder_EndsWithOneRow()
    {
        var page = await ArriveAtAsync(Naive + "&schedule=1.check,2.check,1.insert,2.insert", 4);
        await page.Turns.Nth(0).ClickAsync();
        await page.ExpectTurnsAsync(1);
        await Expect(page.Turns).ToHaveCountAsync(4);
        await Expect(page.Verdict).ToHaveCountAsync(0);
        await Expect(page.Tab).ToHaveURLAsync(new Regex("&at=1$"));

        await page.ClickAsync(1, 2);
        await Expect(page.Session(2)).ToContainTextAsync("told its caller: found");
        await Expect(page.Verdict).ToContainTextAsync("This order keeps “One row per email”");

        await page.Tab.Locator("#undo").ClickAsync();
        await page.ExpectTurnsAsync(2);
        await page.Tab.Locator("#redo").ClickAsync();
        await page.ExpectTurnsAsync(3);
        await page.Tab.GetByRole(AriaRole.Slider).FillAsync("0");
        await page.ExpectTurnsAsync(0);
        await page.Tab.ReloadAsync();
        await page.ExpectTurnsAsync(0);
        await Expect(page.Turns).ToHaveCountAsync(3);
    }

    [Fact(Timeout = Limit)]
    public async Task SecondWantsTheLock_WaitIsShownOnBothSides_AndEnds()
    {
        var page = await ArriveAtAsync(Locked, 0);
        await page.ClickAsync(1, 1, 2, 2);

        await Expect(page.Session(2)).ToContainTextAsync("waits for session 1, which took advisory lock");
        await Expect(page.Send(2)).ToBeDisabledAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Img, new() { Name = "session 2 waits for session 1" })).ToBeVisibleAsync();
        await page.Tab.GetByText("lines of the lock tables").ClickAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Cell, new() { Name = "2 waits" })).ToBeVisibleAsync();

        await page.ClickAsync(1, 1);
        await Expect(page.Session(1)).ToContainTextAsync("only this session sees it so");
        await page.ClickAsync(1);
        await Expect(page.Tab.GetByText("Nobody waits.")).ToBeVisibleAsync();
        await page.ClickAsync(2);
        await Expect(page.Session(2)).ToContainTextAsync("1 row: id = 1");
    }

    [Fact(Timeout = Limit)]
    public async Task KeysOnly_TakesTurnsAndGoesBack()
    {
        var page = await ArriveAtAsync(Naive, 0);
        await PressAsync("1", 1);
        await PressAsync("2", 2);
        await PressAsync("1", 3);
        await PressAsync("ArrowLeft", 2);
        await PressAsync("ArrowRight", 3);
        await PressAsync("2", 4);
        await Expect(page.Verdict).ToContainTextAsync("This order breaks");

        // A session that has ended has no turn, whoever asks.
        await page.Tab.Keyboard.PressAsync("1");
        await Expect(page.Notice).ToContainTextAsync("The attempt of session 1 has ended.");
        await page.Tab.Keyboard.PressAsync("4");
        await Expect(page.Notice).ToContainTextAsync("There is no session 4.");

        async Task PressAsync(string key, int turns)
        {
            await page.Tab.Keyboard.PressAsync(key);
            await page.ExpectTurnsAsync(turns);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task LinkWithNonsense_IsExplainedAndTheRestIsPlayed()
    {
        var page = await ArriveAtAsync(Naive + "&sessions=40&schedule=1.check,2.insert,oops", 1);
        await Expect(page.Tab.GetByRole(AriaRole.Alert).First).ToContainTextAsync("asks for “40” sessions");
        await Expect(page.Notice).ToContainTextAsync("The schedule stops before 2.insert. The next step of session 2 is “check”.");

        await new LabPage(page.Tab).ChooseAsync("scenario", "Sign-up stampede");
        await page.Strategy("upsert").ClickAsync();
        await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("ON CONFLICT DO UPDATE");
        await page.ExpectTurnsAsync(0);
    }

    [Fact(Timeout = Limit)]
    public async Task StrategiesChosenFasterThanTheyOpen_TheLastOneStays()
    {
        var page = await ArriveAtAsync(Naive, 0);
        for (var round = 0; round < 8; round++)
        {
            await page.Strategy("unique-and-catch").ClickAsync();
            await page.Strategy("check-then-insert").ClickAsync();
            await page.Strategy("upsert").ClickAsync();
            await Expect(page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("ON CONFLICT DO UPDATE");
            await page.ExpectTurnsAsync(0);
            await Expect(page.Strategy("upsert")).ToBeCheckedAsync();
        }

        await page.ClickAsync(1);
        await Expect(page.Tab).ToHaveURLAsync(new Regex("strategy=upsert&.*schedule=1.upsert"));
    }

    [Fact(Timeout = Limit)]
    public async Task Export_HoldsTheScheduleAndItsAnswers()
    {
        var page = await ArriveAtAsync(Naive + "&schedule=1.check,2.check", 2);
        var download = await page.Tab.RunAndWaitForDownloadAsync(() => page.Tab.Locator("#export").ClickAsync());
        await using var stream = await download.CreateReadStreamAsync();
        using var document = await System.Text.Json.JsonDocument.ParseAsync(stream, cancellationToken: Cancellation);
        Assert.Equal("sign-up-check-then-insert-schedule.json", download.SuggestedFilename);
        Assert.Equal(["1.check", "2.check"], document.RootElement.GetProperty("schedule").EnumerateArray().Select(e => e.GetString()!));
        Assert.Equal(0, document.RootElement.GetProperty("turns")[0].GetProperty("rows").GetInt32());
    }

    [Theory(Timeout = Limit)]
    [InlineData(ColorScheme.Light, 1366)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 1366)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task EveryStateOfThePage_HasNoSeriousViolation(ColorScheme theme, int width)
    {
        var tab = (await ArriveAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = theme, ViewportSize = new() { Width = width, Height = 768 } })).Tab;
        var page = new SteppedPage(tab);
        var violations = new List<string>();

        await page.OpenAsync(Locked + "&sessions=3&schedule=1.begin,1.lock,2.begin,2.lock,1.check,1.insert&at=5", 5);
        await tab.GetByText("lines of the lock tables").ClickAsync();
        violations.AddRange(await Axe.ViolationsAsync(tab, "waiting"));
        await page.OpenAsync("/step?scenario=sign-up&strategy=unique-and-catch&colour=red&schedule=1.insert,2.insert,2.select", 3);
        violations.AddRange(await Axe.ViolationsAsync(tab, "ended"));
        Assert.Equal(width, await tab.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(violations);
    }

    private async Task<SteppedPage> ArriveAtAsync(string address, int turns)
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync(address, turns);
        return page;
    }
}
