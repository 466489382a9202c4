using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;
using RaceLab.Web.Races;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Results made by hand.</summary>
public static class TestResults
{
    public static RaceResult Flawed(Workload? workload = null) => new()
    {
        Scenario = "sign-up",
        Strategy = "check-then-insert",
        Workload = workload ?? new Workload { PauseHigh = TimeSpan.FromMilliseconds(20) },
        End = RaceEnd.Finished,
        StartedAt = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero),
        PostgresVersion = "15.18",
        Attempts = new AttemptCounts(531, 3679, 0, 0, 0, 0),
        Retries = 0,
        Rejections = [],
        Invariants = [Duplicates(Promise.Some, Verdict.Kept, 12, 31, 31)],
        Reconciliation = new Reconciliation(531, 531, 0, 0, 0, 0),
        Latency = new LatencySummary(4210, 11.2, 19.8, 22.4, 31.04),
        Steps =
        [
            new StepLatency("check", new LatencySummary(4210, 0.21, 0.9, 2.1, 6.4)),
            new StepLatency("pause", new LatencySummary(531, 10.1, 18.4, 20.2, 21.7)),
            new StepLatency("insert", new LatencySummary(531, 0.082, 1.7, 3.3, 8.1)),
        ],
        Elapsed = TimeSpan.FromSeconds(5.014),
        AttemptsPerSecond = 839.6,
        PerWorker = new WorkerSpread(198, 224),
        Lanes = SomeLanes(20),
        Snapshot = TestFrames.Snapshot(new FrameFacts { State = RaceState.Over, Number = 50, ElapsedMs = 5014, Progress = 1000, Duplicates = 31, Steps = [.. Enumerable.Repeat((byte)255, 20)] },
            [new ChartPoint(100, 812, 11, 19, 22, 3, 81), new ChartPoint(200, 830, 11.5f, 19.5f, float.NaN, null, 164)]),
    };

    public static RaceResult Sound() => Flawed() with
    {
        Strategy = "upsert",
        Attempts = new AttemptCounts(500, 0, 3710, 0, 0, 0),
        Invariants = [Duplicates(Promise.None, Verdict.Kept, 0, 0, 0)],
        Reconciliation = new Reconciliation(500, 500, 0, 0, 0, 0),
    };

    public static InvariantResult Duplicates(Promise promise, Verdict verdict, long keys, long excess, long? live) =>
        new("duplicates", "one row per email", promise, verdict, keys, excess, live, excess == 0
            ? new OffendingRows([], [], 0)
            : new OffendingRows(["attempt", "key", "id"],
                [.. Enumerable.Range(0, (int)Math.Min(OffendingRows.Limit, keys + excess)).Select(i => (IReadOnlyList<string?>)[$"{i * 7 + 3}", $"learner-{i / 3 + 1}@example.com", $"{i + 1}"])], keys + excess));

    public static IReadOnlyList<LaneSegment> SomeLanes(int workers)
    {
        var random = new Random(4);
        var lanes = new List<LaneSegment>();
        for (var worker = 0; worker < workers; worker++)
        {
            var at = random.Next(0, 900);
            for (var attempt = 0; at < 40_000 && attempt < 30; attempt++)
            {
                var made = attempt < 2 || random.Next(3) == 0;
                var check = at + 200 + random.Next(700);
                lanes.Add(new LaneSegment(worker, 0, at, check, made ? LaneMark.None : LaneMark.Found));
                at = check;
                if (made)
                {
                    var pause = at + random.Next(20_000);
                    var insert = pause + 400 + random.Next(900);
                    lanes.Add(new LaneSegment(worker, 1, at, pause, LaneMark.None));
                    lanes.Add(new LaneSegment(worker, 2, pause, insert, random.Next(4) == 0 ? LaneMark.Created : LaneMark.Duplicate));
                    at = insert;
                }

                at += 60;
            }
        }

        return lanes;
    }
}
