using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;
using RaceLab.Engine.Tests.Schedules;

namespace RaceLab.Engine.Tests.Applications;

/// <summary>What is in the application, played and stepped: waits of which the lock tables know nothing.</summary>
public sealed class ApplicationScheduleTests(TestPostgres postgres) : SteppedTest(postgres)
{
    [Fact(Timeout = 60_000)]
    public async Task RunAsync_MutexHeldByAnother_WaitsForThatSession()
    {
        var result = await RunAsync(SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1), "1.enter 2.enter 1.check 1.insert 1.leave 2.check");
        var entered = result.Played.Single(p => p.Step == new ScheduledStep(2, "enter"));
        Assert.Equal([1], entered.BlockedBy);
        Assert.Equal([Outcome.Created, Outcome.Found], result.Outcomes);
        await Assert.ThrowsAsync<InfeasibleScheduleException>(() => RunAsync(SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1), "1.enter 2.enter 2.check"));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_SessionsOfTwoInstances_AreDealtOutInTurn()
    {
        var request = SmallScenario.Gated(new Workload(), BlockKind.Mutex, 2);
        var result = await RunAsync(request, "1.enter 2.enter 3.enter 1.check 2.check", sessions: 3);
        Assert.Equal([1], result.Played.Single(p => p.Step == new ScheduledStep(3, "enter")).BlockedBy);
        Assert.Empty(result.Played.Single(p => p.Step == new ScheduledStep(2, "enter")).BlockedBy);
        Assert.Equal(2, result.Rows);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_SharedCall_TheOthersDoNothingAndAreToldFound()
    {
        var result = await RunAsync(SmallScenario.Gated(new Workload(), BlockKind.SingleFlight, 1), "1.enter 2.enter 3.enter", sessions: 3);
        Assert.Equal([Outcome.Created, Outcome.Found, Outcome.Found], result.Outcomes);
        Assert.Equal(["1.enter", "1.check", "1.insert", "1.leave", "2.enter", "3.enter"], result.Played.Select(p => $"{p.Step}"));
        Assert.All(result.Played.TakeLast(2), p => Assert.Equal((Outcome.Found, 1), (p.Told, p.BlockedBy.Single())));
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ApplicationCrashesInAMutex_TheNextIsLetIn()
    {
        var request = SmallScenario.Request(new Workload(), Promise.None, null, new WithinStep(BlockKind.Mutex, null, null, ErrorRules.None,
            [SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new CrashStep(1, Condition.Parse("@attempt = 1"), 1), new SayStep(Outcome.Created, null, 1)], 1)
        { Variable = "key" }).Delivered(2);
        var result = await RunAsync(request, "1.enter 2.enter 1.insert 1.crash 2.insert 2.leave e.deliver-1 1.enter");
        Assert.Equal([1], result.Played.Single(p => p.Step == new ScheduledStep(2, "enter")).BlockedBy);
        Assert.Equal(3, result.Rows);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_PoolOfOne_WaitsForTheConnection()
    {
        var request = SmallScenario.Connecting(new Workload(), new ConnectionUse { Pool = 1 });
        var result = await RunAsync(request, "1.connect 2.connect 1.insert 1.disconnect 2.insert");
        Assert.Equal([1], result.Played.Single(p => p.Step == new ScheduledStep(2, "connect")).BlockedBy);
        Assert.Equal([Outcome.Created, Outcome.Created], result.Outcomes);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("1.connect 2.connect", Outcome.Created, Outcome.Rejected)]
    [InlineData("1.connect 1.insert 1.disconnect 2.connect", Outcome.Created, Outcome.Created)]
    public async Task RunAsync_RoleThatMayHaveOneConnection_RefusesTheSecond(string schedule, Outcome first, Outcome second)
    {
        var result = await RunAsync(SmallScenario.Connecting(new Workload(), new ConnectionUse { RoleConnections = 1 }), schedule);
        Assert.Equal([first, second], result.Outcomes);
        if (second == Outcome.Rejected) Assert.Equal("53300", result.Played.Single(p => p.Error is not null).Error!.Value.SqlState);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(PoolReset.Never, "57014")]
    [InlineData(PoolReset.WhenTaken, "57014")]
    [InlineData(PoolReset.WhenReturned, null)]
    public async Task RunAsync_LockLeakedIntoThePool_OnlyAResetOrATimeOutEndsTheWait(PoolReset reset, string? error)
    {
        var request = SmallScenario.Leaking(new Workload(), new ConnectionUse { Pool = 2, Reset = reset });
        var result = await RunAsync(request, "1.connect 2.connect 1.lock 1.check 1.insert 1.disconnect 2.lock");
        var locked = result.Played.Single(p => p.Step == new ScheduledStep(2, "lock"));
        Assert.Equal(error, locked.Error?.SqlState);
        if (error is not null) Assert.Equal([LockHolder.Pool], locked.BlockedBy);
    }

    /// <summary>Whoever gets the same connection gets in, with or without a reset: a session may take its own lock again.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData(PoolReset.Never)]
    [InlineData(PoolReset.WhenTaken)]
    public async Task RunAsync_LockLeakedIntoThePool_TheSameConnectionGetsIn(PoolReset reset)
    {
        var request = SmallScenario.Leaking(new Workload(), new ConnectionUse { Pool = 2, Reset = reset });
        var result = await RunAsync(request, "1.connect 1.lock 1.check 1.insert 1.disconnect 2.connect 2.lock 2.check");
        Assert.Equal([Outcome.Created, Outcome.Found], result.Outcomes);
        Assert.All(result.Played, p => Assert.Empty(p.BlockedBy));
    }

    [Fact(Timeout = 60_000)]
    public async Task Stepper_MutexHeldByAnother_ShowsWhoHoldsItAndSinceWhen()
    {
        await using var stepper = await OpenAsync(SmallScenario.Gated(new Workload(), BlockKind.Mutex, 1));
        await PlayAsync(stepper, 1, 2);
        var wait = stepper.State.Sessions[1].Wait!;
        Assert.Equal((GateWords.Mutex, "thing-1"), (wait.For!.Kind, wait.For.Target));
        Assert.Equal([new LockHolder(1, new ScheduledStep(1, "enter"))], wait.On);

        await stepper.PlayAsync(2).WaitAsync(Cancellation);
        Assert.Contains("still waits", stepper.State.Notice, StringComparison.Ordinal);
        await PlayAsync(stepper, 1, 1, 1);
        Assert.Null(stepper.State.Sessions[1].Wait);
        await stepper.GoToAsync(2).WaitAsync(Cancellation);
        Assert.NotNull(stepper.State.Sessions[1].Wait);
    }

    [Fact(Timeout = 60_000)]
    public async Task Stepper_WaitForAConnectionInThePool_IsShownAndEndsByItsTimeOut()
    {
        await using var stepper = await OpenAsync(SmallScenario.Leaking(new Workload(), new ConnectionUse { Pool = 2 }));
        await PlayAsync(stepper, 1, 2, 1, 1, 1, 1, 2);
        Assert.Equal([new LockHolder(LockHolder.Pool, new ScheduledStep(1, "lock"))], stepper.State.Sessions[1].Wait!.On);
        await UntilAsync(stepper, s => s.Sessions[1].Wait is null);
        Assert.Equal("57014", stepper.State.Sessions[1].Error?.SqlState);
    }

    [Fact(Timeout = 60_000)]
    public async Task Stepper_TakenBack_ConnectsAnewWithinTheRolesLimit()
    {
        await using var stepper = await OpenAsync(SmallScenario.Connecting(new Workload(), new ConnectionUse { RoleConnections = 1 }));
        await PlayAsync(stepper, 1, 1);
        for (var i = 0; i < 3; i++)
        {
            await stepper.GoToAsync(0).WaitAsync(Cancellation);
            await stepper.GoToAsync(2).WaitAsync(Cancellation);
            Assert.Null(stepper.State.Notice);
            Assert.All(stepper.State.Turns, t => Assert.Null(t.Result?.Error));
        }
    }

    private Task<ScheduleResult> RunAsync(RaceRequest request, string schedule, int sessions = 2) =>
        new ScheduleRunner(Postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy,
            [.. schedule.Split(' ').Select(e => ScheduledStep.TryParse(e, out var entry) ? entry : throw new FormatException(e))], sessions, Cancellation);
}
