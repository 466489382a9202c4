using Microsoft.Playwright;
using RaceLab.Browser.Tests;

[assembly: AssemblyFixture(typeof(LabFixture))]
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace RaceLab.Browser.Tests;

/// <summary>The one lab and the one browser of this assembly's journeys.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    // Where everything is well, an answer takes a fraction of a second; a busy machine may take longer.
    private const float PatienceMs = 20_000;

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private TestLab? _lab;

    public TestLab Lab => _lab ?? throw new InvalidOperationException("The fixture has not started.");

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        var lab = TestLab.StartAsync(patience.Token);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RACELAB_CHROMIUM") is { Length: > 0 } named ? named : "/usr/bin/chromium",
            Args = Arguments,
        });
        _lab = await lab;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_lab is not null) await _lab.DisposeAsync();
    }

    /// <summary>A browser nobody has used yet: no cookie, no memory, hence an owner of its own.</summary>
    public async Task<IBrowserContext> NewBrowserAsync(BrowserNewContextOptions options)
    {
        var browser = await _browser!.NewContextAsync(options);
        browser.SetDefaultTimeout(PatienceMs);
        return browser;
    }
}
