using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Statistics;

namespace RaceLab.Cli.Tests;

public sealed partial class RaceCommandTests
{
    private const string Race = "race --scenario sign-up --strategy check-then-insert ";

    [Fact(Timeout = 30_000)]
    public async Task Race_WithoutAWorkload_TakesTheDefaults()
    {
        var lab = new FakeLab();

        await lab.RunAsync(Race, TestContext.Current.CancellationToken);

        Assert.Equal(new Workload(), lab.Request!.Workload);
        Assert.True(lab.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_WithAWorkload_RacesJustThat()
    {
        var lab = new FakeLab();

        await lab.RunAsync(
            Race + "--workers 50 --keys 1 --attempts 3 --pause 0-5ms --distribution hot-key --commit off --engine wire --seed -9 --lab Host=example",
            TestContext.Current.CancellationToken);

        var expected = new Workload
        {
            Workers = 50,
            Keys = 1,
            Attempts = 3,
            Duration = null,
            PauseHigh = TimeSpan.FromMilliseconds(5),
            Distribution = KeyDistribution.HotKey,
            SynchronousCommit = false,
            Engine = RaceEngine.Wire,
            Seed = -9,
        };
        Assert.Equal(expected, lab.Request!.Workload);
        Assert.Equal("Host=example", lab.ConnectionString);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_Json_IsOneDocumentWithTheContractsNumbers()
    {
        var (code, text, error) = await new FakeLab().RunAsync(Race + "--workers 50 --keys 1 --json", TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal("", error);
        using var json = JsonDocument.Parse(text);
        var race = json.RootElement;
        Assert.Equal("sign-up", race.GetProperty("scenario").GetString());
        Assert.Equal("check-then-insert", race.GetProperty("strategy").GetString());
        Assert.Equal((50, 1, 1), (Int(race, "workers"), Int(race, "keys"), Int(race, "seed")));
        string[] outcomes = ["total", "created", "found", "updated", "rejected", "failed", "unknown"];
        Assert.Equal([4070, 7, 4003, 11, 13, 17, 19], outcomes.Select(o => Int(race.GetProperty("attempts"), o)));
        Assert.Equal(23, Int(race, "retries"));
        Assert.Equal(["23505", "40001"], race.GetProperty("rejected").EnumerateObject().Select(p => p.Name));
        Assert.Equal((66, 31), (Int(race.GetProperty("rejected"), "23505"), Int(race.GetProperty("rejected"), "40001")));
        var duplicates = race.GetProperty("invariants").GetProperty("duplicates");
        Assert.Equal((41, 43), (Int(duplicates, "violations"), Int(duplicates, "excess")));
        Assert.Equal(("some", "kept"), (duplicates.GetProperty("promise").GetString(), duplicates.GetProperty("verdict").GetString()));
        var latency = race.GetProperty("latencyMs");
        string[] percentiles = ["p50", "p90", "p99", "max"];
        Assert.Equal([1.234, 2.5, 47.125, 53.0], percentiles.Select(p => latency.GetProperty(p).GetDouble()));
        Assert.Equal((5003.25, 813.471), (race.GetProperty("elapsedMs").GetDouble(), race.GetProperty("attemptsPerSecond").GetDouble()));
        Assert.Equal((59, 61), (Int(race.GetProperty("perWorker"), "min"), Int(race.GetProperty("perWorker"), "max")));
        Assert.Equal(("finished", "15.18"), (race.GetProperty("end").GetString(), race.GetProperty("postgres").GetString()));
        Assert.Equal(JsonValueKind.Null, race.GetProperty("problem").ValueKind);
        Assert.True(race.GetProperty("reconciliation").GetProperty("holds").GetBoolean());
        Assert.Equal("check", race.GetProperty("steps")[0].GetProperty("step").GetString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_Table_HasEveryNumberOfTheDocument()
    {
        var (_, text, _) = await new FakeLab().RunAsync(Race, TestContext.Current.CancellationToken);
        var (_, json, _) = await new FakeLab().RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        using var document = JsonDocument.Parse(json);
        var shown = NumberPattern().Matches(text).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)).ToHashSet();
        string[] parts = ["attempts", "retries", "rejected", "latencyMs", "elapsedMs", "attemptsPerSecond", "perWorker", "invariants", "steps"];
        foreach (var number in parts.SelectMany(p => Numbers(document.RootElement.GetProperty(p)))) Assert.Contains(number, shown);
        Assert.Contains("23505 unique_violation", text);
        Assert.Contains("as promised, the flaw shows: 43 too many, on 41 keys.", text);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_Timing_IsInBothFormsWithHowItWasComeBy()
    {
        var timing = new RaceTiming
        {
            Attempts = [],
            Steps = [new StepTimes("insert", StepEnd.Rejected, "23505", new LatencySummary(97, 0.5, 1, 2, 3), new LogHistogram(54, [90, 7]))],
            MeanMs = 2.71828,
            RoundTrips = 8140,
            Exceptions = new ExceptionCost(97, 0.3119, 0.0264, 2.9),
            FirstStatements = new FirstStatements(0.1234, 4.5678),
            Pauses = new ClientPauses(4.25, 3, 57.5, 2, [new ClientPause(10, 57_510, PauseCause.Processor)], 500, 37, LatencySummary.Empty),
        };
        var lab = new FakeLab { End = r => r with { Timing = timing } };
        var (_, text, _) = await lab.RunAsync(Race, TestContext.Current.CancellationToken);
        var (_, json, _) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        using var document = JsonDocument.Parse(json);
        var numbers = document.RootElement.GetProperty("timing");
        Assert.Equal((2.718, 2), (numbers.GetProperty("meanLatencyMs").GetDouble(), numbers.GetProperty("roundTripsPerAttempt").GetDouble()));
        Assert.Equal((0.312, 0.026), (numbers.GetProperty("exceptions").GetProperty("answerMs").GetDouble(), numbers.GetProperty("exceptions").GetProperty("thrownMs").GetDouble()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (numbers.GetProperty("lockWaits").ValueKind, numbers.GetProperty("neighbours").ValueKind));
        Assert.Equal(("rejected", 54), (numbers.GetProperty("steps")[0].GetProperty("end").GetString(), Int(numbers.GetProperty("steps")[0].GetProperty("histogram"), "first")));
        var began = numbers.GetProperty("firstStatements");
        Assert.Equal((0.123, 4.568, 4.445), (began.GetProperty("firstMs").GetDouble(), began.GetProperty("lastMs").GetDouble(), began.GetProperty("spreadMs").GetDouble()));
        Assert.Equal(1.034, document.RootElement.GetProperty("perWorker").GetProperty("maxByMin").GetDouble());
        Assert.Equal("processor", numbers.GetProperty("pauses").GetProperty("longest")[0].GetProperty("cause").GetString());
        Assert.Contains("2 pauses of 10 ms or longer; 3 garbage collections took 4.25 ms; 37 of 500 heartbeats came late", text);
        foreach (var shown in (string[])["2.718", "0.312", "0.026", "57.5", "1.034", "4.445"]) Assert.Contains(shown, text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Promise.Some, Verdict.Kept, 0, "as promised")]
    [InlineData(Promise.None, Verdict.Kept, 0, "kept. None were promised")]
    [InlineData(Promise.None, Verdict.Broken, 1, "BROKEN")]
    [InlineData(Promise.Some, Verdict.NotShown, 4, "not shown")]
    public async Task Race_Verdict_DecidesTheExitCodeAndTheWords(Promise promise, Verdict verdict, int expected, string words)
    {
        var lab = new FakeLab { End = r => r with { Invariants = [r.Invariants[0] with { Promise = promise, Verdict = verdict }] } };

        var (code, text, _) = await lab.RunAsync(Race, TestContext.Current.CancellationToken);

        Assert.Equal(expected, code);
        Assert.Contains(words, text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Promise.None, Verdict.Kept, 1, 0, 3, "1 created row missing, 0 rows that nobody was told of")]
    [InlineData(Promise.Some, Verdict.Kept, 0, 2, 3, "0 created rows missing, 2 rows that nobody was told of")]
    [InlineData(Promise.Some, Verdict.NotShown, 3, 1, 3, "3 created rows missing, 1 row that nobody was told of")]
    [InlineData(Promise.None, Verdict.Broken, 3, 1, 1, "3 created rows missing, 1 row that nobody was told of")]
    public async Task Race_BooksThatDoNotBalance_AreNeverAllRight(Promise promise, Verdict verdict, long missing, long unacknowledged, int expected, string words)
    {
        var lab = new FakeLab
        {
            End = r => r with
            {
                Invariants = [r.Invariants[0] with { Promise = promise, Verdict = verdict }],
                Reconciliation = new Reconciliation(7, 7, 19, 0, missing, unacknowledged),
            },
        };

        var (code, text, error) = await lab.RunAsync(Race, TestContext.Current.CancellationToken);
        Assert.Equal((expected, ""), (code, error));
        Assert.Contains($"The books do not balance: {words}.", text, StringComparison.Ordinal);

        (code, text, error) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);
        Assert.Equal(expected, code);
        Assert.StartsWith($"The books do not balance: {words}.", error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        Assert.False(json.RootElement.GetProperty("reconciliation").GetProperty("holds").GetBoolean());
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_OneBrokenAndOneNotShown_CountsAsBroken()
    {
        var lab = new FakeLab
        {
            End = r => r with
            {
                Invariants =
                [
                    r.Invariants[0] with { Verdict = Verdict.NotShown },
                    r.Invariants[0] with { Name = "orphans", Promise = Promise.None, Verdict = Verdict.Broken },
                ],
            },
        };

        var (code, _, _) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(RaceEnd.Interrupted, "interrupted")]
    [InlineData(RaceEnd.Refused, "refused")]
    public async Task Race_WithoutAVerdict_EndsWithThreeAndStillOneDocument(RaceEnd end, string name)
    {
        var lab = new FakeLab { End = r => r with { End = end, Problem = "The server went away.", Invariants = [], Reconciliation = null } };

        var (code, text, error) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        Assert.Equal(3, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(name, json.RootElement.GetProperty("end").GetString());
        Assert.Equal("The server went away.", json.RootElement.GetProperty("problem").GetString());
        Assert.Empty(json.RootElement.GetProperty("invariants").EnumerateObject());
        Assert.Equal("The server went away.", error.Trim());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("42P01", 2)]
    [InlineData("53100", 3)]
    public async Task Race_AStatementIsRefused_EndsWithTwoWhereContentIsToBlame(string sqlState, int expected)
    {
        var refused = new RefusedStatement("the invariant 'duplicates'", sqlState, "It is not there.");
        var lab = new FakeLab { End = r => r with { End = RaceEnd.Interrupted, Problem = refused.Sentence, Refused = refused, Invariants = [] } };

        var (code, text, error) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        Assert.Equal(expected, code);
        using var json = JsonDocument.Parse(text);
        var told = json.RootElement.GetProperty("refused");
        Assert.Equal(("the invariant 'duplicates'", sqlState), (told.GetProperty("statement").GetString(), told.GetProperty("sqlState").GetString()));
        Assert.Equal(expected == 2, told.GetProperty("isOfContent").GetBoolean());
        Assert.Equal(refused.Sentence, error.Trim());
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_NoServer_EndsWithThreeAndSaysWhy()
    {
        var lab = new FakeLab { Refusal = "No PostgreSQL answers at example:5432." };

        var (code, text, error) = await lab.RunAsync(Race, TestContext.Current.CancellationToken);

        Assert.Equal(3, code);
        Assert.Contains("The race never started.", text);
        Assert.Equal("No PostgreSQL answers at example:5432.", error.Trim());
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_LabFails_EndsWithThreeAndWithoutAStackTrace()
    {
        var lab = new FakeLab { End = _ => throw new InvalidOperationException("no such thing") };

        var (code, text, error) = await lab.RunAsync(Race + "--json", TestContext.Current.CancellationToken);

        Assert.Equal((3, ""), (code, text));
        Assert.Contains("no such thing", error);
        Assert.DoesNotContain("   at ", error);
        Assert.True(lab.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_StoppedWhileItRuns_GivesTheVerdictAboutWhatRan()
    {
        using var stop = new CancellationTokenSource();
        var lab = new FakeLab { RunsUntilStopped = true };
        var race = lab.RunAsync(Race, stop.Token);
        await lab.Started.Task.WaitAsync(TestContext.Current.CancellationToken);

        await stop.CancelAsync();
        var (code, text, error) = await race.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Contains("Stopped early", text);
        Assert.Contains("as promised", text);
        Assert.Contains("Somebody stopped the race.", error);
        Assert.True(lab.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_StoppedBeforeItBegan_EndsWithThree()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var (code, _, error) = await new FakeLab().RunAsync(Race + "--json", stop.Token);

        Assert.Equal(3, code);
        Assert.Contains("stopped before it began", error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Race_LiveCountDisagrees_ShowsBoth()
    {
        var lab = new FakeLab { End = r => r with { Invariants = [r.Invariants[0] with { Live = 42 }] } };

        var (_, text, _) = await lab.RunAsync(Race, TestContext.Current.CancellationToken);

        Assert.Contains("add up to 42, but the table says 43", text);
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static IEnumerable<double> Numbers(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => [element.GetDouble()],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Numbers(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Numbers),
        _ => [],
    };

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex NumberPattern();
}
