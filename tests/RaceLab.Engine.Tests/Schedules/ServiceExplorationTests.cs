using RaceLab.Engine.Content;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

/// <summary>What time does, a standby that replays and a lease that runs out, has turns of its own in schedules: none is forgotten, and none counted twice.</summary>
public sealed class ServiceExplorationTests(TestPostgres postgres)
{
    private const string Check = "SELECT id FROM things WHERE name = @key";
    private const string Insert = "INSERT INTO things (name, attempt) VALUES (@key, @attempt)";

    private static readonly Condition Found = Condition.Parse("found");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Programs => ["replica", "replica-in-the-middle", "replica-between-writes", "lease", "lease-without-token", "lease-behind-a-check"];

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Programs))]
    public async Task ExploreAsync_TimesTurnsReducedOrByBruteForce_FindsTheSameOutcomesAndCounts(string program)
    {
        var request = RequestFor(program);
        await SkipWhereLackingAsync(request);
        var brute = await ExploreAsync(request, static _ => Reduction.None);
        var reduced = await ExploreAsync(request, Reduction.Of);

        Assert.True(brute.IsComplete && reduced.IsComplete);
        Assert.Contains(brute.Schedules, s => s.Entries.Any(e => e.Step.IsTimesOwn));
        Assert.Equal(Described(brute), Described(reduced));
        Assert.Equal((brute.Orders, brute.Infeasible), (reduced.Orders, reduced.Infeasible));
        Assert.True(brute.Infeasible >= 0);
        Assert.True(reduced.Runs < brute.Runs);
    }

    [Fact(Timeout = 120_000)]
    public async Task ExploreAsync_LeaseOfAMinute_NeverRunsOut()
    {
        var request = Request(Lease(TimeSpan.FromMinutes(1), byToken: true, Body));
        await SkipWhereLackingAsync(request);
        var explored = await ExploreAsync(request, Reduction.Of);

        Assert.All(explored.Outcomes, o => Assert.Equal((1L, false), (o.Rows, o.IsViolation)));
        Assert.DoesNotContain(explored.Schedules, s => s.Entries.Any(e => e.Step.IsTimesOwn));
        Assert.Contains(explored.Outcomes, o => o.Waits);
    }

    [Fact(Timeout = 120_000)]
    public async Task RunAsync_ReleaseWithoutToken_FreesSomebodyElsesLease()
    {
        foreach (var byToken in (bool[])[true, false])
        {
            var request = Request(Lease(TimeSpan.FromMilliseconds(30), byToken, Body));
            await SkipWhereLackingAsync(request);
            ScheduledStep[] schedule = [.. "1.enter 1.check e.expire-1 2.enter 1.insert 1.leave 3.enter".Split(' ').Select(Entry)];
            var result = await new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy, schedule, 3, Cancellation);

            // With its token the first gives nothing back, and the third waits for the second.
            Assert.Equal(byToken ? [2] : [], result.Played.First(p => p.Step == new ScheduledStep(3, "enter")).BlockedBy);
            Assert.Equal(byToken ? 0 : 1, result.Played.Single(p => p.Step == new ScheduledStep(1, "leave")).Rows);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_TimeThatHasNothingToDo_IsInfeasibleInWords()
    {
        foreach (var (program, entry) in ((string, string)[])[("replica", "e.replay"), ("lease", "e.expire-2")])
        {
            var request = RequestFor(program);
            await SkipWhereLackingAsync(request);
            var refused = await Assert.ThrowsAsync<InfeasibleScheduleException>(() =>
                new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy, [Entry(entry)], 2, Cancellation));
            Assert.Contains(entry, refused.Message, StringComparison.Ordinal);
        }
    }

    private static Step[] Body => [SmallScenario.Sql("check", Check), new SayStep(Outcome.Found, Found, 1), SmallScenario.Sql("insert", Insert), new SayStep(Outcome.Created, null, 1)];

    private static RaceRequest RequestFor(string program)
    {
        var short30 = TimeSpan.FromMilliseconds(30);
        return program switch
        {
            "replica" => Request([OnReplica("check"), .. Body[1..]]),
            "replica-in-the-middle" => Request([SmallScenario.Sql("first", Check), new SayStep(Outcome.Found, Found, 1), OnReplica("check"), .. Body[1..]]),
            "replica-between-writes" => Request([SmallScenario.Sql("touch", "UPDATE things SET attempt = attempt WHERE name = @key"), OnReplica("check"), .. Body[1..]]),
            "lease" => Request(Lease(short30, byToken: true, Body)),
            "lease-without-token" => Request(Lease(short30, byToken: false, Body)),
            _ => Request([SmallScenario.Sql("look", Check), new SayStep(Outcome.Found, Found, 1), Lease(short30, byToken: true, [SmallScenario.Sql("insert", Insert), new SayStep(Outcome.Created, null, 1)])]),
        };
    }

    private static RaceRequest Request(params Step[] steps) => SmallScenario.Request(new Workload(), Promise.Some, null, steps);

    private static SqlStep OnReplica(string name) => SmallScenario.Sql(name, Check) with { On = StatementTarget.Replica };

    private static WithinStep Lease(TimeSpan length, bool byToken, Step[] steps) =>
        new(BlockKind.Lease, null, null, ErrorRules.None, steps, 1) { Variable = "key", Lease = new LeaseRule(length, byToken) };

    private static ScheduledStep Entry(string text) => ScheduledStep.TryParse(text, out var entry) ? entry : throw new ArgumentException(text, nameof(text));

    private static List<string> Described(Exploration explored) =>
        [.. explored.Outcomes.Select(o => $"{o.Rows} {string.Join(',', o.Told)} {string.Join(',', o.SqlStates)} {o.Waits} {o.Orders}").Order(StringComparer.Ordinal)];

    private async Task SkipWhereLackingAsync(RaceRequest request)
    {
        var lack = await postgres.Lab.FindLackAsync(request.Scenario.NeedsOf(request.Strategy), Cancellation);
        Assert.SkipWhen(lack is not null, lack ?? "");
    }

    private Task<Exploration> ExploreAsync(RaceRequest request, Func<ProgramFootprint, Reduction> reduce) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, 2, reduce, null, Cancellation);
}
