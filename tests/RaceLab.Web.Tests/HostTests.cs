using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Studies;
using RaceLab.Web.Browsers;
using RaceLab.Web.Hosting;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

/// <summary>The real application on port 0, without its servers.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
    private readonly TestContent _content = new();
    private WebApplication _app = default!;

    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = RaceLabApp.CreateBuilder(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]);
        builder.Services
            .AddSingleton(_content.Catalogue)
            .AddSingleton<IRaceRunner>(new ControlledRunner())
            .AddSingleton<IExplorer>(new ControlledExplorer())
            .AddSingleton<IRaceArchive>(new FakeArchive())
            .AddSingleton<IStudyArchive>(new FakeArchive())
            .AddSingleton<IHistory>(new FakeArchive())
            .AddSingleton(new ServerLacks(_ => null, _ => Task.CompletedTask, NullLogger<ServerLacks>.Instance));
        _app = RaceLabApp.Build(builder);
        await _app.StartAsync(Token);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _content.Dispose();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/_framework/blazor.web.js", "Blazor")]
    [InlineData("/lib/uplot/uPlot.esm.js", "uPlot")]
    [InlineData("/Components/Races/LiveRace.razor.js", "readFrame")]
    [InlineData("/js/circuit.js", "reconnect")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css", "mud-button")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.js", "mudElementRef")]
    [InlineData("/health/live", "Healthy")]
    public async Task Get_WhatThePageNeeds_IsThere(string path, string words) =>
        Assert.Contains(words, await _http.GetStringAsync(path, Token));

    [Fact(Timeout = 60_000)]
    public async Task Get_ThePage_IsRenderedAndBringsTheOwnersCookieAndTheHeaders()
    {
        using var page = await _http.GetAsync("/", Token);
        Assert.Contains("Sign-up stampede", await page.Content.ReadAsStringAsync(Token));
        var cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"), c => c.StartsWith(OwnerCookie.Name, StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy);
        Assert.DoesNotContain("unsafe-eval", policy);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("short", true)]
    [InlineData("not*base64*not*base64*", true)]
    public async Task Get_WithACookie_KeepsAGoodOneAndReplacesAForgedOne(string token, bool replaced)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", $"{OwnerCookie.Name}={token}");
        using var page = await _http.SendAsync(request, Token);
        var cookies = page.Headers.TryGetValues("Set-Cookie", out var all) ? all : [];
        Assert.Equal(replaced, cookies.Any(c => c.StartsWith(OwnerCookie.Name, StringComparison.Ordinal)));
        Assert.DoesNotContain(token, replaced ? "" : await page.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.OK)]
    public async Task Negotiate_FromAnotherOrigin_IsRefused(string origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        if (origin.Length > 0) request.Headers.Add("Origin", origin);
        using var answer = await _http.SendAsync(request, Token);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Get_ForAnotherHost_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "evil.example";
        using var answer = await _http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/nonsense", HttpStatusCode.NotFound, "nothing at this address")]
    [InlineData("/races/unknown", HttpStatusCode.OK, "no such race")]
    public async Task Get_WhatIsNotThere_IsAPageWithASentence(string path, HttpStatusCode status, string sentence)
    {
        using var page = await _http.GetAsync(path, Token);
        Assert.Equal(status, page.StatusCode);
        Assert.Contains(sentence, await page.Content.ReadAsStringAsync(Token));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/?scenario=sign-up&strategy=upsert", "Race")]
    [InlineData("/races/unknown", "Race")]
    [InlineData("/explore?scenario=sign-up&strategy=upsert&run=1", "Explore")]
    [InlineData("/history", "History")]
    [InlineData("/history/overlay?a=1&b=2", "History")]
    public async Task Get_AnyPage_MarksItsPlaceInTheBar(string path, string place)
    {
        var page = await _http.GetStringAsync(path, Token);
        Assert.Equal(place, Assert.Single(Regex.Matches(page, "aria-current=\"page\"[^>]*>(?:<div[^>]*>)?([^<]*)<")).Groups[1].Value);
        if (path.Contains("upsert", StringComparison.Ordinal)) Assert.Contains("href=\"/step?scenario=sign-up&amp;strategy=upsert\"", page);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/?workers=%3Cscript%3Ealert(1)%3C/script%3E&%00=%zz")]
    [InlineData("/explore?strategy=%3Cscript%3Ealert(1)%3C/script%3E&sessions=%3Cscript%3Ealert(1)%3C/script%3E&%00=%zz&run=1")]
    public async Task Get_ALinkWithRubbish_IsStillAPage(string path)
    {
        using var page = await _http.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("<script>alert", await page.Content.ReadAsStringAsync(Token));
    }
}
