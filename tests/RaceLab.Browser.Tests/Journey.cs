using Microsoft.Playwright;

namespace RaceLab.Browser.Tests;

/// <summary>
/// What a learner does from one end to the other. Whatever the browser or the lab reports as an error on the way fails the journey, even
/// where the page looks right.
/// </summary>
public abstract class Journey(LabFixture fixture) : IAsyncLifetime
{
    /// <summary>The longest that a journey may take, in milliseconds.</summary>
    protected const int Limit = 180_000;

    /// <summary>A race that is still under way whenever a journey looks, makes duplicates all the time, and leaves the machine room for others.</summary>
    protected const string LongRace = "/?scenario=sign-up&strategy=check-then-insert&workers=5&keys=5000&duration=60s&pause=20-30ms";

    private readonly List<LabPage> _pages = [];
    private readonly List<IBrowserContext> _browsers = [];
    private readonly List<string> _complaints = [];
    private readonly List<string> _excused = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestLab Lab => fixture.Lab;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed) await KeepPicturesAsync();
        foreach (var browser in _browsers) await browser.CloseAsync();
        while (Lab.Errors.TryDequeue(out var error)) Complain($"the lab's log: {error}");
        lock (_complaints)
        {
            _complaints.RemoveAll(complaint => _excused.Any(complaint.Contains));
            Assert.Empty(_complaints);
        }
    }

    /// <summary>Somebody new, with a browser of their own.</summary>
    protected async Task<LabPage> ArriveAsync(BrowserNewContextOptions? options = null, TestLab? at = null)
    {
        var browser = await fixture.NewBrowserAsync(new BrowserNewContextOptions(options ?? new()) { BaseURL = (at ?? Lab).Address });
        _browsers.Add(browser);
        browser.WebError += (_, error) =>
        {
            if (!IsFarewell(error.Error)) Complain($"script: {error.Error}");
        };
        browser.Console += (_, message) =>
        {
            if (message.Type == "error") Complain($"console: {message.Text} ({message.Location})");
        };
        return await NewTabAsync(browser);
    }

    /// <summary>The same owner with another browser, whose network is another.</summary>
    protected async Task<LabPage> ArriveAgainAsync(LabPage page) =>
        await ArriveAsync(new() { StorageState = await page.Tab.Context.StorageStateAsync() });

    /// <summary>One more tab of the same browser, hence of the same owner.</summary>
    protected Task<LabPage> NewTabAsync(LabPage beside) => NewTabAsync(beside.Tab.Context);

    /// <summary>Complaints with these words belong to the journey and do not fail it.</summary>
    protected void Excuse(params string[] words) => _excused.AddRange(words);

    private async Task<LabPage> NewTabAsync(IBrowserContext browser)
    {
        var page = new LabPage(await browser.NewPageAsync());
        _pages.Add(page);
        return page;
    }

    /// <summary>
    /// Whether an error is Blazor's own at the closing of a tab: between a page's unload event, at which it takes leave of the lab, and its end a call of the lab may still come in,
    /// and Blazor throws where it would answer.
    /// </summary>
    private static bool IsFarewell(string error) =>
        error.Contains("The circuit associated with this dispatcher is no longer available", StringComparison.Ordinal) && error.Contains("endInvokeJSFromDotNet", StringComparison.Ordinal);

    private void Complain(string complaint)
    {
        lock (_complaints) _complaints.Add(complaint);
    }

    private async Task KeepPicturesAsync()
    {
        foreach (var (page, index) in _pages.Where(p => !p.Tab.IsClosed).Select((p, i) => (p, i)))
        {
            var picture = Path.Combine(AppContext.BaseDirectory, "pictures", $"{GetType().Name}-{index}.png");
            await page.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = picture, FullPage = true });
            TestContext.Current.SendDiagnosticMessage("{0} was at {1}: {2}", GetType().Name, page.Tab.Url, picture);
        }
    }
}
