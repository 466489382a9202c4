using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Autopsies;
using RaceLab.Engine.Tests.Databases;
using RaceLab.Engine.Tests.Contract;

namespace RaceLab.Engine.Tests.Races;

public class RaceTimingTests(TestPostgres postgres)
{
    private static readonly Workload Small = new() { Workers = 4, Keys = 5, Attempts = 5, Duration = null };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task RoundTrips_OfSteps_AreThoseOfARealSession()
    {
        // Looked and inserted; looked and found; BEGIN, lock, look, insert, COMMIT; inserted; inserted and rejected.
        Assert.Equal([2, 1], await CountAsync(SmallScenario.Naive(Small), 2));
        Assert.Equal([5, 4], await CountAsync(SmallScenario.Locked(Small), 2));
        Assert.Equal([1, 1], await CountAsync(SmallScenario.Constrained(Small), 2));
    }

    [Fact(Timeout = 60_000)]
    public async Task Timing_OfARace_AddsUp()
    {
        var result = await RaceAsync(SmallScenario.Locked(Small with { PauseHigh = TimeSpan.FromMilliseconds(2) }));
        var timing = result.Timing!;

        Assert.Equal([(Outcome.Created, 5L), (Outcome.Found, 15L)], timing.Attempts.Select(a => (a.Outcome, a.Latency.Count)));
        Assert.Equal(result.Steps.Select(s => (s.Step, s.Latency)), timing.Steps.Select(s => (s.Step, s.Latency)));
        Assert.All(timing.Steps, s => Assert.Equal((StepEnd.Answered, s.Latency.Count), (s.End, s.Histogram.Counts.Sum())));

        // BEGIN, lock, look and COMMIT of each attempt, and five inserts; pauses are none.
        Assert.Equal((20 * 4) + 5, timing.RoundTrips);
        Assert.InRange(timing.MeanMs, 0.001, result.Latency.MaxMs);
        Assert.Null(timing.Exceptions);
        Assert.Null(timing.Neighbours);
        Assert.NotNull(result.Autopsy!.WaitTime);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(RaceEngine.Npgsql)]
    [InlineData(RaceEngine.Wire)]
    public async Task FirstStatements_OfARace_AreWhenTheFirstAndTheLastWorkerSentSomething(RaceEngine engine)
    {
        var result = await RaceAsync(SmallScenario.Locked(Small with { Engine = engine }));
        var began = result.Timing!.FirstStatements!;
        Assert.InRange(began.FirstMs, 0, began.LastMs);
        Assert.InRange(began.LastMs, 0, result.Elapsed.TotalMilliseconds);
    }

    [Fact]
    public void FirstStatements_OfEvents_ArePerWorkerAndLeaveOutWhatSendsNothing()
    {
        var program = SmallScenario.Naive(Small).Strategy.Program;
        var (check, pause) = ((byte)program.FindStep("check")!.Index, (byte)program.Steps.Single(s => s.Kind == StepKind.Pause).Index);
        var start = new StartLine(program, 3);
        Assert.Null(start.Statements);

        start.Take(0, new RaceEvent(50, 60, 0, 1, pause, default, 0, 0));
        start.Take(0, new RaceEvent(20_000, 30_000, 0, 1, check, default, 0, 0));
        start.Take(2, new RaceEvent(70_000, 80_000, 0, 1, check, default, 0, 0));
        start.Take(0, new RaceEvent(900_000, 910_000, 1, 1, check, default, 0, 0));

        // The second worker sent nothing.
        Assert.Equal(new FirstStatements(2, 7), start.Statements);
        Assert.Equal((5, 1.5, null), (start.Statements!.SpreadMs, new WorkerSpread(200, 300).MaxByMin, new WorkerSpread(0, 3).MaxByMin));
    }

    [Fact(Timeout = 60_000)]
    public async Task Timing_OfRejectedStatements_KnowsWhatTheirExceptionsTook()
    {
        var result = await RaceAsync(SmallScenario.Constrained(Small));
        var rejected = Assert.Single(result.Timing!.Steps, s => s.End == StepEnd.Rejected);
        Assert.Equal(("insert", "23505", 15L), (rejected.Step, rejected.SqlState, rejected.Latency.Count));

        var cost = result.Timing.Exceptions!;
        Assert.Equal(15, cost.Count);
        Assert.True(cost.ThrownMs > 0 && cost.AnswerMs > 0);
        Assert.True(cost.ThrownTotalMs < rejected.Latency.Count * rejected.Latency.MaxMs, "exceptions are a part of their statements' time");
        Assert.Equal(20, result.Timing.RoundTrips);
    }

    [Fact(Timeout = 60_000)]
    public async Task Record_OlderThanItsTiming_CanStillBeRead()
    {
        var result = await RaceAsync(SmallScenario.Locked(Small));
        var json = JsonSerializer.SerializeToNode(result, RaceJson.Options)!.AsObject();
        Assert.Equal(json.ToJsonString(), JsonSerializer.SerializeToNode(json.Deserialize<RaceResult>(RaceJson.Options), RaceJson.Options)!.ToJsonString());

        Assert.True(json.Remove("timing") && json["autopsy"]!.AsObject().Remove("waitTime"));
        var old = json.Deserialize<RaceResult>(RaceJson.Options)!;
        Assert.Equal((null, null, result.Attempts), (old.Timing, old.Autopsy!.WaitTime, old.Attempts));
        Assert.Null(RaceDocument.From(old).Timing);
    }

    [Fact(Timeout = 60_000)]
    public async Task Neighbours_OfTwoRacesAtOnce_NameEachOther()
    {
        var runner = new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance);
        await using var registry = new RaceRegistry(runner, new NoArchive(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);
        var brief = new Workload { Workers = 2, Keys = 5, Duration = TimeSpan.FromMilliseconds(200), PauseHigh = TimeSpan.FromMilliseconds(1) };

        // The one begins before the other and ends after it, however busy the machine is.
        var one = registry.Start(SmallScenario.Naive(brief with { Workers = 3, Duration = TimeSpan.FromSeconds(40) }), "somebody else");
        for (var version = 0; one.State != RaceState.Running; version = await one.WaitForChangeAsync(version, Cancellation)) Assert.False(one.Completion.IsCompleted);
        var other = await registry.Start(SmallScenario.Naive(brief), "me").Completion.WaitAsync(Cancellation);
        one.Stop();
        RaceResult[] results = [other, await one.Completion.WaitAsync(Cancellation)];

        Assert.Equal([3, 2], results.Select(r => Assert.Single(r.Timing!.Neighbours!.Races).Workers));
        Assert.All(results, r => Assert.InRange(r.Timing!.Neighbours!.Races[0].OverlapMs, 1, r.Elapsed.TotalMilliseconds + 1));
    }

    private Task<RaceResult> RaceAsync(RaceRequest request) =>
        new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, new Quiet(), Cancellation);

    /// <summary>For attempts one after another, how often the client had to wait for the server, by the server's own messages; the lab's count must be the same.</summary>
    private async Task<IReadOnlyList<int>> CountAsync(RaceRequest request, int attempts)
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using (var direct = await new SessionSettings().SourceFor(database.ConnectionString).OpenConnectionAsync(Cancellation))
            await new RaceTable(request, direct).BuildAsync(Cancellation);
        await using var proxy = CountingProxy.To(database.ConnectionString);
        await using var source = new SessionSettings().SourceFor(proxy.ConnectionString);
        var program = request.Strategy.Program;
        await using var session = await NpgsqlSession.OpenAsync(source, program, StatementTarget.Primary, 0, prepare: true, Cancellation);
        var machine = new AttemptMachine(program);
        var counts = new List<int>();
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            var before = proxy.RoundTrips;
            var counted = 0;
            for (machine.Start("thing-1", $"{attempt}", "1"); machine.Next is { } step;)
            {
                counted += StepLedger.RoundTripsOf(step);
                if (step.IsWait) machine.Completed();
                else Seat.Tell(machine, await session.ExecuteAsync(step, machine.Values, Cancellation));
            }

            counts.Add(proxy.RoundTrips - before);
            Assert.Equal(counts[^1], counted);
        }

        return counts;
    }
}
