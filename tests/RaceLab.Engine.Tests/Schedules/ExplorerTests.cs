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

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_CheckThenInsert_FindsSixOrdersOfWhichFourMakeTwoRows()
    {
        var explored = await ExploreAsync(SmallScenario.Naive(new Workload()), 2);

        Assert.Equal((6, 0), ((int)explored.Orders, (int)explored.Infeasible));
        Assert.Equal([(2, 4), (1, 2)], explored.Outcomes.Select(o => ((int)o.Rows, (int)o.Orders)));
        Assert.Equal("1.check 2.check 1.insert 2.insert", string.Join(' ', explored.Outcomes[0].Witness));
        Assert.True(explored.IsComplete);
        Assert.Equal(["1.check 1.insert 2.check", "1.check 2.check 1.insert 2.insert", "1.check 2.check 2.insert 1.insert"], explored.Schedules.Select(Written).Order(StringComparer.Ordinal));
        Assert.All(explored.Schedules, s => Assert.Equal(2, (int)s.Orders));
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_LockHeldByOne_SchedulesSayWhoWaitsForWhomAndUntilWhen()
    {
        var explored = await ExploreAsync(SmallScenario.Locked(new Workload()), 2);

        var waiting = explored.Schedules.Where(s => explored.Outcomes[s.Outcome].Waits).ToList();
        Assert.NotEmpty(waiting);
        foreach (var schedule in waiting)
        {
            var (entry, place) = Assert.Single(schedule.Entries.Select((e, i) => (e, i)), e => e.e.WaitsFor.Count > 0);
            Assert.Equal("lock", entry.Step.Step);
            Assert.Equal([3 - entry.Step.Session], entry.WaitsFor);
            Assert.True(entry.Until > place);
            Assert.Equal(new ScheduledStep(3 - entry.Step.Session, "commit"), schedule.Entries[entry.Until].Step);
        }

        Assert.All(explored.Schedules.Except(waiting).SelectMany(s => s.Entries), e => Assert.Empty(e.WaitsFor));
    }

    /// <summary>What the page shows one by one must add up to what it says in sum.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ExploreAsync_EverySchedule_StandsForOrdersThatAddUp(int sessions)
    {
        foreach (var request in new[] { SmallScenario.Naive(new Workload()), SmallScenario.Locked(new Workload()), SmallScenario.Constrained(new Workload()) })
        {
            var explored = await ExploreAsync(request, sessions);

            Assert.Equal(explored.Runs, explored.Schedules.Count);
            Assert.Equal(explored.Orders, explored.Infeasible + Sum(explored.Schedules));
            foreach (var (outcome, index) in explored.Outcomes.Select((o, i) => (o, i)))
            {
                var its = explored.Schedules.Where(s => s.Outcome == index).ToList();
                Assert.Equal((outcome.Orders, outcome.Runs), (Sum(its), its.Count));
                Assert.Contains(its, s => s.Entries.Select(e => e.Step).SequenceEqual(outcome.Witness));
            }
        }

        static System.Numerics.BigInteger Sum(IEnumerable<ExploredSchedule> schedules) =>
            schedules.Aggregate(System.Numerics.BigInteger.Zero, (sum, s) => sum + s.Orders);
    }

    /// <summary>What an exploration shows can be played again, entry by entry, and ends the same way.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_EverySchedule_CanBePlayedByTheScheduleRunner()
    {
        var request = SmallScenario.Locked(new Workload());
        var explored = await ExploreAsync(request, 2);
        foreach (var schedule in explored.Schedules)
        {
            var result = await new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(
                request.Scenario, request.Strategy, [.. schedule.Entries.Select(e => e.Step)], 2, Cancellation);
            Assert.Equal(explored.Outcomes[schedule.Outcome].Rows, result.Rows);
            Assert.Equal(explored.Outcomes[schedule.Outcome].Waits, result.Played.Any(p => p.BlockedBy.Count > 0));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task ToJson_OfASmallExploration_HasItsSchedules()
    {
        var explored = await ExploreAsync(SmallScenario.Naive(new Workload()), 2);

        using var document = System.Text.Json.JsonDocument.Parse(ExplorationDocument.From(explored).ToJson());
        var schedules = document.RootElement.GetProperty("schedules").EnumerateArray().ToList();
        Assert.Equal(explored.Runs, schedules.Count);
        Assert.Equal(explored.Schedules[0].Entries.Select(e => e.Step.ToString()), schedules[0].GetProperty("entries").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(2, schedules[0].GetProperty("orders").GetInt32());

        using var large = System.Text.Json.JsonDocument.Parse(ExplorationDocument.From(explored with { Runs = ExplorationDocument.MostSchedules + 1 }).ToJson());
        Assert.False(large.RootElement.TryGetProperty("schedules", out _));
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

    /// <summary>The same with two roles: sessions 1 and 2 never change names, and of three sessions only 1 and 3 do.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(RolePrograms))]
    public async Task ExploreAsync_RolesReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, int sessions)
    {
        var request = RolesOf(seed, sessions);
        var brute = await ExploreAsync(request, sessions, static (_, _) => false, alike: false);
        var reduced = await ExploreAsync(request, sessions, Independence.Holds, Explorer.AreAlike(request.Strategy.Program));

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(sessions == 2 || reduced.Runs < brute.Runs);
    }

    /// <summary>The same with mutexes, shared calls, pools and several instances: what the database knows nothing of must not be left out of the count.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(ApplicationPrograms))]
    public async Task ExploreAsync_ApplicationReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, int sessions)
    {
        var request = ApplicationOf(seed, sessions);
        var brute = await ExploreAsync(request, sessions, static (_, _) => false, alike: false);
        var reduced = await ExploreAsync(request, sessions, Independence.Holds, Explorer.AreAlike(request.Strategy.Program));

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(reduced.Runs <= brute.Runs);
    }

    /// <summary>A relation that forgets that leaving a mutex lets somebody in must not pass the comparison.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsTheApplicationIndependent_MissesOutcomes()
    {
        var request = SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1);
        var brute = await ExploreAsync(request, 2, Independence.Holds, alike: false);
        var wrong = await ExploreAsync(request, 2, static (a, b) => a.Gate is not null || b.Gate is not null || Independence.Holds(a, b), alike: false);
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_MutexInTwoInstances_IsBrokenBetweenThemOnly()
    {
        var one = await ExploreAsync(SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1), 2);
        var two = await ExploreAsync(SmallScenario.Gated(new Workload(), BlockKind.Mutex, 2), 2);

        Assert.All(one.Outcomes, o => Assert.Equal(1, o.Rows));
        Assert.Contains(one.Outcomes, o => o.Waits);
        Assert.Equal([1, 2], two.Outcomes.Select(o => (int)o.Rows).Order());
        Assert.All(two.Outcomes, o => Assert.False(o.Waits));
        Assert.Equal(0, two.Infeasible);
    }

    /// <summary>The same with applications that crash, and with attempts that are refused and arrive again.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(CrashingPrograms))]
    public async Task ExploreAsync_CrashesReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed, bool roles)
    {
        var request = roles ? CrashingRolesOf(seed) : CrashingOf(seed);
        var brute = await ExploreAsync(request, 2, static (_, _) => false, alike: false);
        var reduced = await ExploreAsync(request, 2, Independence.Holds, Explorer.AreAlike(request.Strategy.Program));

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Contains(brute.Outcomes, o => o.Witness.Any(w => w.Receiver is not null));
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(reduced.Runs < brute.Runs);
    }

    /// <summary>The same with sessions that go through a list of keys, each in its own order or both in one, with values that are drawn for each of them.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(ListPrograms))]
    public async Task ExploreAsync_ListsReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(int seed)
    {
        var request = ListOf(seed);
        var brute = await ExploreAsync(request, 2, static (_, _) => false, alike: false);
        var reduced = await ExploreAsync(request, 2, Independence.Holds, Explorer.AreAlike(request.Strategy.Program));

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(reduced.Runs <= brute.Runs);
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_TwoKeysInOppositeOrder_DeadlocksInSomeOrdersAndSortedInNone()
    {
        foreach (var sorted in (bool[])[false, true])
        {
            var request = SmallScenario.Request(new Workload(), Promise.Some, "INSERT INTO things (name, attempt) VALUES ('thing-1', 0), ('thing-2', 0)",
                [SmallScenario.Input("keys", "pick(2)")],
                new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None,
                [
                    new EachStep("k", "keys", sorted, [SmallScenario.Sql("work", "UPDATE things SET attempt = @attempt WHERE name = @k")], 1),
                    new SayStep(Outcome.Updated, null, 1),
                ], 1));
            var explored = await ExploreAsync(request, 2);

            Assert.Equal(!sorted, explored.Outcomes.Any(o => o.SqlStates.Contains("40P01")));
            Assert.True(explored.IsComplete);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_CrashBehindAnInsert_CountsItsTurnsAndItsDeliveries()
    {
        var explored = await ExploreAsync(SmallScenario.CrashingBehindTheInsert(new Workload()), 2);

        // Each takes five turns at most: check, insert, crash, the delivery, check. Whoever looks first inserts; both do where both look first.
        Assert.Equal(252, explored.Orders);
        Assert.Equal(0, explored.Infeasible);
        Assert.Equal([1, 2], explored.Outcomes.Select(o => (int)o.Rows).Order());
        Assert.All(explored.Outcomes, o => Assert.Equal(["found", "found"], o.Told));
        Assert.Equal("1.check 1.insert 1.crash e.deliver-1 1.check 2.check", string.Join(' ', explored.Outcomes.Single(o => o.Rows == 1).Witness));
    }

    /// <summary>A crash gives locks back: a relation that forgets it must not pass the comparison.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_WithARelationThatCallsACrashIndependent_MissesOutcomes()
    {
        var request = SmallScenario.CrashingInTransaction(new Workload());
        request = request with { Strategy = request.Strategy with { Setup = "ALTER TABLE things ADD UNIQUE (name)" } };
        var brute = await ExploreAsync(request, 2, Independence.Holds, alike: false);
        var wrong = await ExploreAsync(request, 2, static (a, b) => a.Kind == StepKind.Crash || b.Kind == StepKind.Crash || Independence.Holds(a, b), alike: false);
        Assert.NotEqual(Described(brute), Described(wrong));
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_TwoRoles_CountsTheTurnsThatEachRoleTakes()
    {
        var request = SmallScenario.Request(new Workload(), Promise.Some, null,
            new RoleSteps("inserter", [SmallScenario.Sql("a", Statements[1]), SmallScenario.Sql("b", Statements[1]), new SayStep(Outcome.Created, null, 1)], 1),
            new RoleSteps("deleter", [SmallScenario.Sql("c", Statements[3]), new SayStep(Outcome.Updated, null, 1)], 1));
        var explored = await ExploreAsync(request, 2);

        // The delete finds no row, one of them, or both.
        Assert.Equal((3, 0), ((int)explored.Orders, (int)explored.Infeasible));
        Assert.Equal([(2, 1), (0, 1), (1, 1)], explored.Outcomes.Select(o => ((int)o.Rows, (int)o.Orders)).OrderBy(o => o.Item1 != 2).ThenBy(o => o.Item1));
        Assert.All(explored.Outcomes, o => Assert.Equal(["created", "updated"], o.Told));
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_SessionsOfDifferentRolesCalledAlike_WouldMissOrders()
    {
        // What calling sessions 1 and 2 alike would do: only session 1 would ever begin.
        var search = new ScheduleSearch(static (_, _) => false, new Likeness(1));
        var step = SmallScenario.InsertersAndDeleters(new Workload()).Strategy.Program.Steps;
        Assert.Equal(1, search.Choose([new Turn(1, step[0]), new Turn(2, step[1])])!.Value.Session);
        Assert.False(search.Backtrack());

        var explored = await ExploreAsync(SmallScenario.InsertersAndDeleters(new Workload()), 2);
        Assert.Equal([0, 1], explored.Outcomes.Select(o => (int)o.Rows).Order());
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

    private static string Written(ExploredSchedule schedule) => string.Join(' ', schedule.Entries.Select(e => e.Step));

    private static IEnumerable<string> Described(Exploration explored) => explored.Outcomes
        .Select(o => $"{o.Rows} rows, {o.Violations["duplicates"]} violations, told {string.Join(' ', o.Told)}, {string.Join(' ', o.SqlStates)}, waits {o.Waits}: {o.Orders}")
        .Order(StringComparer.Ordinal);

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, null, Cancellation);

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions, Func<ProgramStep, ProgramStep, bool> independent, bool alike) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, independent, alike, null, Cancellation);
}
