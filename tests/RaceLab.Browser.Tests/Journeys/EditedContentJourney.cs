using Microsoft.Playwright;
using RaceLab.Engine.Content;
using static Microsoft.Playwright.Assertions;

namespace RaceLab.Browser.Tests.Journeys;

/// <summary>An instructor edits a scenario while the lab runs.</summary>
public sealed class EditedContentJourney(LabFixture fixture) : Journey(fixture)
{
    private const string OldTitle = "Sign-up stampede";
    private const string NewTitle = "Two sign-ups at once";
    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("rlb-content-");
    private TestLab? _lab;

    private string File => Path.Combine(_content.FullName, "scenarios", "sign-up", "scenario.yaml");

    public override async ValueTask InitializeAsync()
    {
        var original = ContentFolder.Find()!;
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.Copy(Path.Combine(original, Path.GetRelativePath(_content.FullName, File)), File);
        _lab = await TestLab.StartAsync(Cancellation, "--RaceLab:Content", _content.FullName);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
        _content.Delete(recursive: true);
    }

    [Fact(Timeout = Limit)]
    public async Task ContentEditedBrokenAndRepaired_ShowsWithoutRestartOrReload()
    {
        var page = await ArriveAsync(at: _lab);
        await page.OpenAsync("/");
        var heading = page.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 });
        var notice = page.Tab.GetByText("what was good before is used");
        await Expect(heading).ToContainTextAsync(OldTitle);
        var good = (await System.IO.File.ReadAllTextAsync(File, Cancellation)).Replace(OldTitle, NewTitle, StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(File, good, Cancellation);
        await Expect(heading).ToContainTextAsync(NewTitle);
        await Expect(notice).ToHaveCountAsync(0);

        await System.IO.File.WriteAllTextAsync(File, good.Replace("title: " + NewTitle, "titel: nobody reads this", StringComparison.Ordinal), Cancellation);
        await Expect(notice).ToBeVisibleAsync();
        await notice.ClickAsync();
        await Expect(page.Tab.GetByText("titel")).ToBeVisibleAsync();
        await Expect(heading).ToContainTextAsync(NewTitle);
        await page.OpenAsync("/?scenario=sign-up&strategy=upsert&workers=2&attempts=1");
        await page.RunAsync();
        Assert.Contains("No duplicates", (await page.ReadFinalNumbersAsync()).Verdict, StringComparison.Ordinal);

        await page.OpenAsync("/");
        await System.IO.File.WriteAllTextAsync(File, good, Cancellation);
        await Expect(notice).ToHaveCountAsync(0);
    }
}
