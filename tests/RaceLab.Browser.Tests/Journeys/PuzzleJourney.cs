using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>Somebody is the scheduler: solves a puzzle, asks for hints, says rightly and wrongly that there is no such order.</summary>
public sealed class PuzzleJourney(LabFixture fixture) : Journey(fixture)
{
    [Fact(Timeout = Limit)]
    public async Task TwoAccounts_WrongOrderThenTheRightOne_IsSolved()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync("/step?scenario=sign-up", 0);
        await page.Tab.GetByRole(AriaRole.Radio, new() { Name = "Two accounts, one email" }).CheckAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("puzzle=two-accounts"));
        await Expect(page.Tab.Locator("#puzzle")).ToBeVisibleAsync(); // Until then the run before it is still to be seen.
        await page.ExpectTurnsAsync(0);

        await page.ClickAsync(1, 1, 2);
        await Expect(page.Tab.Locator("#puzzle")).ToContainTextAsync("Not with this order.");
        await page.Tab.Locator("#hint").ClickAsync();
        await Expect(page.Tab.Locator("#puzzle")).ToContainTextAsync("do not let them come one after the other");

        await page.Tab.Locator("#again").ClickAsync();
        await page.ExpectTurnsAsync(0);
        await page.ClickAsync(1, 2, 1, 2);
        await Expect(page.Tab.Locator("#puzzle")).ToContainTextAsync("Solved in 4 turns, with 1 hint.");
        await Expect(page.Tab.GetByText("1 of 7 solved in this visit")).ToBeVisibleAsync();
        await Expect(page.Tab).ToHaveURLAsync(new Regex("puzzle=two-accounts.*schedule=1.check,2.check,1.insert,2.insert"));
        Assert.Empty(await Axe.ViolationsAsync(page.Tab, "solved"));
    }

    [Fact(Timeout = Limit)]
    public async Task NoSuchOrder_SaidOfASoundStrategy_IsProvenByTryingAll()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync("/step?scenario=sign-up&puzzle=unbreakable", 0);

        await page.Tab.Locator("#no-order").ClickAsync();
        await Expect(page.Tab.Locator("#puzzle")).ToContainTextAsync("You are right: there is none.", new() { Timeout = 30_000 });
        await Expect(page.Tab.GetByText("1 of 7 solved in this visit")).ToBeVisibleAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task NoSuchOrder_SaidOfABrokenStrategy_IsRefutedByAnOrderThatCanBePlayed()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.OpenAsync("/step?scenario=sign-up&puzzle=two-accounts", 0);

        await page.Tab.Locator("#no-order").ClickAsync();
        await Expect(page.Tab.Locator("#puzzle")).ToContainTextAsync("There is one.", new() { Timeout = 30_000 });
        await page.Tab.Locator("#puzzle details summary").ClickAsync();
        await page.Tab.Locator("#play-order").ClickAsync();
        await page.ExpectTurnsAsync(4);
        await Expect(page.Verdict).ToContainTextAsync("This order breaks");
    }

    [Fact(Timeout = Limit)]
    public async Task UnknownPuzzle_InALink_IsRefusedInWords()
    {
        var page = new SteppedPage((await ArriveAsync()).Tab);
        await page.Tab.GotoAsync("/step?scenario=sign-up&puzzle=nowhere");
        await Expect(page.Tab.Locator("#scenario-problem")).ToContainTextAsync("has no puzzle “nowhere”");
    }
}
