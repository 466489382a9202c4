using System.Net;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Studies;
using RaceLab.Web.Exports;
using RaceLab.Web.Hosting;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

/// <summary>What is exported says the same as the result that it is made of, and does no harm where it is opened.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
    private readonly TestContent _content = new();
    private readonly FakeArchive _archive = new();
    private WebApplication _app = default!;

    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = RaceLabApp.CreateBuilder(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]);
        builder.Services
            .AddSingleton(_content.Catalogue)
            .AddSingleton<IRaceRunner>(new ControlledRunner())
            .AddSingleton<IExplorer>(new ControlledExplorer())
            .AddSingleton<IRaceArchive>(_archive)
            .AddSingleton<IStudyArchive>(_archive)
            .AddSingleton<IHistory>(_archive)
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

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("\n=1")]
    [InlineData("＝1")]
    [InlineData("=cmd|' /C calc'!A0,\"x\"\r\n=2")]
    public void Csv_HostileCells_AreTextsWithAnApostropheAndStayOneCell(string hostile)
    {
        var row = Assert.Single(CsvText.Read(new Csv().Text("a").Text(hostile).Text("z").End().Take()));
        Assert.Equal(["a", "'" + hostile, "z"], row);
    }

    [Fact]
    public void Csv_NumbersAndPlainTexts_AreAsTheyAre()
    {
        var written = new Csv().Text("plain").Text("a,b").Text("say \"x\"").Text("two\nlines").Text(null).Text("").Number(-5).Number(-1.5).Number(double.NaN).Number((long?)null).Number(0.12345).Text("é ü").End()
            .Number(1).End().Take();
        Assert.Equal(
            [["plain", "a,b", "say \"x\"", "two\nlines", "", "", "-5", "-1.5", "", "", "0.123", "é ü"], ["1"]],
            CsvText.Read(written));
    }

    [Theory]
    [InlineData("sign-up-upsert", "racelab-sign-up-upsert-20261121-100000.json")]
    [InlineData("../../etc/passwd\r\nX: y\"", "racelab-etc-passwd--X--y-20261121-100000.json")]
    [InlineData("привет", "racelab-race-20261121-100000.json")]
    public void FileName_WhateverTheIdsAre_IsSafe(string about, string expected) =>
        Assert.Equal(expected, ExportWords.FileName(about, new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero), ".json"));

    [Fact(Timeout = 60_000)]
    public async Task SummaryCsv_ReadBack_HasTheResultsNumbers()
    {
        var result = Hostile();
        var rows = CsvText.Read(await TakeAsync("summary.csv", result, "text/csv", "-summary.csv"));
        Assert.Equal(["measure", "of", "value", "unit"], rows[0]);
        Assert.All(rows, r => Assert.Equal(4, r.Count));
        Assert.Equal(["531", "attempts"], Value("attempts", "created"));
        Assert.Equal(["4210", "attempts"], Value("attempts", "total"));
        Assert.Equal(["31", ""], Value("excess", "duplicates"));
        Assert.Equal(["22.4", "ms"], Value("latency p99", "attempt"));
        Assert.Equal(["0.082", "ms"], Value("latency p50", "step insert"));
        Assert.Equal(["-7", ""], Value("seed", ""));
        Assert.Equal(["839.6", "attempts/s"], Value("throughput", ""));
        Assert.Equal(["'=HYPERLINK(\"http://evil.example\")", ""], Value("problem", ""));
        Assert.Equal(["2", "statements"], Value("rejected statements", "23505 =cmd"));

        IEnumerable<string> Value(string measure, string of) => Assert.Single(rows, r => r[0] == measure && r[1] == of).Skip(2);
    }

    [Fact(Timeout = 60_000)]
    public async Task Json_ReadBack_IsTheDocumentWithItsVersion()
    {
        var result = Hostile();
        using var json = JsonDocument.Parse(await TakeAsync("export.json", result, "application/json", ".json"));
        var root = json.RootElement;
        Assert.Equal(RaceDocument.NewestVersion, root.GetProperty("version").GetInt32());
        Assert.Equal("version", root.EnumerateObject().First().Name);
        Assert.Equal(result.Attempts.Total, root.GetProperty("attempts").GetProperty("total").GetInt64());
        Assert.Equal(31, root.GetProperty("invariants").GetProperty("duplicates").GetProperty("excess").GetInt64());
        Assert.Equal(result.Latency.P99Ms, root.GetProperty("latencyMs").GetProperty("p99").GetDouble());
        Assert.Equal(result.Problem, root.GetProperty("problem").GetString());
    }

    [Fact]
    public void Json_EveryProperty_IsDescribedAndNothingElse()
    {
        var described = File.ReadAllText(Path.Combine(ContentFolder.Find()!, "..", "docs", "exports.md"));
        using var json = JsonDocument.Parse(RaceDocument.From(Hostile()).ToJson());
        Assert.All(json.RootElement.EnumerateObject(), p => Assert.Contains($"| `{p.Name}` |", described, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Html_OfARecord_HasItsNumbersAndNothingThatIsFetchedOrRun()
    {
        var result = Hostile();
        var html = await TakeAsync("export.html", result, "text/html", ".html");
        var document = await new HtmlParser().ParseDocumentAsync(html, Token);
        Assert.Empty(document.QuerySelectorAll("script, link, img, iframe, object, embed, base, [src], [srcset], [onclick], form"));
        Assert.DoesNotContain(document.QuerySelectorAll("[href]"), e => !e.GetAttribute("href")!.StartsWith("https://", StringComparison.Ordinal));
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(http", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", document.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content"), StringComparison.Ordinal);
        Assert.Contains("@media (prefers-color-scheme: dark) { :root {", document.QuerySelector("style")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("4,210", document.QuerySelector(".report .outcomes")!.TextContent);
        Assert.Contains("31 rows too many", document.QuerySelector("#verdict")!.TextContent);
        Assert.Equal(3, document.QuerySelectorAll(".charts svg[role=img]").Length);
        Assert.Contains("<b><i>x</i></b>", document.QuerySelector(".rejections th small")!.TextContent);
        Assert.Null(document.QuerySelector("i"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("attempts.csv", HttpStatusCode.Gone, "cannot be exported any more")]
    [InlineData("../unknown/export.json", HttpStatusCode.NotFound, "nothing at this address")]
    [InlineData("../unknown/export.html", HttpStatusCode.NotFound, "nothing at this address")]
    public async Task Export_OfWhatIsNotThere_SaysSo(string file, HttpStatusCode status, string words)
    {
        await _archive.SaveAsync(new ArchivedRace("kept", LabContext.Me, DateTimeOffset.UnixEpoch, Hostile()), Token);
        using var answer = await _http.GetAsync($"/races/kept/{file}", Token);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact(Timeout = 60_000)]
    public async Task Export_ArchiveIsAway_SaysSo()
    {
        _archive.Fault = new ArchiveUnavailableException("The state server is away.", new TimeoutException());
        foreach (var file in (string[])["/races/kept/export.html", "/races/kept/summary.csv", "/studies/kept/export.json"])
        {
            using var answer = await _http.GetAsync(file, Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            if (file.StartsWith("/races", StringComparison.Ordinal)) Assert.Equal("The state server is away.", await answer.Content.ReadAsStringAsync(Token));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Study_AsCsvAndJson_ReadBack()
    {
        var study = new StudyRecord
        {
            Kind = "comparison",
            Scenario = "sign-up",
            ScenarioTitle = "Sign-up stampede",
            Strategies = [new StudiedStrategy("check-then-insert", "Check", new Dictionary<string, Promise>())],
            Workload = new Workload(),
            Choices = new Dictionary<string, string>(),
            Planned = 2,
            Races = [new StudiedRace(1, TestResults.Flawed()), new StudiedRace(2, TestResults.Sound())],
            End = StudyEnd.Finished,
        };
        await _archive.SaveAsync(new ArchivedStudy("study", LabContext.Me, DateTimeOffset.UnixEpoch, study.Kind, study.Scenario, study.Words(), StudyEnd.Finished, study.ToJson()), Token);

        var rows = CsvText.Read(await _http.GetStringAsync("/studies/study/races.csv", Token));
        Assert.Equal(3, rows.Count);
        Assert.Equal(("1", "check-then-insert", "4210", "31"), (Cell(1, "round"), Cell(1, "strategy"), Cell(1, "attempts"), Cell(1, "excess duplicates")));
        Assert.Equal(("2", "upsert", "22.4", "0"), (Cell(2, "round"), Cell(2, "strategy"), Cell(2, "p99_ms"), Cell(2, "excess duplicates")));
        Assert.Equal(study.ToJson(), StudyRecord.Read(await _http.GetStringAsync("/studies/study/export.json", Token)).ToJson());

        string Cell(int row, string column) => rows[row][rows[0].ToList().IndexOf(column)];
    }

    private static RaceResult Hostile() => TestResults.Flawed(new Workload { Seed = -7 }) with
    {
        Problem = "=HYPERLINK(\"http://evil.example\")",
        Rejections = [new RejectionCount("23505", "=cmd", 2, "<b><i>x</i></b>")],
    };

    private async Task<string> TakeAsync(string file, RaceResult result, string type, string ending)
    {
        await _archive.SaveAsync(new ArchivedRace("kept", LabContext.Me, DateTimeOffset.UnixEpoch, result), Token);
        using var answer = await _http.GetAsync($"/races/kept/{file}", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(("attachment", $"racelab-sign-up-check-then-insert-20261121-100000{ending}"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileName));
        return await answer.Content.ReadAsStringAsync(Token);
    }
}
