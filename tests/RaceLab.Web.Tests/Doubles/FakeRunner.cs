using System.Diagnostics;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Plays a race without a server: ten frames a second of invented numbers, and a result. For looking at the page.</summary>
public sealed class FakeRunner : IRaceRunner
{
    public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        var random = new Random((int)request.Workload.Seed);
        var sound = request.Strategy.IsSound;
        progress.Queued(2);
        await Task.Delay(250, CancellationToken.None);
        progress.Entered(RaceState.Preparing);
        await Task.Delay(150, CancellationToken.None);
        progress.Entered(RaceState.Running);
        var clock = Stopwatch.StartNew();
        var length = request.Workload.Duration ?? TimeSpan.FromSeconds(2);
        var points = new List<ChartPoint>();
        var facts = new FrameFacts();
        uint created = 0, found = 0, duplicates = 0;
        for (var number = 1; clock.Elapsed < length && !stop.IsCancellationRequested; number++)
        {
            await Task.WhenAny(Task.Delay(100, stop));
            created += (uint)random.Next(4, 30);
            found += (uint)random.Next(30, 110);
            duplicates += sound ? 0 : (uint)random.Next(0, 4);
            facts = new FrameFacts
            {
                Number = number,
                ElapsedMs = (uint)clock.ElapsedMilliseconds,
                Progress = (uint)Math.Min(1000, clock.Elapsed / length * 1000),
                Counts = [created, sound ? 0 : found, sound ? found : 0, 0, 0, 0, 0, 0],
                Duplicates = duplicates,
                Rate = 800 + random.Next(-90, 90),
                P50 = 9 + (float)random.NextDouble() * 2,
                P90 = 18 + (float)random.NextDouble() * 2,
                P99 = 21 + (float)random.NextDouble() * 6,
                Steps = [.. Enumerable.Range(0, request.Workload.Workers).Select(_ => (byte)(random.Next(8) == 0 ? 254 : random.Next(request.Strategy.Program.Steps.Count(s => !s.IsRecovery))))],
            };
            points.Add(new ChartPoint(facts.ElapsedMs, facts.Rate, facts.P50, facts.P90, facts.P99, duplicates, created + found));
            var (seen, copy) = (facts, points.ToList());
            progress.Publish(new RaceFrame(number, TestFrames.Delta(seen), () => TestFrames.Snapshot(seen, copy)));
        }

        progress.Entered(RaceState.Counting);
        await Task.Delay(150, CancellationToken.None);
        var result = sound ? TestResults.Sound() : TestResults.Flawed();
        return result with
        {
            Workload = request.Workload,
            Strategy = request.Strategy.Id,
            End = stop.IsCancellationRequested ? RaceEnd.Stopped : RaceEnd.Finished,
            Problem = stop.IsCancellationRequested ? "Stopped by whoever started it." : null,
            Elapsed = clock.Elapsed,
            Snapshot = TestFrames.Snapshot(facts with { State = RaceState.Over, Progress = 1000, Steps = [.. facts.Steps.Select(_ => (byte)255)] }, points),
        };
    }
}

/// <summary>An archive in memory.</summary>
public sealed class FakeArchive : IRaceArchive
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, ArchivedRace> _races = new();

    public ArchiveUnavailableException? Fault { get; set; }

    public Task SaveAsync(ArchivedRace race, CancellationToken cancellation)
    {
        if (Fault is not null) throw Fault;
        _races[race.Id] = race;
        return Task.CompletedTask;
    }

    public Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation) =>
        Fault is null ? Task.FromResult(_races.GetValueOrDefault(id)) : Task.FromException<ArchivedRace?>(Fault);
}
