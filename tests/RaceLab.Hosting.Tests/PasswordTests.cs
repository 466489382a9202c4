using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Studies;
using RaceLab.Web.Hosting;

namespace RaceLab.Hosting.Tests;

/// <summary>Passwords are written nowhere, whatever goes well or wrong.</summary>
[Collection(typeof(OneAtATime))]
public sealed class PasswordTests : IAsyncLifetime
{
    private const string User = "workshop";
    private const string EverythingLogged = "--Logging:LogLevel:Default=Trace";
    private const string Control = "control-that-the-log-is-watched";
    private static readonly Secret Password = new("Tr0ub4dor3StapleZebra");

    private readonly List<(string Place, string Text)> _written = [];
    private EmbeddedCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A server on which nobody gets in without a password, except the test itself.</summary>
    public async ValueTask InitializeAsync()
    {
        _cluster = await Places.StartClusterAsync(Cancellation);
        await using var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Pooling = false }.ConnectionString);
        await admin.OpenAsync(Cancellation);
        await admin.ExecuteAsync($"SET password_encryption = 'scram-sha-256'; CREATE ROLE {User} LOGIN SUPERUSER PASSWORD '{Password.Text}'");
        await admin.ExecuteAsync($"COPY (VALUES ('local all \"{admin.UserName}\" trust'), ('local all all scram-sha-256')) TO PROGRAM 'cat > pg_hba.conf'");
        await admin.ExecuteAsync("SELECT pg_reload_conf()");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public void IsIn_PlantedSecret_IsFoundInEveryForm()
    {
        var bytes = Encoding.UTF8.GetBytes(Password.Text);
        Assert.All(
            (string[])
            [
                $"Host=x;Password={Password.Text};", Password.Text.ToUpperInvariant(), $"<b>{Password.Text}</b>", Convert.ToHexStringLower(bytes),
                .. Enumerable.Range(0, 6).Select(n => Convert.ToBase64String([.. Encoding.UTF8.GetBytes("{user}"[..n]), .. bytes, .. "and more"u8])),
            ],
            text => Assert.True(Password.IsIn(text), text));
        Assert.False(Password.IsIn("Host=x;Password=Tr0ub4dor;"));
        Assert.ThrowsAny<Exception>(() => Password.AssertNotIn("a page", $"…{Password.Text}…"));
        Assert.ThrowsAny<Exception>(() => Password.AssertNotIn("a page", ""));
    }

    [Fact(Timeout = 120_000)]
    public async Task RunningLab_RacesThatEndWellAndNot_WritesNoPasswordAnywhere()
    {
        using var console = new ConsoleWatch();
        Secret racePassword;
        await using (var lab = await Places.StartLabAsync(ConnectionString(), ConnectionString(), Cancellation, EverythingLogged))
        {
            using var client = Places.ClientOf(lab);
            await using (var database = await lab.Servers.Lab.RentDatabaseAsync(Cancellation))
                racePassword = new Secret(new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!);

            var finished = await RaceAsync(lab, RaceEnd.Finished, new Workload { Workers = 4, Keys = 2, Attempts = 5, Duration = null });
            while (await lab.Servers.State!.FindAsync(finished.Id, Cancellation) is null) await Task.Delay(10, Cancellation);
            await FetchAsync(client, "/", $"/races/{finished.Id}", "/races/unknown", $"/races/{finished.Id}/export.html", $"/races/{finished.Id}/export.json", $"/races/{finished.Id}/summary.csv", $"/races/{finished.Id}/attempts.csv", "/nonsense", "/error", "/?strategy=upsert&workers=x&Password=y", "/health/live", "/health/ready");
            await CompareAsync(lab, client);
            await ReadStateAsync();

            var interrupted = await RaceAsync(lab, RaceEnd.Interrupted, new Workload { Workers = 4, Duration = TimeSpan.FromMinutes(1) }, whileRunning: _cluster.DisposeAsync);
            var refused = await RaceAsync(lab, RaceEnd.Refused, new Workload { Workers = 4 });
            await FetchAsync(client, "/", $"/races/{interrupted.Id}", $"/races/{refused.Id}", "/races/unknown", "/health/ready");
            lab.App.Services.GetRequiredService<ILogger<PasswordTests>>().LogWarning(Control);
        }

        _written.Add(("the log", console.Text));

        // What was to go wrong did, and was written of.
        foreach (var sign in (string[])[Control, "cannot go on", "could not be kept in the state database", "\"lab\":\"Unhealthy\"", "Interrupted: no verdict", "The race did not start", "cannot be fetched just now"])
            Assert.Contains(_written, w => w.Text.Contains(sign, StringComparison.Ordinal));
        foreach (var (place, text) in _written)
        {
            Password.AssertNotIn(place, text);
            racePassword.AssertNotIn(place, text);
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("Password", "wrongTr0ub4dor3StapleZebra", "Correct the user or the password")]
    [InlineData("Username", "nobody_here", "refused the log-in")]
    [InlineData("Database", "nowhere", "no such database")]
    [InlineData("SSL Mode", "Require", "SSL")]
    public async Task Start_ServerThatRefuses_SaysWhyWithoutThePassword(string setting, string value, string expected)
    {
        var bad = new NpgsqlConnectionStringBuilder(ConnectionString()) { [setting] = value }.ConnectionString;
        foreach (var (onLab, onState) in (IEnumerable<(string, string)>)[(bad, ConnectionString()), (ConnectionString(), bad)])
        {
            using var console = new ConsoleWatch();
            var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => Places.StartLabAsync(onLab, onState, Cancellation, EverythingLogged));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
            Password.AssertNotIn("the refusal", refusal.ToString());
            Assert.False(Password.IsIn(console.Text), "The log has a password in it.");
        }
    }

    private static RaceRequest Request(LabHost lab, Workload workload)
    {
        var scenario = lab.App.Services.GetRequiredService<Catalogue>().Find("sign-up")!;
        return new RaceRequest(scenario, scenario.FindStrategy("unique-and-catch")!, workload);
    }

    /// <summary>Two strategies side by side, and whatever can be read of them.</summary>
    private async Task CompareAsync(LabHost lab, HttpClient client)
    {
        var scenario = lab.App.Services.GetRequiredService<Catalogue>().Find("sign-up")!;
        var plan = ComparisonPlan.Of(scenario, [.. scenario.Strategies.Take(2)], new Workload { Workers = 2, Keys = 2, Attempts = 5, Duration = null }, ComparisonPlan.FewestRounds);
        var study = lab.App.Services.GetRequiredService<StudyRegistry>().Start(plan, "me");
        Assert.Equal(StudyEnd.Finished, (await study.Completion.WaitAsync(Cancellation)).End);
        while (await ((IStudyArchive)lab.Servers.State!).FindAsync(study.Id, Cancellation) is null) await Task.Delay(10, Cancellation);
        await FetchAsync(client, $"/compare/{study.Id}", $"/studies/{study.Id}/export.json", $"/studies/{study.Id}/races.csv", "/history");
    }

    /// <summary>Races to an end, and keeps what would be exported.</summary>
    private async Task<Race> RaceAsync(LabHost lab, RaceEnd end, Workload workload, Func<ValueTask>? whileRunning = null)
    {
        var race = lab.App.Services.GetRequiredService<RaceRegistry>().Start(Request(lab, workload), "me");
        if (whileRunning is not null)
        {
            for (var version = 0; race.State != RaceState.Running; version = await race.WaitForChangeAsync(version, Cancellation)) Assert.False(race.Completion.IsCompleted);
            await whileRunning();
        }

        var result = await race.Completion.WaitAsync(Cancellation);
        Assert.Equal(end, result.End);
        _written.Add(($"the document of the race that ended as {end}", RaceDocument.From(result).ToJson()));
        return race;
    }

    private async Task FetchAsync(HttpClient client, params string[] paths)
    {
        foreach (var path in paths)
        {
            using var response = await client.GetAsync(path, Cancellation);
            _written.Add(($"the answer to {path}", $"{response.Headers} {await response.Content.ReadAsStringAsync(Cancellation)}"));
        }
    }

    private async Task ReadStateAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        foreach (var table in await connection.QueryAsync<string>("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'racelab'"))
            _written.Add(($"the table {table}", await connection.ExecuteScalarAsync<string>($"SELECT json_agg(t)::text FROM {table} t") ?? ""));
    }

    private string ConnectionString() => new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Username = User, Password = Password.Text }.ConnectionString;
}
