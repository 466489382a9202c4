using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Tests.Autopsies;

namespace RaceLab.Engine.Tests.Races;

public class RaceRecordingTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Between_ATime_HasEverySegmentThatReachesIntoIt()
    {
        var recording = Recorded(4, 100);
        var (segments, to) = recording.Between(500, 600);
        var all = recording.Between(0, int.MaxValue).Segments;

        Assert.Equal(600, to);
        Assert.Equal(all.Where(s => s.EndUs > 500 && s.StartUs < 600), segments);
        Assert.Equal(400, all.Count);
    }

    [Fact]
    public void Between_MoreThanFit_EndsEarlierAndIsCompleteUntilThen()
    {
        var recording = Recorded(4, 100);
        var (segments, to) = recording.Between(100, 100_000, 50);
        Assert.InRange(segments.Count, 10, 50);
        Assert.Equal(recording.Between(100, to).Segments, segments);
    }

    [Fact]
    public void Close_SecondCreationOfAKey_IsMarkedByTheTableAndNotByTheAnswer()
    {
        // Attempts 1 and 2 of two workers, for one key; both were told "created", and a third one's answer was lost.
        var recording = new RaceRecording(Track(), 3);
        Take(recording, 0, 0, 10, Outcome.Created);
        Take(recording, 1, 5, 20, Outcome.Created);
        Take(recording, 2, 6, 30, Outcome.Unknown);
        recording.Close(new HashSet<long> { 2, 3 }, countsRepeats: true);

        Assert.Equal([new Landmark(30, 2, LaneMark.Duplicate)], recording.Landmarks);
        Assert.Equal([LaneMark.Created, LaneMark.Created, LaneMark.Lost], recording.Between(0, 100).Segments.Select(s => s.Mark));
        Assert.Equal((false, true), (recording.Find(1)!.HasRow, recording.Find(3)!.HasRow));
        Assert.Equal(2, recording.At(2, 10)!.Attempt);
        Assert.Null(recording.Find(4));
        Assert.Equal([1L, 2, 3], recording.OfKey("thing-1", 100).Select(s => s.Attempt));
        Assert.Equal(
            [(1L, 1, "thing-1", 0, 10, Outcome.Created), (2, 2, "thing-1", 5, 20, Outcome.Created), (3, 3, "thing-1", 6, 30, Outcome.Unknown)],
            recording.Attempts().Select(a => (a.Attempt, a.Worker, a.Key, a.StartUs, a.EndUs, a.Outcome)));
    }

    [Fact]
    public void Overview_OfEveryAttempt_HasItInThePartOfItsEnd()
    {
        var recording = new RaceRecording(Track(), 3);
        Take(recording, 0, 0, 10, Outcome.Created);
        Take(recording, 1, 0, 1200, Outcome.Created);
        Take(recording, 2, 0, 2400, Outcome.Created);
        recording.Close(null, countsRepeats: true);

        var overview = recording.Overview!;
        Assert.Equal(TrackOverview.Parts, overview.Attempts.Count);
        Assert.Equal((1, 1, 1), (overview.Attempts[0] + overview.Attempts[1], overview.Attempts[TrackOverview.Parts / 2], overview.Attempts[^1]));
        Assert.Equal((3, 2, 0), (overview.Attempts.Sum(), overview.Duplicates.Sum(), overview.Rejections.Sum()));
        Assert.Equal((1, 1), (overview.Duplicates[TrackOverview.Parts / 2], overview.Duplicates[^1]));
        Assert.Equal(recording.EndUs, overview.EndUs);
    }

    [Fact]
    public void MayTake_BeyondItsBound_EndsAndSaysUntilWhen()
    {
        var recording = new RaceRecording(Track(), 3, most: 4);
        Assert.True(recording.MayTake(1000));
        Take(recording, 0, 0, 10, Outcome.Created);
        Assert.True(recording.MayTake(2000));
        Take(recording, 1, 5, 20, Outcome.Created);
        Assert.False(recording.MayTake(3000));
        recording.Close(null, countsRepeats: true);
        Assert.Equal(200, recording.CompleteUntilUs);
        Assert.Equal(4, recording.Events);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_WorkersThatQueueForALock_AreSeenWaitingForTheOneThatHoldsIt()
    {
        // One lock, held for 150 ms at a time by one of three: at nearly every look two of them wait.
        var request = SmallScenario.Locked(new Workload { Workers = 3, Keys = 1, Attempts = 3, Duration = null, PauseLow = TimeSpan.FromMilliseconds(150), PauseHigh = TimeSpan.FromMilliseconds(150) });
        var watched = new Quiet();
        var result = await new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, watched, Cancellation);

        var autopsy = result.Autopsy!;
        Assert.Null(autopsy.Looks.Problem);
        Assert.True(autopsy.Looks.Count > 0);
        var seen = autopsy.Waits.Where(w => w.Evidence == Evidence.Sampled).ToList();
        Assert.NotEmpty(seen);
        Assert.All(seen, w => Assert.Equal(("lock", "advisory"), (request.Strategy.Program.Steps[w.Run.Step].Name, w.On)));
        Assert.All(seen, w => Assert.NotEmpty(w.Holders));
        Assert.Contains(seen, w => w.Holders.Any(h => h.Took is { } took && request.Strategy.Program.Steps[took.Step].Name == "lock"));

        var recording = watched.Recording!;
        Assert.Contains(recording.Between(0, int.MaxValue).Segments, s => s.Wait == LaneWait.Sampled);
        Assert.Null(recording.CompleteUntilUs);
        Assert.Equal(result.Steps.Sum(s => s.Latency.Count), recording.Between(0, int.MaxValue).Segments.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task RunAsync_UniqueViolations_CollideWithTheRowThatIsThere()
    {
        var request = SmallScenario.Constrained(new Workload { Workers = 4, Keys = 5, Attempts = 5, Duration = null });
        var watched = new Quiet();
        var result = await new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, watched, Cancellation);

        Assert.Equal(15, result.Autopsy!.RejectionsInAll);
        Assert.Equal(15, result.Autopsy.Rejections.Count);
        Assert.All(result.Autopsy.Rejections, r =>
        {
            Assert.Equal((Evidence.Rows, true, "23505"), (r.Evidence, r.With?.HasRow, r.Run.SqlState));
            Assert.Equal(r.Story.Key, r.With!.Key);
        });
        Assert.Equal(15, watched.Recording!.Landmarks.Count(l => l.Kind == LaneMark.Rejected));
        Assert.Equal("23505", Assert.Single(watched.Recording.Rejections).SqlState);
    }

    private static RaceRecording Recorded(int workers, int attempts)
    {
        var recording = new RaceRecording(Track(workers), workers);
        for (var worker = 0; worker < workers; worker++)
            for (var attempt = 0; attempt < attempts; attempt++) Take(recording, worker, (attempt * 20) + worker, (attempt * 20) + 17 + (worker / 2), Outcome.Found, attempt);
        recording.Close(null, countsRepeats: true);
        return recording;
    }

    private static void Take(RaceRecording recording, int worker, int startUs, int endUs, Outcome outcome, int attempt = 0)
    {
        var (start, end) = ((uint)startUs * 10, (uint)endUs * 10);
        recording.Take(worker, [new RaceEvent(start, end, attempt, 1, 0, default, 0, 1), new RaceEvent(start, end, attempt, 1, RaceEvent.AttemptEnded, outcome, 0, 0)]);
    }

    private static RaceTrack Track(int workers = 3) => new()
    {
        Request = SmallScenario.Naive(new Workload { Workers = workers }),
        Time = TimeProvider.System,
        Stopping = CancellationToken.None,
        Aborting = CancellationToken.None,
        Inputs = InputSource.ForSchedule(SmallScenario.Naive(new Workload { Workers = workers })),
    };
}
