using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Contract;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Applications;

/// <summary>Races in which the application matters: instances, mutexes, shared calls and connections.</summary>
public sealed class ApplicationRaceTests(TestPostgres postgres)
{
    private static readonly Workload Stampede = new()
    {
        Workers = 8,
        Keys = 10,
        Attempts = 10,
        Duration = null,
        PauseLow = TimeSpan.FromMilliseconds(1),
        PauseHigh = TimeSpan.FromMilliseconds(2),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(BlockKind.Mutex)]
    [InlineData(BlockKind.SingleFlight)]
    public async Task RunAsync_GateInOneInstance_KeepsOneRowForEachKeyAndInTwoNot(BlockKind kind)
    {
        var one = await RaceAsync(SmallScenario.Gated(Stampede, kind, 1));
        Assert.Equal((10, 70), (one.Attempts.Created, one.Attempts.Found));
        Assert.Equal(0, Assert.Single(one.Invariants).Violations);

        var two = await RaceAsync(SmallScenario.Gated(Stampede, kind, 2));
        Assert.InRange(two.Attempts.Created, 11, 20);
        Assert.True(Assert.Single(two.Invariants).Violations > 0);
        Assert.All([one, two], RaceChecks.NumbersAgree);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_RoleWithTooFewConnections_RejectsAttemptsWith53300()
    {
        var result = await RaceAsync(SmallScenario.Connecting(Stampede, new ConnectionUse { RoleConnections = 2 }));
        Assert.True(result.Attempts is { Rejected: > 0, Created: > 0, Failed: 0, Unknown: 0 }, $"{result.Attempts}");
        Assert.Equal(("53300", result.Attempts.Rejected), Assert.Single(result.Rejections) is var r ? (r.SqlState, r.Count) : default);
        RaceChecks.EverythingRan(result);
        RaceChecks.NumbersAgree(result);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_PoolWithinTheRolesLimit_LetsEverybodyWait()
    {
        var result = await RaceAsync(SmallScenario.Connecting(Stampede, new ConnectionUse { Pool = 2, RoleConnections = 2 }));
        Assert.Equal(80, result.Attempts.Created);
        Assert.Empty(result.Rejections);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_ServerThatIsNotThere_RejectsEveryAttemptWith08001()
    {
        var result = await RaceAsync(SmallScenario.Connecting(Stampede, new ConnectionUse { IsServerAbsent = true }));
        Assert.Equal((80, 80), (result.Attempts.Total, result.Attempts.Rejected));
        Assert.Equal("08001", Assert.Single(result.Rejections).SqlState);
        RaceChecks.NumbersAgree(result);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(null, PoolReset.Never, false)]
    [InlineData(4, PoolReset.WhenReturned, false)]
    [InlineData(4, PoolReset.Never, true)]
    public async Task RunAsync_SessionLockThatIsNeverGivenBack_HangsWhereThePoolKeepsIt(int? pool, PoolReset reset, bool hangs)
    {
        var use = new ConnectionUse { Pool = pool, Reset = reset, StatementTimeout = hangs ? TimeSpan.FromMilliseconds(25) : null };
        var result = await RaceAsync(SmallScenario.Leaking(Stampede with { Attempts = 4 }, use));
        Assert.Equal(hangs, result.Rejections.Any(r => r.SqlState == "57014"));
        Assert.Equal(hangs, result.Attempts.Rejected > 0);
        Assert.Equal(0, Assert.Single(result.Invariants).Violations);
        RaceChecks.NumbersAgree(result);
    }

    /// <summary>Preparing a statement takes a lock on its tables, for which a pool's new connection waits as long as the strategy lets a statement take.</summary>
    [Fact(Timeout = 60_000)]
    public async Task RunAsync_TableLockedWhileAPoolConnects_TimesAttemptsOutAndNotTheRace()
    {
        var result = await RaceAsync(SmallScenario.Over(
            Stampede,
            new ConnectionUse { Pool = 8, Reset = PoolReset.Never, StatementTimeout = TimeSpan.FromMilliseconds(25) },
            SmallScenario.Sql("hold", "DO $$ BEGIN LOCK TABLE things IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(1); END $$"),
            SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
            new SayStep(Outcome.Created, null, 1)));
        Assert.Equal((80, 80), (result.Attempts.Total, result.Attempts.Rejected));
        Assert.Equal("57014", Assert.Single(result.Rejections).SqlState);
        RaceChecks.NumbersAgree(result);
    }

    /// <summary>The next race on the same database is not held to the limit of the one before.</summary>
    [Fact(Timeout = 60_000)]
    public async Task RunAsync_BehindARaceWithALimitedRole_HasAllConnections()
    {
        for (var race = 0; race < 6; race++)
        {
            await RaceAsync(SmallScenario.Connecting(Stampede with { Attempts = 1 }, new ConnectionUse { Pool = 1, RoleConnections = 1 }));
            var next = await RaceAsync(SmallScenario.Naive(Stampede with { Attempts = 1 }));
            Assert.Equal(8, next.Attempts.Total);
        }
    }

    private async Task<RaceResult> RaceAsync(RaceRequest request)
    {
        var runner = new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance);
        await using var registry = new RaceRegistry(runner, new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var result = await registry.Start(request, "test").Completion.WaitAsync(Cancellation);
        Assert.True(result.End == RaceEnd.Finished, $"{result.End}: {result.Problem}");
        return result;
    }
}
