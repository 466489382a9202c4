using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

/// <summary>Reduction against brute force on programs of every kind; and wrong relations, which must not pass the comparison.</summary>
public sealed class ExplorerReductionTests(TestPostgres postgres)
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

    public static TheoryData<int, bool> CrashingPrograms
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var seed = 0; seed < 8; seed++) data.Add(seed, false);
            for (var seed = 0; seed < 12; seed++) data.Add(seed, true);
            return data;
        }
    }

    public static TheoryData<int, int> ApplicationPrograms
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var seed = 0; seed < 16; seed++) data.Add(seed, 2);
            for (var seed = 0; seed < 2; seed++) data.Add(seed, 3);
            return data;
        }
    }

    public static TheoryData<int> ListPrograms => [.. Enumerable.Range(0, 16)];

    public static TheoryData<int, int> RolePrograms
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var seed = 0; seed < 12; seed++) data.Add(seed, 2);
            for (var seed = 0; seed < 5; seed++) data.Add(seed, 3);
            return data;
        }
    }

    /// <summary>Thirty programs, each with a different mix of statements, levels and blocks: reduction must find just what brute force finds.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Programs))]
    public async Task ExploreAsync_ReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed)
    {
        var request = ProgramOf(seed);
        var (brute, reduced) = await CompareAsync(request, 2);

        Assert.True(reduced.Runs <= brute.Runs);
    }

    /// <summary>The same with two roles: sessions 1 and 2 never change names, and of three sessions only 1 and 3 do.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(RolePrograms))]
    public async Task ExploreAsync_RolesReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, int sessions)
    {
        var request = RolesOf(seed, sessions);
        var (brute, reduced) = await CompareAsync(request, sessions);

        Assert.True(sessions == 2 || reduced.Runs < brute.Runs);
    }

    /// <summary>The same with mutexes, shared calls, pools and several instances: what the database knows nothing of must not be left out of the count.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(ApplicationPrograms))]
    public async Task ExploreAsync_ApplicationReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, int sessions)
    {
        var request = ApplicationOf(seed, sessions);
        var (brute, reduced) = await CompareAsync(request, sessions);

        Assert.True(reduced.Runs <= brute.Runs);
    }

    /// <summary>A relation that forgets that leaving a mutex lets somebody in must not pass the comparison.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsTheApplicationIndependent_MissesOutcomes()
    {
        var request = SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1);
        var brute = await ExploreAsync(request, 2, sound => sound with { Alike = false });
        var wrong = await ExploreAsync(request, 2, sound => new(Independent: (a, b) => a.Gate is not null || b.Gate is not null || sound.Independent(a, b), Alike: false));
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    /// <summary>The same with applications that crash, and with attempts that are refused and arrive again.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(CrashingPrograms))]
    public async Task ExploreAsync_CrashesReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, bool roles)
    {
        var request = roles ? CrashingRolesOf(seed) : CrashingOf(seed);
        var (brute, reduced) = await CompareAsync(request, 2);

        Assert.Contains(brute.Outcomes, o => o.Witness.Any(w => w.Receiver is not null));
        Assert.True(reduced.Runs < brute.Runs);
    }

    /// <summary>The same with sessions that go through a list of keys, each in its own order or both in one, with values that are drawn for each of them.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(ListPrograms))]
    public async Task ExploreAsync_ListsReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed)
    {
        var request = ListOf(seed);
        var (brute, reduced) = await CompareAsync(request, 2);

        Assert.True(reduced.Runs <= brute.Runs);
    }

    /// <summary>A crash gives locks back: a relation that forgets it must not pass the comparison.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsACrashIndependent_MissesOutcomes()
    {
        var request = SmallScenario.CrashingInTransaction(new Workload());
        request = request with { Strategy = request.Strategy with { Setup = "ALTER TABLE things ADD UNIQUE (name)" } };
        var brute = await ExploreAsync(request, 2, sound => sound with { Alike = false });
        var wrong = await ExploreAsync(request, 2, sound => new(Independent: (a, b) => a.Kind == StepKind.Crash || b.Kind == StepKind.Crash || sound.Independent(a, b), Alike: false));
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    /// <summary>Ending others' sessions frees what they hold, and depends even on whether they have begun: reduction must know it, and a relation that does not must not pass the comparison.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_AStatementThatEndsSessions_FindsTheSameOutcomesAndCounts()
    {
        Assert.SkipWhen(postgres.Lab.Version.Major < 14, "pg_terminate_backend waits since PostgreSQL 14");
        var request = SmallScenario.EndedByAnother(new Workload());
        var (brute, _) = await CompareAsync(request, 2);
        Assert.Contains(brute.Outcomes, o => o.SqlStates.Contains("57P01"));

        var wrong = await ExploreAsync(request, 2, sound => new(Independent: (a, b) => a.Kind == StepKind.Begin || b.Kind == StepKind.Begin || sound.Independent(a, b), Alike: false));
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    /// <summary>The comparison above is worth something only if a wrong relation does not pass it.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsEverythingIndependent_MissesTheDuplicate()
    {
        var request = SmallScenario.Naive(new Workload());
        var brute = await ExploreAsync(request, 2, static _ => Reduction.None);
        var wrong = await ExploreAsync(request, 2, static _ => new(Independent: static (_, _) => true, Alike: false));
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    private static RaceRequest ProgramOf(int seed)
    {
        var draw = new Draw(seed, 0);
        var steps = StepsOf(draw, "s", 2 + draw.Below(2));
        return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw), [.. steps]);
    }

    private static RaceRequest ListOf(int seed)
    {
        var draw = new Draw(seed, 11);
        var each = new EachStep("k", "keys", draw.Below(2) == 0, [SmallScenario.Sql("s0", Statements[draw.Below(Statements.Length)].Replace("@key", "@k", StringComparison.Ordinal))], 1);
        var tail = draw.Below(2) == 0
            ? SmallScenario.Sql("tail", "INSERT INTO things (name, attempt) VALUES (@id, @attempt)")
            : SmallScenario.Sql("tail", Statements[draw.Below(Statements.Length)]);
        Step[] steps = [each, .. draw.Below(2) == 0 ? [tail] : (Step[])[], new SayStep(Outcome.Created, null, 1)];
        var level = (IsolationLevel?)draw.Below(3);
        return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw), [SmallScenario.Input("keys", "pick(2)"), SmallScenario.Input("id", "uuid4()")],
            draw.Below(4) == 0 ? steps : [new WithinStep(BlockKind.Transaction, level, null, ErrorRules.None, steps, 1)]);
    }

    private static RaceRequest RolesOf(int seed, int sessions)
    {
        var draw = new Draw(seed, sessions);
        var first = new RoleSteps("first", StepsOf(draw, "a", sessions == 2 ? 2 + draw.Below(2) : 1), 1);
        var second = new RoleSteps("second", StepsOf(draw, "b", sessions == 2 ? 1 + draw.Below(2) : 1), 1);
        return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw), first, second);
    }

    /// <summary>
    /// Statements in a mutex or a shared call, in one instance or two, and one of three things beside: another statement, a transaction around it, or connections of
    /// its own, so that brute force stays small.
    /// </summary>
    private static RaceRequest ApplicationOf(int seed, int sessions)
    {
        var draw = new Draw(seed, 9);
        var kind = draw.Below(2) == 0 ? BlockKind.Mutex : BlockKind.SingleFlight;
        var beside = sessions == 3 ? 3 : seed % 4;
        List<Step> steps = [.. beside == 0 ? (Step[])[Drawn(draw, "s0")] : [], Drawn(draw, "s1"), new SayStep(Outcome.Created, null, 1)];
        Step program = new WithinStep(kind, null, null, ErrorRules.None, steps, 1) { Variable = "key" };
        if (beside == 1) program = new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None, [program, new SayStep(Outcome.Created, null, 1)], 1);
        if (beside != 2) return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw), program).In(1 + draw.Below(2));
        var use = draw.Below(2) == 0 ? new ConnectionUse() : new ConnectionUse { Pool = 1, Reset = (PoolReset)draw.Below(3) };
        return SmallScenario.Over(new Workload(), use, program).In(1 + draw.Below(2));
    }

    /// <summary>Both sessions may crash, outside transactions, where brute force stays small.</summary>
    private static RaceRequest CrashingOf(int seed)
    {
        var draw = new Draw(seed, 7);
        return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw),
            [Drawn(draw, "s0"), new CrashStep(1, null, 1), .. draw.Below(2) == 0 ? [] : (Step[])[Drawn(draw, "s1")], new SayStep(Outcome.Created, null, 1)]).Delivered(2);
    }

    /// <summary>One role crashes somewhere in its transaction, the other one does not.</summary>
    private static RaceRequest CrashingRolesOf(int seed)
    {
        var draw = new Draw(seed, 8);
        var steps = new List<Step> { Drawn(draw, "a0"), new SayStep(Outcome.Created, null, 1) };
        if (draw.Below(2) == 0) steps.Insert(1, Drawn(draw, "a1"));
        steps.Insert(draw.Below(steps.Count), new CrashStep(1, null, 1));
        var first = new WithinStep(BlockKind.Transaction, (IsolationLevel)draw.Below(3), null, ErrorRules.None, steps, 1);
        var second = StepsOf(draw, "b", 1);
        return SmallScenario.Request(new Workload(), Promise.Some, SetupOf(draw), new RoleSteps("first", [first], 1), new RoleSteps("second", second, 1)).Delivered(2);
    }

    private static SqlStep Drawn(Draw draw, string name) => SmallScenario.Sql(name, Statements[draw.Below(Statements.Length)]);

    private static List<Step> StepsOf(Draw draw, string name, int count)
    {
        var steps = new List<Step>();
        for (var i = 0; i < count; i++) steps.Add(SmallScenario.Sql($"{name}{i}", Statements[draw.Below(Statements.Length)]));
        steps.Add(new SayStep(Outcome.Created, null, 1));
        var level = (IsolationLevel?)draw.Below(3);
        var retry = level == IsolationLevel.ReadCommitted ? null : new RetryRule(["40001", "40P01"], 1, TimeSpan.Zero, TimeSpan.Zero);
        return draw.Below(4) == 0
            ? steps
            : [new WithinStep(BlockKind.Transaction, level, draw.Below(2) == 0 ? retry : null, ErrorRules.None, steps, 1)];
    }

    private static string? SetupOf(Draw draw) => draw.Below(2) == 0 ? "ALTER TABLE things ADD UNIQUE (name)" : null;

    private static IEnumerable<string> Described(Exploration explored) => explored.Outcomes
        .Select(o => $"{o.Rows} rows, {o.Violations["duplicates"]} violations, told {string.Join(' ', o.Told)}, {string.Join(' ', o.SqlStates)}, waits {o.Waits}: {o.Orders}")
        .Order(StringComparer.Ordinal);

    /// <summary>Explores by brute force and reduced, and expects the same outcomes and counts.</summary>
    private async Task<(Exploration Brute, Exploration Reduced)> CompareAsync(RaceRequest request, int sessions)
    {
        var bruteForce = ExploreAsync(request, sessions, static _ => Reduction.None);
        var reduction = ExploreAsync(request, sessions, static sound => sound);
        await Task.WhenAll(bruteForce, reduction);
        var (brute, reduced) = (await bruteForce, await reduction);
        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        return (brute, reduced);
    }

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions, Func<Reduction, Reduction> change) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, footprint => change(Reduction.Of(footprint)), null, Cancellation);
}
