using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Sweeps;
using RaceLab.Engine.Tests.Races;
using RaceLab.Engine.Tests.Studies;

namespace RaceLab.Engine.Tests.Sweeps;

/// <summary>Sweeps on a real server.</summary>
[Collection(RacesAlone.Name)]
public sealed class SweepRaceTests(TestPostgres postgres)
{
    private static readonly SweepChoices Tiny = SweepChoices.Default with { Invariant = "duplicates", Pauses = "0,40", Workers = "3", Spread = "20", Keys = "8", Rounds = "1" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Sweep_BrokenStrategy_AWindowAsLongAsTheSpreadBreaksNearlyEveryKeyAndTheModelSaysSo()
    {
        var map = await SweepAsync(SmallScenario.Naive(new Workload()), Tiny);
        Assert.Equal(0, map.Unusable);
        Assert.Equal(0, map.LoneViolations);
        Assert.False(map.WritesAgain);
        Assert.Equal([8, 8], map.Cells.Select(c => c.Keys));
        Assert.True(map.At(40, 3).Violated >= 7, $"{map.At(40, 3).Violated} of 8");
        Assert.Equal(1, map.At(40, 3).Predicted);
        Assert.True(map.At(0, 3).Predicted < 1);
        Assert.InRange(map.WindowsMs[1]!.Value, 40, 80);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sweep_SoundStrategy_BreaksNothingWhateverTheWindow()
    {
        var map = await SweepAsync(SmallScenario.Locked(new Workload()), Tiny);
        Assert.Equal([(0, 8, 0.0), (0, 8, 0.0)], map.Cells.Select(c => (c.Violated, c.Keys, c.Predicted!.Value)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_ArrivalsSpread_WorkersMeetBeforeEachAttemptAndThenComeApart()
    {
        var request = SmallScenario.Request(
            new Workload { Workers = 4, Keys = 6, Attempts = 6, Duration = null, ArrivalSpread = TimeSpan.FromMilliseconds(30) }, Promise.Some, null,
            SmallScenario.Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1));

        // Whoever begins a later key before all are through with the one before it has not waited.
        const string Early = """
            SELECT a.key, 1 AS excess FROM attempts a
            WHERE EXISTS (SELECT FROM attempts b WHERE (b.attempt - 1) / 4 < (a.attempt - 1) / 4 AND b.ended_us > a.started_us)
            """;
        request = request with { Scenario = request.Scenario with { Invariants = [request.Scenario.Invariants[0] with { Query = Early }] } };
        var result = await new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, new Silent(), Cancellation);
        Assert.Equal((RaceEnd.Finished, 24), (result.End, result.Attempts.Total));
        Assert.Equal(0, result.Invariants[0].Violations);

        // Six times the latest of four draws from 30 ms: far more than inserting takes.
        Assert.True(result.Elapsed > TimeSpan.FromMilliseconds(60), $"{result.Elapsed}");
    }

    [Fact(Timeout = 60_000)]
    public async Task Race_StoppedWhileWorkersWaitForEachOther_Ends()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var request = SmallScenario.Naive(new Workload { Workers = 3, Keys = 1000, Attempts = 1000, Duration = null, ArrivalSpread = TimeSpan.FromMilliseconds(100) });
        var progress = new Silent { Running = stop.Cancel };
        var result = await new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, progress, stop.Token);
        Assert.Equal(RaceEnd.Stopped, result.End);
    }

    private async Task<SweepMap> SweepAsync(RaceRequest request, SweepChoices choices)
    {
        var runner = new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance);
        await using var registry = new StudyRegistry(runner, new NoStudies(), TimeProvider.System, NullLogger<StudyRegistry>.Instance);
        var study = registry.Start(choices.Read(request.Scenario).Plan!.For(request.Scenario, request.Strategy), "me");
        var record = await study.Completion.WaitAsync(Cancellation);
        Assert.Equal((StudyEnd.Finished, null), (record.End, record.Problem));
        return SweepMap.Of(StudyRecord.Read(record.ToJson()));
    }

    private sealed class Silent : IRaceProgress
    {
        public Action? Running { get; init; }

        public void Queued(int place)
        {
            // Nobody asks.
        }

        public void CrowdedOut()
        {
            // Nobody asks.
        }

        public void Entered(RaceState state)
        {
            if (state == RaceState.Running) Running?.Invoke();
        }

        public void Publish(RaceFrame frame)
        {
            // Nobody asks.
        }
    }
}
