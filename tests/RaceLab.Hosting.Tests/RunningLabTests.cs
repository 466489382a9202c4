using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Hosting;

namespace RaceLab.Hosting.Tests;

/// <summary>A whole lab, asked from outside.</summary>
public sealed class RunningLabTests : IAsyncLifetime
{
    private EmbeddedCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await Places.StartClusterAsync(Cancellation);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task Health_ServersGoAway_IsAliveButNotReadyAndNamesNoMachine()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation);
        using var client = Places.ClientOf(lab);
        using (var ready = await client.GetAsync("/health/ready", Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            using var report = JsonDocument.Parse(await ready.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal("Healthy", report.RootElement.GetProperty("servers").GetProperty("lab").GetString());
            Assert.Equal("Healthy", report.RootElement.GetProperty("servers").GetProperty("state").GetString());
        }

        await _cluster.DisposeAsync();
        using (var ready = await client.GetAsync("/health/ready", Cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            var text = await ready.Content.ReadAsStringAsync(Cancellation);
            Assert.Contains("\"lab\":\"Unhealthy\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain(_cluster.RootDirectory, text, StringComparison.Ordinal);
        }

        using var live = await client.GetAsync("/health/live", Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Browser_OtherSites_AreKeptOut()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation);
        using var client = Places.ClientOf(lab);
        using (var page = await client.GetAsync("/", Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("'unsafe-eval'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("same-origin", Assert.Single(page.Headers.GetValues("Cross-Origin-Opener-Policy")));
        }

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(client, "/", ("Host", "evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/_blazor/negotiate?negotiateVersion=1", ("Origin", "http://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/_blazor/negotiate?negotiateVersion=1", ("Origin", "null")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/_blazor/negotiate?negotiateVersion=1", ("Origin", $"https://{client.BaseAddress!.Authority}")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/_blazor/negotiate?negotiateVersion=1", ("Origin", client.BaseAddress!.GetLeftPart(UriPartial.Authority))));
    }

    [Fact(Timeout = 120_000)]
    public async Task AllowedHosts_Set_ReplacesTheDefault()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation, "--AllowedHosts=lab.example.org");
        using var client = Places.ClientOf(lab);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live", ("Host", "lab.example.org"), HttpMethod.Get));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(client, "/health/live", ("Host", "localhost"), HttpMethod.Get));
    }

    [Fact(Timeout = 120_000)]
    public async Task AllowedHosts_Empty_IsTheDefault()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation, "--AllowedHosts=");
        using var client = Places.ClientOf(lab);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(client, "/health/live", ("Host", "evil.example"), HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live", ("Host", "localhost"), HttpMethod.Get));
    }

    [Fact(Timeout = 120_000)]
    public async Task SharedKeys_TwoInstances_UnderstandEachOther()
    {
        await using var one = await Places.StartLabAsync(_cluster, Cancellation);
        await using var two = await Places.StartLabAsync(_cluster, Cancellation);
        var signed = one.App.Services.GetDataProtectionProvider().CreateProtector("test").Protect("hello");
        Assert.Equal("hello", two.App.Services.GetDataProtectionProvider().CreateProtector("test").Unprotect(signed));
        Assert.NotEmpty(two.Servers.State!.ReadProtectionKeys());
    }

    [Fact(Timeout = 120_000)]
    public async Task Limits_Set_AreThoseOfTheLab()
    {
        await using var lab = await Places.StartLabAsync(_cluster, Cancellation, "--RaceLab:Limits:WorkersPerRace=3", "--RaceLab:Limits:History=1");
        var registry = lab.App.Services.GetRequiredService<RaceRegistry>();
        var refused = Assert.Throws<RaceRefusedException>(() => registry.Start(Request(lab, workers: 4), "me"));
        Assert.Contains("allows 3 workers", refused.Message, StringComparison.Ordinal);

        var first = registry.Start(Request(lab, workers: 3), "me");
        await first.Completion.WaitAsync(Cancellation);
        while (await lab.Servers.State!.FindAsync(first.Id, Cancellation) is null) await Task.Delay(10, Cancellation);
        var second = registry.Start(Request(lab, workers: 3), "me");
        await second.Completion.WaitAsync(Cancellation);
        while (await lab.Servers.State.FindAsync(second.Id, Cancellation) is null) await Task.Delay(10, Cancellation);
        Assert.Null(await lab.Servers.State.FindAsync(first.Id, Cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task Telemetry_WithACollector_SendsMetricsAndTraces()
    {
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
            received.AddOrUpdate(signal, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync(Cancellation);
        string password;
        await using (var lab = await Places.StartLabAsync(
            _cluster, Cancellation, $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"))
        {
            await using (var database = await lab.Servers.Lab.RentDatabaseAsync(Cancellation))
                password = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString).Password!;
            var registry = lab.App.Services.GetRequiredService<RaceRegistry>();
            var result = await registry.Start(Request(lab, workers: 4, "unique-and-catch"), "me").Completion.WaitAsync(Cancellation);
            Assert.Equal(RaceEnd.Finished, result.End);
            using var client = Places.ClientOf(lab);
            foreach (var page in (string[])["/history", "/health/ready"])
            {
                using var answer = await client.GetAsync(page, Cancellation);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        string[] metrics =
        [
            "racelab.races.started", "racelab.attempts", "racelab.rejections", "users_email_key", "23505", "racelab.connections.limit",
            "http.server.request.duration", "kestrel.active_connections", "dotnet.process.cpu.time",
        ];
        foreach (var word in metrics) Assert.Contains(word, received["metrics"], StringComparison.Ordinal);
        foreach (var word in (string[])["race", "queue", "run", "count", "unique-and-catch", "/history", "racelab.history"])
            Assert.Contains(word, received["traces"], StringComparison.Ordinal);

        // Neither what workers send, nor what the lab sends by itself, nor whoever asks after its health.
        foreach (var word in (string[])["INSERT INTO", "CREATE ROLE", "SCRAM", "pg_locks", "/health"]) Assert.DoesNotContain(word, received["traces"], StringComparison.Ordinal);
        Assert.DoesNotContain(password, received["metrics"] + received["traces"], StringComparison.Ordinal);
    }

    private static RaceRequest Request(LabHost lab, int workers, string strategy = "check-then-insert")
    {
        var scenario = lab.App.Services.GetRequiredService<Catalogue>().Scenarios.Single(s => s.Id == "sign-up");
        return new RaceRequest(scenario, scenario.FindStrategy(strategy)!, new Workload { Workers = workers, Keys = 2, Attempts = 4, Duration = null });
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, (string Name, string Value) header, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
