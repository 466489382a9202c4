using System.Diagnostics;
using Dapper;
using Npgsql;
using RaceLab.Engine.Archive;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;

namespace RaceLab.Engine.Tests.History;

/// <summary>What is kept is found again by its owner and by nobody else, and no more is kept than the limits say. Each test has a state database of its own.</summary>
public sealed class HistoryTests(TestPostgres postgres) : IAsyncLifetime
{
    private const string Me = "me";
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly string _database = $"history_{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Target => new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Database = _database, Pooling = false }.ConnectionString;

    public ValueTask InitializeAsync() => ExecuteAsync($"CREATE DATABASE {_database} TEMPLATE template0");

    public ValueTask DisposeAsync() => ExecuteAsync($"DROP DATABASE {_database} WITH (FORCE)");

    [Fact(Timeout = 60_000)]
    public async Task ListAsync_RacesOfTwoOwners_GivesOnesOwnNewestFirstWithTheirNumbers()
    {
        await using var state = await OpenAsync();
        await state.SaveAsync(Race("old", at: Noon), Cancellation);
        await state.SaveAsync(Race("new", at: Noon.AddMinutes(1), verdict: Verdict.Kept, promise: Promise.None, excess: 0), Cancellation);
        await state.SaveAsync(Race("other", owner: "somebody else", at: Noon.AddMinutes(2)), Cancellation);

        var page = await state.ListAsync(new HistoryQuery { Owner = Me }, Cancellation);

        Assert.Equal(["new", "old"], page.Entries.Select(e => e.Id));
        Assert.Null(page.Next);
        Assert.Equal(2, page.OwnEntries);
        Assert.InRange(page.OwnBytes, 2_000, 20_000);
        var old = page.Entries[1];
        Assert.Equal(("race", "sign-up", "check-then-insert", "finished", Noon), (old.Kind, old.Scenario, old.Strategy, old.Ended, old.CreatedAt));
        var race = old.Race!;
        Assert.Equal((HistoryVerdict.Shown, 42.5, 12.5, 7), (race.Verdict, race.AttemptsPerSecond, race.Latency.P99Ms, race.Workload.Workers));
        Assert.Equal(new AttemptCounts(3, 1, 0, 0, 0, 0), race.Attempts);
        Assert.Equal(new InvariantSummary("duplicates", Promise.Some, Verdict.Kept, 4, 4), race.Telling);
        Assert.Empty((await state.ListAsync(new HistoryQuery { Owner = "nobody" }, Cancellation)).Entries);
    }

    [Fact(Timeout = 60_000)]
    public async Task ListAsync_MoreThanAPage_GoesOnWhereItStoppedAlsoAmongEqualTimes()
    {
        await using var state = await OpenAsync();
        for (var i = 0; i < 60; i++) await state.SaveAsync(Race($"r{i:00}", at: Noon.AddTicks(i / 20 * 10)), Cancellation);

        var seen = new List<string>();
        HistoryPlace? after = null;
        var pages = 0;
        do
        {
            var page = await state.ListAsync(new HistoryQuery { Owner = Me, After = after }, Cancellation);
            seen.AddRange(page.Entries.Select(e => e.Id));
            after = page.Next is { } next ? HistoryPlace.Parse(next.ToString()) : null;
            pages++;
        }
        while (after is not null);

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 60).Reverse().Select(i => $"r{i:00}"), seen);
    }

    [Fact(Timeout = 60_000)]
    public async Task ListAsync_Words_AreFoundInIdsTitlesStatesAndWhatWasViolated()
    {
        await using var state = await OpenAsync();
        await state.SaveAsync(Race("flawed"), Cancellation);
        await state.SaveAsync(Race("rejected", strategy: "insert_only", verdict: Verdict.Kept, promise: Promise.None, excess: 0, rejection: new("23505", "users_email_key", 3, "x")), Cancellation);

        Assert.Equal(["flawed"], await FindAsync("duplicates"));
        Assert.Equal(["rejected"], await FindAsync("23505"));
        Assert.Equal(["rejected"], await FindAsync("EMAIL_key sign"));
        Assert.Equal(["flawed"], await FindAsync("then"));
        Assert.Equal(["flawed"], await FindAsync("shown"));
        Assert.Equal(["rejected", "flawed"], await FindAsync("SIGN-UP"));
        Assert.Empty(await FindAsync("sign 23505 duplicates"));
        Assert.Equal(["rejected"], await FindAsync("t_o"));
        Assert.Empty(await FindAsync("%x%"));
        Assert.Empty(await FindAsync("' OR true --"));
        var titled = await state.ListAsync(new HistoryQuery { Owner = Me, Words = [new HistoryWord("Stampede", ["sign-up/check-then-insert"])] }, Cancellation);
        Assert.Equal("flawed", Assert.Single(titled.Entries).Id);

        async Task<string[]> FindAsync(string text)
        {
            var words = text.Split(' ').Select(w => new HistoryWord(w, [])).ToList();
            return [.. (await state.ListAsync(new HistoryQuery { Owner = Me, Words = words }, Cancellation)).Entries.Select(e => e.Id)];
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task ListAsync_ByVerdictAndDate_GivesThose()
    {
        await using var state = await OpenAsync();
        await state.SaveAsync(Race("shown", at: Noon), Cancellation);
        await state.SaveAsync(Race("not-shown", at: Noon.AddDays(1), verdict: Verdict.NotShown, excess: 0), Cancellation);
        await state.SaveAsync(Race("kept", at: Noon.AddDays(2), verdict: Verdict.Kept, promise: Promise.None, excess: 0), Cancellation);
        await state.SaveAsync(Race("broken", at: Noon.AddDays(3), verdict: Verdict.Broken, promise: Promise.None), Cancellation);
        var interrupted = Race("none", at: Noon.AddDays(4));
        await state.SaveAsync(interrupted with { Result = interrupted.Result with { End = RaceEnd.Interrupted, Invariants = [] } }, Cancellation);

        foreach (var (verdict, id) in (IEnumerable<(HistoryVerdict, string)>)
                 [(HistoryVerdict.Shown, "shown"), (HistoryVerdict.NotShown, "not-shown"), (HistoryVerdict.Kept, "kept"), (HistoryVerdict.Broken, "broken"), (HistoryVerdict.None, "none")])
        {
            var found = Assert.Single((await state.ListAsync(new HistoryQuery { Owner = Me, Verdict = verdict }, Cancellation)).Entries);
            Assert.Equal((id, verdict), (found.Id, found.Race!.Verdict));
        }

        var days = await state.ListAsync(new HistoryQuery { Owner = Me, From = Noon.AddDays(1), Until = Noon.AddDays(3) }, Cancellation);
        Assert.Equal(["kept", "not-shown"], days.Entries.Select(e => e.Id));
    }

    [Fact(Timeout = 60_000)]
    public async Task DeleteAsync_ByAStrangerOrWithAForgedId_DeletesNothing()
    {
        await using var state = await OpenAsync();
        await state.SaveAsync(Race("mine"), Cancellation);

        Assert.False(await state.DeleteAsync("mine", "somebody else", Cancellation));
        Assert.False(await state.DeleteAsync("mine", "", Cancellation));
        Assert.False(await state.DeleteAsync("' OR true --", Me, Cancellation));
        Assert.False(await state.DeleteAsync("%", Me, Cancellation));
        Assert.NotNull(await state.FindAsync("mine", Cancellation));

        Assert.True(await state.DeleteAsync("mine", Me, Cancellation));
        Assert.Null(await state.FindAsync("mine", Cancellation));
        Assert.False(await state.DeleteAsync("mine", Me, Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task SaveAsync_BeyondTheNumber_KeepsTheNewest()
    {
        await using var state = await OpenAsync(new HistoryLimits { Entries = 2 });
        foreach (var (id, minutes) in (IEnumerable<(string, int)>)[("a", 0), ("b", 0), ("late", -5), ("c", 1)]) await state.SaveAsync(Race(id, at: Noon.AddMinutes(minutes)), Cancellation);
        Assert.Equal(["c", "b"], await LeftAsync(state));
    }

    [Fact(Timeout = 60_000)]
    public async Task SaveAsync_OlderThanTheDays_AreGone()
    {
        await using var state = await OpenAsync(new HistoryLimits { Days = 3 });
        await state.SaveAsync(Race("too-old", at: Noon), Cancellation);
        await state.SaveAsync(Race("just", at: Noon.AddSeconds(1)), Cancellation);
        Assert.Equal(["just", "too-old"], await LeftAsync(state));
        await state.SaveAsync(Race("newest", at: Noon.AddDays(3).AddSeconds(1)), Cancellation);
        Assert.Equal(["newest", "just"], await LeftAsync(state));
    }

    [Fact(Timeout = 60_000)]
    public async Task SaveAsync_BeyondTheSize_KeepsTheNewest()
    {
        await using var state = await OpenAsync(new HistoryLimits { Megabytes = 1 });
        for (var i = 0; i < 4; i++) await state.SaveAsync(Race($"r{i}", at: Noon.AddMinutes(i), snapshot: 400_000), Cancellation);
        Assert.Equal(["r3", "r2"], await LeftAsync(state));
        Assert.InRange((await state.ListAsync(new HistoryQuery { Owner = Me }, Cancellation)).OwnBytes, 800_000, 1_000_000);
    }

    [Fact(Timeout = 60_000)]
    public async Task SaveAsync_AmongTenThousand_IsNotSlowedByTheLimits()
    {
        await using var state = await OpenAsync();
        await state.SaveAsync(Race("first"), Cancellation);
        await using var admin = new NpgsqlConnection(Target);
        await admin.OpenAsync(Cancellation);
        await admin.ExecuteAsync(
            """
            INSERT INTO racelab.races (id, owner, created_at, scenario, strategy, ended, result, snapshot)
            SELECT 'r' || n, owner, created_at - make_interval(secs => n), scenario, strategy, ended, result, snapshot FROM racelab.races, generate_series(1, 9999) AS n;
            ANALYZE racelab.races
            """);
        var watch = Stopwatch.StartNew();
        await state.SaveAsync(Race("next", at: Noon.AddMinutes(1)), Cancellation);
        TestContext.Current.SendDiagnosticMessage("saving among 10,000 took {0} ms", watch.ElapsedMilliseconds);
        watch.Restart();
        var page = await state.ListAsync(new HistoryQuery { Owner = Me, Words = [new HistoryWord("nowhere", [])] }, Cancellation);
        TestContext.Current.SendDiagnosticMessage("searching 10,000 took {0} ms", watch.ElapsedMilliseconds);
        Assert.Equal(10_000, page.OwnEntries);
        Assert.Empty(page.Entries);
    }

    [Fact(Timeout = 60_000)]
    public async Task OpenAsync_TablesOfAnOlderLab_ListsWhatItKept()
    {
        await using (var state = await OpenAsync()) await state.SaveAsync(Race("kept", rejection: new("40001", null, 2, "x")), Cancellation);
        await using (var admin = new NpgsqlConnection(Target))
        {
            await admin.OpenAsync(Cancellation);
            await admin.ExecuteAsync(
                """
                DROP VIEW racelab.history;
                ALTER TABLE racelab.races DROP COLUMN summary, DROP COLUMN bytes;
                ALTER TABLE racelab.studies DROP COLUMN summary, DROP COLUMN bytes;
                DROP FUNCTION racelab.summary_of, racelab.study_summary_of;
                DROP INDEX IF EXISTS racelab.races_newest, racelab.races_newest_of_owner, racelab.studies_newest, racelab.studies_newest_of_owner;
                CREATE INDEX studies_owner_created_at ON racelab.studies (owner, created_at DESC);
                CREATE INDEX studies_created_at ON racelab.studies (created_at DESC);
                CREATE INDEX races_owner_created_at ON racelab.races (owner, created_at DESC);
                CREATE INDEX races_created_at ON racelab.races (created_at DESC);
                DELETE FROM racelab.schema_version WHERE version >= 5
                """);
        }

        await using var again = await OpenAsync();
        var entry = Assert.Single((await again.ListAsync(new HistoryQuery { Owner = Me, Words = [new HistoryWord("40001", [])] }, Cancellation)).Entries);
        Assert.Equal(HistoryVerdict.Shown, entry.Race!.Verdict);
    }

    [Fact(Timeout = 60_000)]
    public async Task ListAsync_StudiesAmongRaces_AreListedFoundPrunedAndDeletedLikeThem()
    {
        await using var state = await OpenAsync(new HistoryLimits { Entries = 2 });
        await state.SaveAsync(Race("old", at: Noon), Cancellation);
        await state.SaveAsync(Study("study", Noon.AddMinutes(1)), Cancellation);
        await state.SaveAsync(Race("new", at: Noon.AddMinutes(2)), Cancellation);
        Assert.Equal(["new", "study"], await LeftAsync(state));

        var study = Assert.Single((await state.ListAsync(new HistoryQuery { Owner = Me, Words = [new HistoryWord("upsert", [])] }, Cancellation)).Entries);
        Assert.Equal(("study", "comparison", "stopped"), (study.Id, study.Kind, study.Ended));
        Assert.Null(study.Race);
        Assert.Equal(["check-then-insert", "upsert"], study.Study!.Strategies);
        Assert.Equal((0, 10, 9), (study.Study.Races, study.Study.Planned, study.Study.Workload.Workers));

        Assert.False(await state.DeleteAsync("study", "somebody else", Cancellation));
        Assert.True(await state.DeleteAsync("study", Me, Cancellation));
        Assert.Null(await ((IStudyArchive)state).FindAsync("study", Cancellation));
        await state.SaveAsync(Study("newest", Noon.AddMinutes(3)), Cancellation);
        await state.SaveAsync(Study("newest-too", Noon.AddMinutes(4)), Cancellation);
        Assert.Equal(["newest-too", "newest"], await LeftAsync(state));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("x~id")]
    [InlineData("-1~id")]
    [InlineData("5~")]
    [InlineData("99999999999999999999~id")]
    [InlineData("9223372036854775807~id")]
    public void Parse_NoPlace_IsNull(string text) => Assert.Null(HistoryPlace.Parse(text));

    private static async Task<string[]> LeftAsync(StateServer state) => [.. (await state.ListAsync(new HistoryQuery { Owner = Me }, Cancellation)).Entries.Select(e => e.Id)];

    private static ArchivedStudy Study(string id, DateTimeOffset at)
    {
        var record = new StudyRecord
        {
            Kind = "comparison",
            Scenario = "sign-up",
            ScenarioTitle = "Sign-up stampede",
            Strategies = [new StudiedStrategy("check-then-insert", "Check", new Dictionary<string, Promise>()), new StudiedStrategy("upsert", "Upsert", new Dictionary<string, Promise>())],
            Workload = new Workload { Workers = 9 },
            Choices = new Dictionary<string, string>(),
            Planned = 10,
            Races = [],
        };
        return new ArchivedStudy(id, Me, at, record.Kind, record.Scenario, record.Words(), StudyEnd.Stopped, record.ToJson());
    }

    private static ArchivedRace Race(
        string id, string owner = Me, DateTimeOffset? at = null, string strategy = "check-then-insert", Verdict verdict = Verdict.Kept, Promise promise = Promise.Some, long excess = 4,
        RejectionCount? rejection = null, int snapshot = 100) => new(
        id, owner, at ?? Noon,
        new RaceResult
        {
            Scenario = "sign-up",
            Strategy = strategy,
            Workload = new Workload { Workers = 7 },
            End = RaceEnd.Finished,
            StartedAt = Noon,
            PostgresVersion = "15.18",
            Attempts = new AttemptCounts(3, 1, 0, 0, 0, 0),
            Retries = 0,
            Rejections = rejection is null ? [] : [rejection],
            Invariants = [new InvariantResult("duplicates", "one row per email", promise, verdict, excess, excess, excess, new OffendingRows([], [], excess))],
            Latency = new LatencySummary(4, 1.5, double.NaN, 12.5, 13),
            Steps = [],
            Elapsed = TimeSpan.FromSeconds(1),
            AttemptsPerSecond = 42.5,
            PerWorker = new WorkerSpread(1, 2),
            Lanes = [],
            Snapshot = new byte[snapshot],
        });

    private Task<StateServer> OpenAsync(HistoryLimits? limits = null) => StateServer.OpenAsync(Target, limits ?? HistoryLimits.Default, Cancellation);

    private async ValueTask ExecuteAsync(string sql)
    {
        await using var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString) { Pooling = false }.ConnectionString);
        await admin.OpenAsync();
        await admin.ExecuteAsync(sql);
    }
}
