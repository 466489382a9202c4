using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public class ExplorerTests(TestPostgres postgres)
{
    private const string Insert = "INSERT INTO things (name, attempt) VALUES (@key, @attempt)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_TwoRoles_CountsTheTurnsThatEachRoleTakes()
    {
        var request = SmallScenario.Request(new Workload(), Promise.Some, null,
            new RoleSteps("inserter", [SmallScenario.Sql("a", Insert), SmallScenario.Sql("b", Insert), new SayStep(Outcome.Created, null, 1)], 1),
            new RoleSteps("deleter", [SmallScenario.Sql("c", "DELETE FROM things WHERE name = @key"), new SayStep(Outcome.Updated, null, 1)], 1));
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

    private static string Written(ExploredSchedule schedule) => string.Join(' ', schedule.Entries.Select(e => e.Step));

    private Task<Exploration> ExploreAsync(RaceRequest request, int sessions) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, sessions, null, Cancellation);
}
