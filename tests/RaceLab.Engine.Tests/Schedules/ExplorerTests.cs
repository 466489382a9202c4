using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public class ExplorerTests(TestPostgres postgres)
{
    private static readonly string[] Statements =
    [
        "SELECT id FROM things WHERE name = @key",
        "INSERT INTO things (name, attempt) VALUES (@key, @attempt)",
        "UPDATE things SET attempt = attempt + 1 WHERE name = @key",
        "DELETE FROM things WHERE name = @key",
        "SELECT id FROM things WHERE name = @key FOR UPDATE",
        "SELECT pg_advisory_xact_lock(hashtext(@key))",
        "INSERT INTO things (name, attempt) SELECT @key, @attempt WHERE NOT EXISTS (SELECT FROM things WHERE name = @key)",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Programs => [.. Enumerable.Range(0, 30)];

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_CheckThenInsert_FindsSixOrdersOfWhichFourMakeTwoRows()
    {
        var explored = await ExploreAsync(SmallScenario.Naive(new Workload()), 2);

        Assert.Equal((6, 0), ((int)explored.Orders, (int)explored.Infeasible));
        Assert.Equal([(2, 4), (1, 2)], explored.Outcomes.Select(o => ((int)o.Rows, (int)o.Orders)));
        Assert.Equal("1.check 2.check 1.insert 2.insert", string.Join(' ', explored.Outcomes[0].Witness));
        Assert.True(explored.IsComplete);
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_LockHeldByOne_OrdersInWhichTheOtherWouldGoOnAreInfeasible()
    {
        var explored = await ExploreAsync(SmallScenario.Locked(new Workload()), 2);

        Assert.True(explored.Infeasible > 0);
        Assert.All(explored.Outcomes, o => Assert.Equal(1, o.Rows));
        Assert.Contains(explored.Outcomes, o => o.Waits);
        Assert.Equal(Verdict.Kept, Assert.Single(explored.Invariants).Verdict);
    }

    [Fact(Timeout = 300_000)]
    public async Task ExploreAsync_ThreeSessionsOfFiveSteps_CountsAllTheirOrders()
    {
        var explored = await ExploreAsync(SmallScenario.Locked(new Workload()), 3);

        Assert.Equal(756_756, explored.Orders);
        Assert.All(explored.Outcomes, o => Assert.Equal(1, o.Rows));
        Assert.True(explored.IsComplete);
    }

    /// <summary>Thirty programs, each with a different mix of statements, levels and blocks: reduction must find just what brute force finds.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Programs))]
    public async Task ExploreAsync_ReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed)
    {
        var request = ProgramOf(seed);
        var brute = await ExploreAsync(request, 2, static (_, _) => false, alike: false);
        var reduced = await ExploreAsync(request, 2, Independence.Holds, Explorer.AreAlike(request.Strategy.Program));

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(reduced.Runs <= brute.Runs);
    }

    /// <summary>The comparison above is worth something only if a wrong relation does not pass it.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsEverythingIndependent_MissesTheDuplicate()
    {
        var request = SmallScenario.Naive(new Workload());
        var brute = await ExploreAsync(request, 2, static (_, _) => false, alike: false);
        var wrong = await ExploreAsync(request, 2, static (_, _) => true, alike: false);
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    [Theory]
    [InlineData("INSERT INTO t (a) VALUES (@attempt)", true)]
    [InlineData("INSERT INTO t (k, a) VALUES (@key, @attempt) RETURNING a = @attempt AS mine", true)]
    [InlineData("SELECT pg_advisory_xact_lock(@attempt::bigint)", false)]
    [InlineData("SELECT 3 - @attempt", false)]
    [InlineData("UPDATE t SET w = @worker", false)]
    public void AreAlike_WhatIsDoneWithTheAttempt_Decides(string sql, bool expected)
    {
        var program = ProgramCompiler.Compile([SmallScenario.Sql("only", sql), new SayStep(Outcome.Found, null, 1)], 1);
        Assert.Equal(expected, Explorer.AreAlike(program));
    }

    private static RaceRequest ProgramOf(int seed)
    {
        var draw = new Draw(seed, 0);
        var steps = new List<Step>();
        var count = 2 + draw.Below(2);
        for (var i = 0; i < count; i++) steps.Add(SmallScenario.Sql($"s{i}", Statements[draw.Below(Statements.Length)]));
        steps.Add(new SayStep(Outcome.Created, null, 1));
        var level = (IsolationLevel?)draw.Below(3);
        var retry = level == IsolationLevel.ReadCommitted ? null : new RetryRule(["40001", "40P01"], 1, TimeSpan.Zero, TimeSpan.Zero);
        var blocks = draw.Below(4) == 0
            ? steps
            : [new WithinStep(BlockKind.Transaction, level, draw.Below(2) == 0 ? retry : null, ErrorRules.None, steps, 1)];
        return SmallScenario.Request(new Workload(), Promise.Some, draw.Below(2) == 0 ? "ALTER TABLE things ADD UNIQUE (name)" : null, [.. blocks]);
    }

    private static IEnumerable<string> Described(Exploration explored) => explored.Outcomes
        .Select(o => $"{o.Rows} rows, {o.Violations["duplicates"]} violations, told {string.Join(' ', o.Told)}, {string.Join(' ', o.SqlStates)}, waits {o.Waits}: {o.Orders}")
        .Order(StringComparer.Ordinal);

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, null, Cancellation);

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions, Func<ProgramStep, ProgramStep, bool> independent, bool alike) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, independent, alike, null, Cancellation);
}
