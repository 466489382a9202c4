using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Autopsies;

namespace RaceLab.Engine.Tests.Races;

/// <summary>Whose fault it was that a race has no verdict.</summary>
public sealed class RaceRefusalTests(TestPostgres postgres)
{
    private const string Insert = "INSERT INTO things (name, attempt) VALUES (@key, @attempt)";

    private static readonly Workload Small = new() { Workers = 2, Keys = 1, Attempts = 2, Duration = null };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("the schema", "42601")]
    [InlineData("the setup of 'small'", "55000")]
    [InlineData("the statement 'for each key'", "42P01")]
    [InlineData("the lab's own table 'attempts'", "42P07")]
    public async Task RunAsync_AStatementBeforeTheRaceIsRefused_IsNamedAndContentIsToBlame(string whose, string sqlState)
    {
        var request = Request(Promise.None, Insert);
        var (scenario, strategy) = (request.Scenario, request.Strategy);
        request = sqlState switch
        {
            "42601" => request with { Scenario = scenario with { Schema = "CREATE things" } },
            "55000" => request with { Strategy = strategy with { Setup = "SELECT currval(pg_get_serial_sequence('things', 'id'))" } },
            "42P01" => request with { Scenario = scenario with { KeyRows = new KeyRows(SqlText.Parse("INSERT INTO nowhere VALUES (@key)")) } },
            _ => request with { Scenario = scenario with { Schema = $"{scenario.Schema}; CREATE TABLE attempts ()" } },
        };

        var result = await RunAsync(request);

        Assert.Equal((RaceEnd.Refused, sqlState, true), (result.End, result.Refused?.SqlState, result.Refused?.IsOfContent));
        Assert.StartsWith(whose, result.Refused!.Statement, StringComparison.Ordinal);
        Assert.Contains($"{result.Refused.Statement} ({sqlState})", result.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("went away", result.Problem, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(RaceEngine.Npgsql)]
    [InlineData(RaceEngine.Wire)]
    public async Task RunAsync_AStepThatCannotBePrepared_IsNamed(RaceEngine engine)
    {
        var request = SmallScenario.Request(Small with { Engine = engine }, Promise.None, null,
            SmallScenario.Sql("insert", Insert), SmallScenario.Sql("look", "SELECT nothing FROM things"), SmallScenario.Sql("again", "SELECT nowhere"), new SayStep(Outcome.Created, null, 1));

        var result = await RunAsync(request);

        Assert.Equal((RaceEnd.Refused, "the step 'look'", "42703"), (result.End, result.Refused?.Statement, result.Refused?.SqlState));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("DROP TABLE things", "the invariant 'duplicates'", "42P01")]
    [InlineData("ALTER TABLE things RENAME TO others", "the invariant 'duplicates'", "42P01")]
    [InlineData("REVOKE ALL ON things FROM CURRENT_USER", "the invariant 'duplicates'", "42501")]
    [InlineData("DROP TABLE attempts", "the lab's own table 'attempts'", "42P01")]
    [InlineData("INSERT INTO attempts VALUES (1, 1, 1, '', '', 0, NULL, NULL, 0, 0)", "the lab's own table 'attempts'", "23505")]
    [InlineData($"{Insert}; ALTER TABLE things ALTER attempt TYPE text USING 'x'", "the query 'rows'", "22P02")]
    public async Task RunAsync_AStepTakesAwayWhatIsCounted_NamesTheQueryAndKeepsTheNumbers(string sql, string whose, string sqlState)
    {
        var result = await RunAsync(Request(Promise.None, sql.Split("; ")));

        Assert.Equal((RaceEnd.Interrupted, sqlState, true), (result.End, result.Refused?.SqlState, result.Refused?.IsOfContent));
        Assert.StartsWith(whose, result.Refused!.Statement, StringComparison.Ordinal);
        Assert.Contains(result.Refused.Statement, result.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("went away", result.Problem, StringComparison.Ordinal);
        Assert.Equal(4, result.Attempts.Total);
        Assert.Empty(result.Invariants);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_AnInvariantEndsTheSessionThatCounts_SaysThatTheServerIsWell()
    {
        var result = await RunAsync(Asked("SELECT 'x' AS key, 1 AS excess WHERE pg_terminate_backend(pg_backend_pid())"));

        Assert.Equal(RaceEnd.Interrupted, result.End);
        Assert.Contains("The server is well", result.Problem, StringComparison.Ordinal);
        Assert.Contains("57P01", result.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("went away", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_AStepIsRefusedWhenAWorkerConnectsAgain_IsNamed()
    {
        var result = await RunAsync(Request(Promise.None, Insert, "DROP TABLE things", "SELECT pg_terminate_backend(pg_backend_pid())"));

        Assert.Equal((RaceEnd.Interrupted, "the step 'step-0'", "42P01"), (result.End, result.Refused?.Statement, result.Refused?.SqlState));
        Assert.DoesNotContain("went away", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ACountTakesLongerThanItsTime_SaysHowLongItMayTake()
    {
        // What one look sets is there for the next, which is told it for its own limit.
        var result = await RunAsync(Asked("SELECT set_config('statement_timeout', '50', false) AS key, 1 AS excess", "SELECT pg_sleep(60)::text AS key, 1 AS excess"));

        Assert.Equal((RaceEnd.Interrupted, "57014", false), (result.End, result.Refused?.SqlState, result.Refused?.IsOfContent));
        Assert.Equal(TimeSpan.FromMilliseconds(50), result.Refused!.Limit);
        Assert.Contains("ended the invariant 'second' after 0.05 s", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_SomebodyCancelsACount_IsNotTakenForItsLimit()
    {
        var result = await RunAsync(Asked("SELECT pg_cancel_backend(pg_backend_pid())::text AS key, 1 AS excess"));

        Assert.Equal((RaceEnd.Interrupted, "57014", null), (result.End, result.Refused?.SqlState, result.Refused?.Limit));
    }

    private static RaceRequest Request(Promise promise, params string[] steps) => SmallScenario.Request(Small, promise, null,
        [.. steps.Select((sql, i) => SmallScenario.Sql($"step-{i}", sql)), new SayStep(Outcome.Created, null, 1)]);

    private static RaceRequest Asked(params string[] queries)
    {
        string[] names = ["duplicates", "second"];
        var request = Request(Promise.None, Insert);
        return request with
        {
            Scenario = request.Scenario with { Invariants = [.. queries.Select((query, i) => new Invariant(names[i], names[i], query, LiveCount.None))] },
            Strategy = request.Strategy with { Promises = names.ToDictionary(name => name, _ => Promise.Some) },
        };
    }

    private Task<RaceResult> RunAsync(RaceRequest request) =>
        new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, new Quiet(), Cancellation);
}
