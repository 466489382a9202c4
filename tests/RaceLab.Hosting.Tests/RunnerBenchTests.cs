using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Runner;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Hosting.Tests;

/// <summary>The race runner's benchmark: its scripts say what strategies do, its arithmetic is right, and both sides make real attempts.</summary>
public sealed class RunnerBenchTests
{
    private static readonly Machine _machine = new("Linux", "one", 2, "10.0.0", "15.18", null);
    private static readonly Lazy<Scenario> _signUp = new(() =>
    {
        using var catalogue = Catalogue.Open(Places.Content, watch: false);
        return catalogue.Scenarios.Single(s => s.Id == "sign-up");
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 1, 0.5)]
    [InlineData(5, 1, 0.9375)]
    [InlineData(6, 1, 0.96875)]
    [InlineData(8, 2, 0.9296875)]
    [InlineData(10, 2, 0.978515625)]
    [InlineData(12, 3, 0.96142578125)]
    public void Interval_SoManyRounds_IsFromOrderStatisticsWithTheirBinomialCoverage(int rounds, int place, double coverage)
    {
        // In an order of their own, so that sorting matters: 0, 7, 3, 10 … are 0 to n - 1.
        var values = Enumerable.Range(0, rounds).Select(i => (double)((7 * i) % rounds)).ToList();
        Assert.Equal(new MedianInterval(place - 1, rounds - place, coverage), new Rounds(values).Interval(0.90));
    }

    [Fact]
    public void Order_ThreeWays_IsThereAndBack()
    {
        Assert.Equal([0, 1, 2, 2, 1, 0, 0, 1, 2], Enumerable.Range(0, 3).SelectMany(turn => Turns.Order(3, turn)));
    }

    [Fact]
    public void Script_OfABlockWithAQuestion_SendsTheProgramsStatements()
    {
        Assert.Equal(
            """
            \set key random(1, :keys)
            \set attempt :made * :workers + :client_id + 1
            \set made :made + 1
            BEGIN ISOLATION LEVEL READ COMMITTED;
            SELECT pg_advisory_xact_lock(hashtext(:key));
            \set check_id 0
            SELECT id FROM users WHERE email = :key
            \aset check_
            \if :check_id = 0
            INSERT INTO users (email, attempt) VALUES (:key, :attempt);
            \endif
            COMMIT;

            """.ReplaceLineEndings("\n"),
            Script("advisory-lock"));
        Assert.Contains("\\if :insert_id = 0\nSELECT id FROM users WHERE email = :key;\n\\endif\n", Script("do-nothing-then-select"), StringComparison.Ordinal);
        Assert.EndsWith("\nCALL sign_up(:key, :attempt, NULL);\n", Script("advisory-lock-in-a-procedure"), StringComparison.Ordinal);
    }

    [Fact]
    public void Script_OfWhatPgbenchCannotDo_IsRefused()
    {
        Assert.Contains("error", Assert.Throws<NotSupportedException>(() => Script("unique-and-catch")).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Script("mutex-in-one-instance"));
        Assert.Throws<NotSupportedException>(() => Script("session-lock-in-the-pool"));
        Assert.All(RunnerPlan.All, s => Assert.NotEmpty(Script(s.Pgbench)));
    }

    [Fact]
    public void Read_WhatPgbenchPrints_IsItsSpeedOrAReason()
    {
        // The first second is the warm-up, and what comes behind the last one counts no more.
        const string Good = """
            progress: 1.0 s, 100.0 tps, lat 0.598 ms stddev 0.5, 0 failed
            progress: 2.0 s, 20000.0 tps, lat 0.398 ms stddev 0.5, 0 failed
            progress: 4.0 s, 23000.0 tps, lat 0.398 ms stddev 0.5, 0 failed
            progress: 5.0 s, 1.0 tps, lat 0.398 ms stddev 0.5, 0 failed
            number of clients: 8
            number of transactions actually processed: 21210
            number of failed transactions: 0 (0.000%)
            latency average = 0.376 ms
            initial connection time = 12.345 ms
            tps = 21255.914431 (without initial connection time)
            """;
        Assert.Equal(new PgbenchRun(21210, 22000, null), Pgbench.Read(Good, 2));
        Assert.Throws<LabException>(() => Pgbench.Read(Good, 4));
        Assert.Throws<LabException>(() => Pgbench.Read(Good.Replace("failed transactions: 0", "failed transactions: 3", StringComparison.Ordinal), 2));
        Assert.Throws<LabException>(() => Pgbench.Read(Good + "\npgbench: error: Run was aborted; the above results are incomplete.", 2));
        Assert.Throws<LabException>(() => Pgbench.Read("usage: pgbench", 2));
    }

    [Fact]
    public void Choose_NamesNumbersAndTimes_AreWhatIsMeasured()
    {
        var plan = RunnerPlan.Usual.Choose("s1,upsert", "8, 64", "wire", 2, "3s");
        Assert.Equal(["check-then-insert", "upsert"], plan.Strategies.Select(s => s.Id));
        Assert.Equal([8, 64], plan.Workers);
        Assert.Equal([RaceEngine.Wire], plan.Engines);
        Assert.Equal((2, 2, 3.0, false), (plan.LeastTurns, plan.MostTurns, plan.Round.TotalSeconds, plan.Conflicts));
        Assert.Equal(RunnerPlan.Usual, RunnerPlan.Usual.Choose(null, null, null, null, null));
        Assert.True(RunnerPlan.Quick.Choose("S2,S3", null, null, null, null).Conflicts);
    }

    [Theory]
    [InlineData("S9", null, null, null, null, "S9")]
    [InlineData(null, "0", null, null, null, "--workers")]
    [InlineData(null, "8;64", null, null, null, "--workers")]
    [InlineData(null, null, "odbc", null, null, "odbc")]
    [InlineData(null, null, null, 0, null, "--rounds")]
    [InlineData(null, null, null, null, "1500ms", "--duration")]
    [InlineData(null, null, null, null, "0s", "--duration")]
    public void Choose_WhatIsNotThere_IsRefusedInASentence(string? strategies, string? workers, string? engine, int? rounds, string? duration, string named) =>
        Assert.Contains(named, Assert.Throws<BadPlanException>(() => RunnerPlan.Usual.Choose(strategies, workers, engine, rounds, duration)).Message, StringComparison.Ordinal);

    [Fact]
    public void Report_OfRounds_HasMediansIntervalsAndTargets()
    {
        var check = RunnerPlan.All[0];
        RunnerResult Result(int workers, RaceEngine engine, params double[] ours) =>
            new(check, workers, engine, [.. ours.Select(tps => new Round(tps, 12) { Result = Raced(4, 8) })], [.. ours.Select(_ => new Round(100, null))]);
        var report = new RunnerReport(_machine, "15.18", RunnerPlan.Usual, [Result(1, RaceEngine.Wire, 10), Result(8, RaceEngine.Npgsql, 70, 90, 85), Result(64, RaceEngine.Wire, 99, 95, 98)], []);

        // One worker has no target, nor has Npgsql; 64 have one of fairness as well.
        Assert.Equal([false, true], report.Targets.Select(t => t.IsMet));
        Assert.Equal([0.98, 2], report.Targets.Select(t => t.Measured));
        var wire = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("results")[2];
        Assert.Equal((98, 100, 0.98, 0.95, 0.99), (Double("tps"), Double("pgbenchTps"), Double("ratio"), Double("low"), Double("high")));
        Assert.Equal((12, 2), (Double("cpuUsPerAttempt"), Double("perWorkerMaxMin")));
        Assert.Equal(("check-then-insert", 64, "wire"), (wire.GetProperty("strategy").GetString(), wire.GetProperty("workers").GetInt32(), wire.GetProperty("engine").GetString()));
        Assert.Contains(report.Lines(), l => l.Contains("| 98 | 100 | 0.980 | 0.950 to 0.990 (75 %, 3 rounds) | 12.0 µs (unknown) | 2.00 |", StringComparison.Ordinal));

        double Double(string name) => wire.GetProperty(name).GetDouble();
    }

    [Fact(Timeout = 120_000)]
    public async Task RunAsync_BothSidesOnARealServer_MakeAttemptsThatTheTableHas()
    {
        await using var cluster = await Places.StartClusterAsync(Cancellation);
        await using var server = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        Pgbench? pgbench = null;
        try
        {
            pgbench = await Pgbench.FindAsync(await PostgresBinaries.FindAsync(null, Cancellation), Cancellation);
        }
        catch (LabException missing)
        {
            Assert.Skip(missing.Message);
        }

        var scenario = RunnerStrategy.Numbered(_signUp.Value);
        var request = new RaceRequest(
            scenario, scenario.FindStrategy("advisory-lock")!, new Workload { Workers = 4, Keys = 1000, Distribution = KeyDistribution.Uniform, SynchronousCommit = false, Engine = RaceEngine.Wire });
        var theirs = await new PgbenchContender(pgbench, server, request).RunAsync(TimeSpan.FromSeconds(1), Cancellation);
        var ours = await new LabContender(new RaceRunner(server, TimeProvider.System, NullLogger<RaceRunner>.Instance), request).RunAsync(TimeSpan.FromSeconds(1), Cancellation);

        Assert.True(theirs.PerSecond > 10, $"{theirs}");
        Assert.True(ours is { PerSecond: > 10, CpuUs: > 0, Result.Timing.FirstStatements.SpreadMs: >= 0 }, $"{ours.PerSecond} {ours.CpuUs}");
    }

    private static string Script(string strategy) => PgbenchScript.Of(_signUp.Value.FindStrategy(strategy)!);

    private static RaceResult Raced(long least, long most)
    {
        var scenario = _signUp.Value;
        return RaceResults.Refused(new RaceRequest(scenario, scenario.Strategies[0], new Workload()), default, "") with { PerWorker = new WorkerSpread(least, most) };
    }
}
