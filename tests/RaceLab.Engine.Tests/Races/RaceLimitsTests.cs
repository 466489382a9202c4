using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Autopsies;

namespace RaceLab.Engine.Tests.Races;

/// <summary>What a race may not take from everybody else.</summary>
public sealed class RaceLimitsTests(TestPostgres postgres)
{
    private const int Megabytes = 30;

    private static readonly Workload Endless = new() { Workers = 2, Keys = 1, Duration = TimeSpan.FromMinutes(1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(RaceEngine.Npgsql)]
    [InlineData(RaceEngine.Wire)]
    public async Task RunAsync_ItsDatabaseGrowsBeyondTheLimit_IsEndedAndJudged(RaceEngine engine)
    {
        var request = SmallScenario.Request(Endless with { Engine = engine }, Promise.Some, null,
            SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) SELECT repeat('x', 1000), @attempt FROM generate_series(1, 1000)"),
            new SayStep(Outcome.Created, null, 1));

        var result = await RunAsync(request);

        Assert.Equal(RaceEnd.Stopped, result.End);
        Assert.Contains($"{Megabytes} MB are the most", result.Problem, StringComparison.Ordinal);
        Assert.True(result.Attempts.Created > 1, $"{result.Attempts}");
        Assert.Equal(Verdict.Kept, Assert.Single(result.Invariants).Verdict);
        Assert.True(result.Reconciliation!.Holds, $"{result.Reconciliation}");
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_OneStatementGrowsTheDatabaseBeyondTheLimit_IsCancelled()
    {
        var request = SmallScenario.Request(Endless, Promise.None, null,
            SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) SELECT repeat('x', 1000), 1 FROM generate_series(1, 50000000)"),
            new SayStep(Outcome.Created, null, 1));

        var result = await RunAsync(request);

        Assert.Equal((RaceEnd.Stopped, 0), (result.End, result.Attempts.Created));
        Assert.Contains($"{Megabytes} MB are the most", result.Problem, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(254, RaceEnd.Finished)]
    [InlineData(255, RaceEnd.Refused)]
    public async Task RunAsync_AsManyStepsAsCanBeNumbered_IsTheMost(int steps, RaceEnd end)
    {
        Step[] all = [.. Enumerable.Range(1, steps).Select(i => SmallScenario.Sql($"step-{i}", "SELECT 1")), new SayStep(Outcome.Found, null, 1)];

        var result = await RunAsync(SmallScenario.Request(new Workload { Workers = 2, Keys = 1, Attempts = 2, Duration = null }, Promise.None, null, all));

        Assert.Equal((end, end == RaceEnd.Finished ? 4 : 0), (result.End, result.Attempts.Found));
        if (end == RaceEnd.Refused) Assert.Contains("255 steps", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_OffendingRowsWithLongValues_AreCut()
    {
        var request = SmallScenario.Naive(new Workload { Workers = 4, Keys = 1, Attempts = 1, Duration = null, PauseLow = TimeSpan.FromMilliseconds(200), PauseHigh = TimeSpan.FromMilliseconds(200) });
        request = request with { Scenario = request.Scenario with { Rows = "SELECT attempt, name AS key, repeat('\U0001F600', 1000000) AS long, NULL AS nothing FROM things" } };

        var offenders = Assert.Single((await RunAsync(request)).Invariants).Offenders;

        Assert.Equal(["attempt", "key", "long", "nothing"], offenders.Columns);
        Assert.All(offenders.Rows, row => Assert.Equal((OffendingRows.LongestText + 1, '…', null), (row[2]!.Length, row[2]![^1], row[3])));
        Assert.Equal(4, offenders.Total);
    }

    private Task<RaceResult> RunAsync(RaceRequest request) =>
        new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance, new RaceLimits { MegabytesPerRace = Megabytes }).RunAsync(request, new Quiet(), Cancellation);
}
