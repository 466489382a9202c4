using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Contract;
using RaceLab.Engine.Tests.Databases;

namespace RaceLab.Engine.Tests.Races;

public class RaceRunnerTests(TestPostgres postgres)
{
    private static readonly Workload Small = new() { Workers = 4, Keys = 5, Attempts = 5, Duration = null };

    private static readonly Workload Endless = new() { Workers = 4, Keys = 5, Duration = TimeSpan.FromMinutes(2), PauseLow = TimeSpan.FromMilliseconds(1), PauseHigh = TimeSpan.FromMilliseconds(2) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_NaiveStrategy_CountsTheSameLiveInTheTableAndInTheBooks()
    {
        var frames = new Frames();
        var result = await Runner().RunAsync(SmallScenario.Naive(Small with { PauseHigh = TimeSpan.FromMilliseconds(3) }), frames, Cancellation);

        Assert.Equal(RaceEnd.Finished, result.End);
        RaceChecks.EverythingRan(result);
        RaceChecks.NumbersAgree(result);
        Assert.Equal([RaceState.Preparing, RaceState.Running, RaceState.Counting], frames.States);
        Assert.Equal(["check", "pause", "insert"], result.Steps.Select(s => s.Step));
        Assert.NotEmpty(result.Lanes);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_TwoRoles_EveryOtherWorkerHasTheSecond()
    {
        var request = SmallScenario.Request(Small with { Workers = 5 }, Promise.Some, null,
            new RoleSteps("inserter", [SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1)], 1),
            new RoleSteps("toucher", [SmallScenario.Sql("touch", "UPDATE things SET name = name WHERE name = @key"), new SayStep(Outcome.Updated, null, 1)], 1));
        var result = await Runner().RunAsync(request, new Frames(), Cancellation);

        // Workers 1, 3 and 5 insert, 2 and 4 touch, five attempts each.
        Assert.Equal((15, 10), (result.Attempts.Created, result.Attempts.Updated));
        Assert.Equal([("insert", 15), ("touch", 10)], result.Steps.Select(s => (s.Step, (int)s.Latency.Count)));
        RaceChecks.NumbersAgree(result);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_WorkersNumber_IsTheSameInStatementsAndInAttempts()
    {
        var request = Asked(
            SmallScenario.Request(Small, Promise.None, "ALTER TABLE things ADD COLUMN worker int",
                SmallScenario.Sql("insert", "INSERT INTO things (name, attempt, worker) VALUES (@key, @attempt, @worker)"), new SayStep(Outcome.Created, null, 1)),
            "SELECT a.key, 1 AS excess FROM attempts a JOIN things t ON t.attempt = a.attempt WHERE t.worker <> a.worker OR a.worker NOT BETWEEN 1 AND 4");
        Assert.Equal(0, Assert.Single((await Runner().RunAsync(request, new Frames(), Cancellation)).Invariants).Violations);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_RowsForEachKey_AreThereBeforeTheRaceAndStayOutOfTheBooks()
    {
        var request = Asked(
            SmallScenario.Request(Small with { Keys = 1500 }, Promise.None, "ALTER TABLE things ADD UNIQUE (name)",
                SmallScenario.Sql("touch", "UPDATE things SET touched = touched + 1 WHERE name = @key"), new SayStep(Outcome.Updated, null, 1)),
            "SELECT 'all' AS key, 1 AS excess FROM things HAVING count(*) <> 1500 OR sum(touched) <> (SELECT count(*) FROM attempts)");
        var scenario = request.Scenario with
        {
            Schema = "CREATE TABLE things (name text NOT NULL, touched bigint NOT NULL DEFAULT 0)",
            Rows = "SELECT NULL::bigint AS attempt, name AS key FROM things",
            KeyRows = new KeyRows(SqlText.Parse("INSERT INTO things (name) VALUES (@key)")),
        };
        var result = await Runner().RunAsync(request with { Scenario = scenario }, new Frames(), Cancellation);

        Assert.Equal((RaceEnd.Finished, 0), (result.End, Assert.Single(result.Invariants).Violations));
        Assert.Equal(new Reconciliation(0, 0, 0, 0, 0, 0), result.Reconciliation);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_CrashInsideTheTransaction_IsRolledBackAndDeliveredAgainWithinTheAttemptsTime()
    {
        var request = Asked(SmallScenario.CrashingInTransaction(Small), "SELECT key, 1 AS excess FROM attempts WHERE delivery <> 2 OR said <> 'created'");
        var result = await Runner().RunAsync(request, new Frames(), Cancellation);

        Assert.Equal((RaceEnd.Finished, 20, 20, 20), (result.End, result.Attempts.Created, result.Attempts.Total, result.Redeliveries));
        Assert.Equal(0, Assert.Single(result.Invariants).Violations);
        Assert.Equal([("begin", 40), ("insert", 40), ("crash", 20), ("commit", 20)], result.Steps.Select(s => (s.Step, (int)s.Latency.Count)));
        Assert.True(result.Latency.MaxMs > result.Steps[2].Latency.MaxMs, "a crash is part of its attempt");
        RaceChecks.EverythingRan(result);
        RaceChecks.NumbersAgree(result);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_CrashBehindAnInsertThatIsKept_IsFoundByTheSecondDeliveryAndTheBooksBalance()
    {
        var request = SmallScenario.CrashingBehindTheInsert(Small with { Workers = 1, Keys = 4, Attempts = 4 });
        var result = await Runner().RunAsync(Asked(request, "SELECT key, 1 AS excess FROM attempts WHERE delivery <> 2 OR said <> 'found'"), new Frames(), Cancellation);

        Assert.Equal((4, 0), (result.Attempts.Found, Assert.Single(result.Invariants).Violations));
        Assert.Equal(new Reconciliation(0, 4, 4, 4, 0, 0), result.Reconciliation);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_NeverAcknowledged_EndsAfterItsDeliveriesAsUnknownOrFailedByWhatWasKept()
    {
        const string ThreeTimes = "SELECT key, 1 AS excess FROM attempts WHERE delivery <> 3";
        var dying = SmallScenario.Request(Small, Promise.None, null, SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new CrashStep(null, null, 1));
        var kept = await Runner().RunAsync(Asked(dying.Delivered(3), ThreeTimes), new Frames(), Cancellation);
        Assert.Equal((20, 0), (kept.Attempts.Unknown, kept.Invariants[0].Violations));
        Assert.Equal(new Reconciliation(0, 60, 20, 20, 0, 0), kept.Reconciliation);

        dying = SmallScenario.Request(Small, Promise.None, null, new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
            [SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new CrashStep(null, null, 1)], 1));
        var undone = await Runner().RunAsync(Asked(dying.Delivered(3), ThreeTimes), new Frames(), Cancellation);
        Assert.Equal((20, 0), (undone.Attempts.Failed, undone.Invariants[0].Violations));
        Assert.Equal(new Reconciliation(0, 0, 0, 0, 0, 0), undone.Reconciliation);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_StoppedWhileAttemptsCrash_FinishesThoseUnderWay()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var frames = new Frames { OnFrame = frame => { if (frame.Number == 3) stop.Cancel(); } };
        var result = await Runner().RunAsync(SmallScenario.CrashingInTransaction(Endless), frames, stop.Token);

        Assert.Equal(RaceEnd.Stopped, result.End);
        Assert.Equal(result.Attempts.Total, result.Attempts.Created);
        RaceChecks.NumbersAgree(result);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_LastFrame_HasTheNumbersOfTheResult()
    {
        var frames = new Frames();
        var result = await Runner().RunAsync(SmallScenario.Naive(Small with { PauseHigh = TimeSpan.FromMilliseconds(3) }), frames, Cancellation);

        var delta = frames.Last!.Delta;
        Assert.Equal(1000u, BitConverter.ToUInt32(delta, 12));
        Assert.Equal(result.Attempts.Created, BitConverter.ToUInt32(delta, 16));
        Assert.Equal(result.Attempts.Found, BitConverter.ToUInt32(delta, 20));
        Assert.Equal(result.Invariants[0].Excess, BitConverter.ToUInt32(delta, 48));
        Assert.Equal([255, 255, 255, 255], delta[68..72]);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_UncaughtUniqueViolations_AreRejectedAndCountedByConstraint()
    {
        var result = await Runner().RunAsync(SmallScenario.Constrained(Small), new Frames(), Cancellation);

        Assert.Equal((5, 15), (result.Attempts.Created, result.Attempts.Rejected));
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal(("23505", "things_name_key", 15), (rejection.SqlState, rejection.Constraint, rejection.Count));
        Assert.Equal(Verdict.Kept, Assert.Single(result.Invariants).Verdict);
        RaceChecks.NumbersAgree(result);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(RaceEngine.Npgsql, false)]
    [InlineData(RaceEngine.Npgsql, true)]
    [InlineData(RaceEngine.Wire, false)]
    [InlineData(RaceEngine.Wire, true)]
    public async Task RunAsync_ErrorsBehindWhichADriverMayCloseTheConnection_AreRejections(RaceEngine engine, bool pooled)
    {
        Step[] steps = [SmallScenario.Sql("fail", "DO $$ BEGIN RAISE 'boom' USING ERRCODE = '53100'; END $$"), new SayStep(Outcome.Updated, null, 1)];
        var workload = Small with { Workers = 3, Attempts = 4, Keys = 2, Engine = engine };
        var request = pooled
            ? SmallScenario.Over(workload, new ConnectionUse { Pool = 2, Reset = PoolReset.WhenTaken }, steps)
            : SmallScenario.Request(workload, Promise.None, null, steps);

        var result = await Runner().RunAsync(request, new Frames(), Cancellation);

        Assert.Equal((RaceEnd.Finished, 12, 12), (result.End, result.Attempts.Rejected, result.Attempts.Total));
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal(("53100", 12), (rejection.SqlState, rejection.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_Stopped_FinishesAttemptsUnderWayAndJudgesThem()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var frames = new Frames { OnFrame = frame => { if (frame.Number == 3) stop.Cancel(); } };
        var result = await Runner().RunAsync(SmallScenario.Naive(Endless), frames, stop.Token);

        Assert.Equal(RaceEnd.Stopped, result.End);
        Assert.True(result.Attempts.Total > 0);
        Assert.Equal(0, result.Attempts.Unknown + result.Attempts.Failed);
        RaceChecks.NumbersAgree(result);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(RaceEngine.Npgsql)]
    [InlineData(RaceEngine.Wire)]
    public async Task RunAsync_StoppedWhileAStatementHangs_EndsItAfterTheGrace(RaceEngine engine)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var frames = new Frames { OnFrame = frame => { if (frame.Number == 2) stop.Cancel(); } };
        var request = SmallScenario.Request(Endless with { Workers = 2, Engine = engine }, Promise.None, null,
            SmallScenario.Sql("hang", "SELECT pg_sleep(25)"), new SayStep(Outcome.Found, null, 1));
        var result = await Runner().RunAsync(request, frames, stop.Token);

        Assert.Equal(RaceEnd.Stopped, result.End);
        Assert.Equal(2, result.Attempts.Failed);
        Assert.Empty(result.Rejections);
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(20), $"it took {result.Elapsed}");
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_StoppedInTheQueue_NeverStarts()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var server = postgres.Lab;
        using var everything = await server.Permits.TakeAsync(server.Permits.Total, null, Cancellation);
        var frames = new Frames { OnQueued = _ => stop.Cancel() };
        var result = await Runner().RunAsync(SmallScenario.Naive(Small), frames, stop.Token);

        Assert.Equal(RaceEnd.Stopped, result.End);
        Assert.Equal(0, result.Attempts.Total);
        Assert.Empty(result.Invariants);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ConnectionsCut_BooksStillBalanceAndLostAnswersAreCalledUnknownOrFailed()
    {
        await using var registry = new RaceRegistry(Runner(), new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var request = SmallScenario.Naive(new Workload { Workers = 8, Keys = 50_000, Duration = TimeSpan.FromSeconds(2) });
        request = request with { Strategy = request.Strategy with { Id = $"cut-{Guid.NewGuid():N}" } };
        var race = registry.Start(request, "test");
        await BackendCutter.CutWhileRunningAsync(race, postgres.AdminConnectionString, Cancellation);
        var result = await race.Completion.WaitAsync(Cancellation);

        Assert.Equal(RaceEnd.Finished, result.End);
        Assert.True(result.Attempts.Unknown + result.Attempts.Failed > 0);
        Assert.True(result.Reconciliation!.Holds, $"{result.Reconciliation}");
        Assert.InRange(result.Reconciliation.Rows, result.Attempts.Created, result.Attempts.Created + result.Attempts.Unknown);
        Assert.Contains(result.Rejections, r => r.SqlState == "57P01");
    }

    [Fact(Timeout = 120_000)]
    public async Task RunAsync_RacesSideBySide_DoNotMeetEachOthersAdvisoryLocks()
    {
        // Each race holds its one lock for ten pauses of 200 ms in a row: two that met would take twice as long, and their lock waits would show it.
        var request = SmallScenario.Locked(new Workload
        {
            Workers = 1,
            Keys = 1,
            Attempts = 10,
            Duration = null,
            PauseLow = TimeSpan.FromMilliseconds(200),
            PauseHigh = TimeSpan.FromMilliseconds(200),
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Runner().RunAsync(request, new Frames(), Cancellation)));

        // Alone in its database, a worker never waits for its lock: six that shared one would wait for five pauses at every attempt.
        Assert.All(results, r => Assert.True(r.Steps.Single(s => s.Step == "lock").Latency.P50Ms < 200, $"{r.Steps[1]}"));
        Assert.All(results, r => Assert.Equal((1, 9), (r.Attempts.Created, r.Attempts.Found)));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_AStatementThatPostgresRejectsWhenPrepared_IsRefusedWithItsWords()
    {
        var request = SmallScenario.Request(Small, Promise.None, null, SmallScenario.Sql("check", "SELECT no_such_column FROM things"), new SayStep(Outcome.Found, null, 1));
        var result = await Runner().RunAsync(request, new Frames(), Cancellation);

        Assert.Equal(RaceEnd.Refused, result.End);
        Assert.Contains("no_such_column", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ScenarioNeedsANewerServer_IsRefused()
    {
        var request = SmallScenario.Naive(Small);
        var result = await Runner().RunAsync(request with { Scenario = request.Scenario with { MinimumPostgres = 99 } }, new Frames(), Cancellation);
        Assert.Equal(RaceEnd.Refused, result.End);
        Assert.Contains("PostgreSQL 99", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task RunAsync_ServerCrashesMidRace_IsInterruptedWithoutAVerdict()
    {
        ServerPrograms.SkipWhereThereAreNone();
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = TestPostgres.Home }, NullLogger.Instance, Cancellation);
        await using var server = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        var runner = new RaceRunner(server, TimeProvider.System, NullLogger<RaceRunner>.Instance);
        var crashed = false;
        var frames = new Frames
        {
            OnFrame = frame =>
            {
                if (frame.Number < 3 || crashed) return;
                crashed = true;
                using var postmaster = System.Diagnostics.Process.GetProcessById(cluster.ProcessId);
                postmaster.Kill();
            },
        };

        var result = await runner.RunAsync(SmallScenario.Naive(Endless), frames, Cancellation);
        Assert.Equal(RaceEnd.Interrupted, result.End);
        Assert.Empty(result.Invariants);
        Assert.Null(result.Reconciliation);
        Assert.Contains("went away", result.Problem, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("CREATE DATABASE other")]
    [InlineData("CREATE ROLE other")]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'true'")]
    [InlineData("CREATE SCHEMA other")]
    public async Task RaceRole_MoreThanRacing_IsForbidden(string sql)
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var source = new SessionSettings().SourceFor(database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        var rejected = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal("42501", rejected.SqlState);
    }

    private static RaceRequest Asked(RaceRequest request, string query) =>
        request with { Scenario = request.Scenario with { Invariants = [request.Scenario.Invariants[0] with { Query = query, Live = LiveCount.None }] } };

    private RaceRunner Runner() => new(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance);

    private sealed class Frames : IRaceProgress
    {
        public List<RaceState> States { get; } = [];

        public RaceFrame? Last { get; private set; }

        public Action<RaceFrame>? OnFrame { get; init; }

        public Action<int>? OnQueued { get; init; }

        public void Queued(int place) => OnQueued?.Invoke(place);

        public void CrowdedOut()
        {
            // No test of this class fills the server.
        }

        public void Entered(RaceState state) => States.Add(state);

        public void Publish(RaceFrame frame)
        {
            Last = frame;
            OnFrame?.Invoke(frame);
        }
    }
}
