using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Archive;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Statistics;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Databases;

public sealed class StateServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task SaveAsync_ThenFindAsync_AfterARestart_GivesTheSameRace()
    {
        using var home = TemporaryHome.Make();
        var race = SomeRace("first");
        await using (var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation))
        {
            await using var state = await StateServer.OpenAsync(cluster.ConnectionString, Cancellation);
            await state.SaveAsync(race, Cancellation);
            await state.SaveAsync(race, Cancellation);
        }

        await using (var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation))
        {
            await using var state = await StateServer.OpenAsync(cluster.ConnectionString, Cancellation);
            var found = await state.FindAsync("first", Cancellation);
            Assert.NotNull(found);
            Assert.Equal(race.Owner, found.Owner);
            Assert.Equal(race.CreatedAt, found.CreatedAt);
            Assert.Equal(race.Result.Snapshot, found.Result.Snapshot);
            Assert.Equal(race.Result.Lanes, found.Result.Lanes);
            Assert.Equal(JsonSerializer.Serialize(race.Result, RaceJson.Options), JsonSerializer.Serialize(found.Result, RaceJson.Options));
            Assert.Null(await state.FindAsync("second", Cancellation));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task ServerGoneAndBack_CallsFailInWordsAndThenWorkAgain()
    {
        using var home = TemporaryHome.Make();
        var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await using var state = await StateServer.OpenAsync(cluster.ConnectionString, Cancellation);
        await state.SaveAsync(SomeRace("before"), Cancellation);
        await cluster.DisposeAsync();

        var lost = await Assert.ThrowsAsync<ArchiveUnavailableException>(() => state.FindAsync("before", Cancellation));
        Assert.Contains(cluster.RootDirectory, lost.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArchiveUnavailableException>(() => state.SaveAsync(SomeRace("meanwhile"), Cancellation));

        await using var back = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        Assert.NotNull(await state.FindAsync("before", Cancellation));
        await state.SaveAsync(SomeRace("after"), Cancellation);
    }

    [Fact(Timeout = 120_000)]
    public async Task FindAsync_PooledConnectionWasEndedByTheServer_DoesNotShow()
    {
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await using var state = await StateServer.OpenAsync(cluster.ConnectionString, Cancellation);
        await state.SaveAsync(SomeRace("kept"), Cancellation);
        await using var admin = new NpgsqlConnection(cluster.ConnectionString + ";Pooling=false");
        await admin.OpenAsync(Cancellation);
        await admin.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'racelab' AND pid <> pg_backend_pid()");
        Assert.NotNull(await state.FindAsync("kept", Cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task SaveAsync_StudiesBesideARace_AreFoundAsTheyWere()
    {
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await using var state = await StateServer.OpenAsync(cluster.ConnectionString, Cancellation);
        IStudyArchive studies = state;
        await state.SaveAsync(SomeRace("race"), Cancellation);
        for (var i = 1; i <= 3; i++) await studies.SaveAsync(SomeStudy($"study-{i}", i), Cancellation);
        await studies.SaveAsync(SomeStudy("study-3", 3), Cancellation);

        var record = SomeRecord();
        var found = await studies.FindAsync("study-3", Cancellation);
        Assert.NotNull(found);
        Assert.Equal(SomeStudy("study-3", 3) with { Document = found.Document }, found);
        Assert.Equal(record.ToJson(), StudyRecord.Read(found.Document).ToJson());
        Assert.NotNull(await state.FindAsync("race", Cancellation));
        Assert.Null(await studies.FindAsync("race", Cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task OpenAsync_TwoLabsAtOnceOnANewServer_BothFindTheTables()
    {
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        var states = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StateServer.OpenAsync(cluster.ConnectionString, Cancellation)));
        foreach (var state in states) await using (state) Assert.Null(await state.FindAsync("none", Cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task OpenAsync_TablesOfANewerLab_AreRefused()
    {
        using var home = TemporaryHome.Make();
        await using var cluster = await EmbeddedCluster.StartAsync(home.State, NullLogger.Instance, Cancellation);
        await (await StateServer.OpenAsync(cluster.ConnectionString, Cancellation)).DisposeAsync();
        await using var admin = new NpgsqlConnection(cluster.ConnectionString + ";Pooling=false");
        await admin.OpenAsync(Cancellation);
        await admin.ExecuteAsync("INSERT INTO racelab.schema_version VALUES (99)");
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => StateServer.OpenAsync(cluster.ConnectionString, Cancellation));
        Assert.Contains("newer lab", refusal.Message, StringComparison.Ordinal);
    }

    private static StudyRecord SomeRecord()
    {
        var request = SmallScenario.Naive(new Workload());
        var plan = new StudyPlan
        {
            Kind = "comparison",
            Scenario = request.Scenario,
            Strategies = [request.Strategy],
            Workload = request.Workload,
            Choices = new Dictionary<string, string> { ["rounds"] = "2" },
            Races = [new PlannedRace(1, request.Strategy, request.Workload), new PlannedRace(2, request.Strategy, request.Workload)],
        };
        return StudyRecord.Of(plan).With(plan.Races[0], SomeRace("any").Result) with { End = StudyEnd.OutOfTime, Problem = "It took \"too\" long." };
    }

    private static ArchivedStudy SomeStudy(string id, int minute)
    {
        var record = SomeRecord();
        return new ArchivedStudy(id, "owner", new DateTimeOffset(2026, 5, 4, 3, minute, 1, TimeSpan.Zero), record.Kind, record.Scenario, record.Words(), StudyEnd.OutOfTime, record.ToJson());
    }

    private static ArchivedRace SomeRace(string id) => new(
        id, "owner", new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero),
        new RaceResult
        {
            Scenario = "sign-up",
            Strategy = "check-then-insert",
            Workload = new Workload { Workers = 2, Keys = 1, PauseHigh = TimeSpan.FromMilliseconds(5), Distribution = KeyDistribution.HotKey },
            End = RaceEnd.Stopped,
            Problem = "Somebody stopped it: \"enough\".",
            StartedAt = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.FromHours(2)).AddTicks(1234567),
            PostgresVersion = "15.18",
            Attempts = new AttemptCounts(2, 1, 0, 0, 0, 0),
            Retries = 3,
            Rejections = [new RejectionCount("23505", "users_email_key", 4, "duplicate key value violates unique constraint")],
            Invariants =
            [
                new InvariantResult("duplicates", "one row per email", Promise.Some, Verdict.NotShown, 1, 1, null, new OffendingRows(["attempt", "key"], [["1", "é"], ["2", null]], 2)),
            ],
            Reconciliation = new Reconciliation(2, 2, 0, 0, 0, 0),
            Latency = new LatencySummary(3, 0.25, 1.5, double.NaN, 2),
            Steps = [new StepLatency("check", LatencySummary.Empty)],
            Elapsed = TimeSpan.FromTicks(12345678),
            AttemptsPerSecond = 2.43,
            PerWorker = new WorkerSpread(1, 2),
            Autopsy = SomeAutopsy(),
            Lanes = [new LaneSegment(0, 1, 2, 3, LaneMark.Duplicate), new LaneSegment(1, 0, 5, 8, LaneMark.None)],
            Snapshot = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)],
        });

    private static Autopsy SomeAutopsy()
    {
        StepRun look = new(0, 1, 10, 20, 0), write = new(1, 1, 30, 40, 1);
        var story = new AttemptStory(7, 2, "thing-1", Outcome.Created, true, [look, write]);
        return new Autopsy
        {
            Keys = [new KeyFinding("thing-1", 2, [new Winner(story, 1, look, write, null)], [new ScheduledStep(1, "check"), ScheduledStep.DeliveryTo(2)], 2)],
            KeysInAll = 1,
            Rejections = [new RejectionFinding(story, write with { SqlState = "23505", Constraint = "c" }, story, write, Evidence.Rows)],
            RejectionsInAll = 3,
            Waits = [new WaitFinding(2, 7, "thing-1", write, "tuple", [new Holder(1, null, look)], 2, Evidence.Sampled)],
            WaitsInAll = 1,
            Looks = new LockLooks(12, 50.5, null),
            CompleteUntilUs = 4,
        };
    }
}
