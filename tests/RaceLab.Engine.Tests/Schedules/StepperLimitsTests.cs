using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Databases;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

/// <summary>What ends a stepped run, or keeps it from beginning: its time, its number, and the server.</summary>
public sealed class StepperLimitsTests(TestPostgres postgres) : SteppedTest(postgres)
{
    [Fact(Timeout = 60_000)]
    public async Task Start_NobodyTakesATurn_IsClosedAtTheTimeThatWasShownAndItsLocksAreGivenBack()
    {
        var time = new FakeTimeProvider();
        await using var steppers = new Steppers(Postgres.Lab, time, new StepperOptions { IdleTime = TimeSpan.FromMinutes(10) }, NullLogger<Steppers>.Instance);
        var request = SmallScenario.Locked(new Workload());
        var stepper = steppers.Start(request.Scenario, request.Strategy, 2, [new(1, "begin"), new(1, "lock"), new(2, "begin")], 3);
        await UntilAsync(stepper, s => s.Phase == StepperPhase.Ready);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMinutes(10), stepper.State.EndsAt);
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(StepperPhase.Ready, stepper.State.Phase);
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(stepper, s => s.Phase == StepperPhase.Closed);

        Assert.Contains("Nobody took a turn for 600 s", stepper.State.Notice, StringComparison.Ordinal);
        Assert.Equal(3, stepper.State.Turns.Count);
        await stepper.PlayAsync(1); // Asked of a closed run, it comes back and changes nothing.
        await stepper.DisposeAsync();
        Assert.Equal((3, 0), (stepper.State.Turns.Count, steppers.Open));
    }

    [Fact(Timeout = 60_000)]
    public async Task Start_MoreThanTheLabAllows_IsRefusedInWords()
    {
        await using var steppers = new Steppers(Postgres.Lab, TimeProvider.System, new StepperOptions { AtOnce = 1 }, NullLogger<Steppers>.Instance);
        var request = SmallScenario.Naive(new Workload());
        await using var first = steppers.Start(request.Scenario, request.Strategy, 2, [], 0);

        var refused = Assert.Throws<ServerRefusedException>(() => steppers.Start(request.Scenario, request.Strategy, 2, [], 0));
        Assert.Contains("as many as it allows", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_TwentyAtOnce_AllPlayToTheEnd()
    {
        var request = SmallScenario.Locked(new Workload());
        ScheduledStep[] schedule =
            [new(1, "begin"), new(1, "lock"), new(2, "begin"), new(2, "lock"), new(1, "check"), new(1, "insert"), new(1, "commit"), new(2, "check"), new(2, "commit")];
        var steppers = Enumerable.Range(0, 20).Select(_ => Start(request, 2, schedule, schedule.Length)).ToList();
        foreach (var stepper in steppers) await UntilAsync(stepper, s => s.Phase == StepperPhase.Ready);

        Assert.All(steppers, s => Assert.Equal([Outcome.Created, Outcome.Found], s.State.Result!.Outcomes));
    }

    // Where a session waits, its lost answer tells that the server is gone; where nobody does, the next turn finds out.
    [Theory(Timeout = 120_000)]
    [InlineData(4)]
    [InlineData(2)]
    public async Task PlayAsync_ServerGoesAway_IsClosedWithTheReasonAndKeepsWhatWasSeen(int taken)
    {
        ServerPrograms.SkipWhereThereAreNone();
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = TestPostgres.Home }, NullLogger.Instance, Cancellation);
        await using var lab = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        await using var steppers = new Steppers(lab, TimeProvider.System, new StepperOptions(), NullLogger<Steppers>.Instance);
        var request = SmallScenario.Locked(new Workload());
        await using var stepper = steppers.Start(request.Scenario, request.Strategy, 2, [new(1, "begin"), new(1, "lock"), new(2, "begin"), new(2, "lock")], taken);
        await UntilAsync(stepper, s => s.Phase == StepperPhase.Ready);

        await cluster.DisposeAsync();
        await stepper.PlayAsync(1);
        await UntilAsync(stepper, s => s.Phase == StepperPhase.Closed);

        Assert.Contains("went away", stepper.State.Notice, StringComparison.Ordinal);
        Assert.True(stepper.State.Turns.Count >= taken, "what was seen stays");
    }

    [Fact(Timeout = 60_000)]
    public async Task PlayAsync_OneBackendIsTerminated_ItsAttemptIsLostAndTheOthersGoOn()
    {
        var stepper = await OpenAsync(SmallScenario.Locked(new Workload()) with { Strategy = SmallScenario.Locked(new Workload()).Strategy with { Id = "cut-one" } });
        await PlayAsync(stepper, 1, 1, 2, 2);
        await using (var admin = new NpgsqlConnection(Postgres.AdminConnectionString))
        {
            await admin.OpenAsync(Cancellation);
            await using var cut = new NpgsqlCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'racelab cut-one' AND wait_event_type = 'Lock'", admin);
            Assert.Equal(true, await cut.ExecuteScalarAsync(Cancellation));
        }

        await UntilAsync(stepper, s => s.Sessions[1].Outcome is not null);
        Assert.Equal(("57P01", Outcome.Failed), (stepper.State.Turns[3].Result!.Error!.Value.SqlState, stepper.State.Sessions[1].Outcome));
        await PlayAsync(stepper, 1, 1, 1);
        Assert.Equal(1, stepper.State.Result!.Rows);
        await stepper.GoToAsync(1);
        Assert.True(stepper.State.Sessions[1].IsReady);
    }
}
