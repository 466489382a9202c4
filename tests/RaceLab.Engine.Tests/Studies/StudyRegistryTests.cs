using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Studies;

public sealed class StudyRegistryTests
{
    private static readonly RaceRequest Request = SmallScenario.Naive(new Workload());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Start_AllRacesEnd_RanAloneOneAfterAnotherAndIsKept()
    {
        var (runner, archive) = (new ScriptedRunner(), new KeptStudies());
        await using var registry = Registry(runner, archive);
        var study = registry.Start(Plan(3), "me");
        var record = await study.Completion.WaitAsync(Cancellation);

        Assert.Equal((StudyEnd.Finished, 3), (record.End, record.Races.Count));
        Assert.Equal([1, 2, 3], record.Races.Select(r => r.Round));
        Assert.Equal([101L, 102, 103], runner.Asked.Select(r => r.Workload.Seed));
        Assert.All(runner.Asked, r => Assert.True(r.Alone));
        Assert.Equal(1, runner.MostAtOnce);
        Assert.Null(study.Now);
        await registry.DisposeAsync();
        var kept = Assert.Single(archive.Studies.Values);
        Assert.Equal((study.Id, "me", "test", StudyEnd.Finished), (kept.Id, kept.Owner, kept.Kind, kept.Ended));
        Assert.Contains(Request.Strategy.Title, kept.Words, StringComparison.Ordinal);
        Assert.Equal(record.ToJson(), StudyRecord.Read(kept.Document).ToJson());
    }

    [Fact(Timeout = 30_000)]
    public async Task TryStop_OwnerOnly_TheRaceUnderWayIsNotCounted()
    {
        var runner = new ScriptedRunner { HeldFrom = 2 };
        await using var registry = Registry(runner);
        var study = registry.Start(Plan(3), "me");
        await runner.Holding.WaitAsync(Cancellation);
        Assert.Equal(1, study.Now!.Number);

        Assert.False(registry.TryStop(study.Id, "somebody else"));
        Assert.False(study.IsStopping);
        Assert.True(registry.TryStop(study.Id, "me"));
        var record = await study.Completion.WaitAsync(Cancellation);
        Assert.Equal((StudyEnd.Stopped, 1), (record.End, record.Races.Count));
        Assert.Contains("after 1 of 3", record.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_SecondOfOneOwner_IsRefusedUntilTheFirstIsOver()
    {
        var runner = new ScriptedRunner { HeldFrom = 1 };
        await using var registry = Registry(runner);
        var first = registry.Start(Plan(1), "me");
        Assert.Contains("not over yet", Assert.Throws<RaceRefusedException>(() => registry.Start(Plan(1), "me")).Message, StringComparison.Ordinal);
        registry.Start(Plan(1), "somebody else");
        first.Stop();
        await first.Completion.WaitAsync(Cancellation);
        registry.Start(Plan(1), "me");
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_RaceAfterRaceGivesNoVerdict_EndsAndSaysWhy()
    {
        await using var registry = Registry(new ScriptedRunner { RefusedFrom = 2 });
        var record = await registry.Start(Plan(9), "me").Completion.WaitAsync(Cancellation);
        Assert.Equal((StudyEnd.Failed, 1 + StudyRegistry.FailuresInARow), (record.End, record.Races.Count));
        Assert.Contains("no such server", record.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_TooLongOrOutOfRange_IsRefusedWithTheReason()
    {
        await using var registry = Registry(new ScriptedRunner());
        string Refusal(StudyPlan plan) => Assert.Throws<RaceRefusedException>(() => registry.Start(plan, "me")).Message;
        Assert.Contains("Workers", Refusal(Plan(2, new Workload { Workers = 0 })), StringComparison.Ordinal);
        Assert.Contains("minutes", Refusal(Plan(20, new Workload { Duration = TimeSpan.FromMinutes(2) })), StringComparison.Ordinal);
        Assert.Contains("at most 400", Refusal(Plan(401, new Workload { Duration = TimeSpan.FromSeconds(1) })), StringComparison.Ordinal);
        Assert.Contains("nothing to race", Refusal(Plan(0)), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task DisposeAsync_StudyUnderWay_StopsIt()
    {
        var registry = Registry(new ScriptedRunner { HeldFrom = 1 }, new KeptStudies { IsAway = true });
        var study = registry.Start(Plan(1), "me");
        await registry.DisposeAsync();
        Assert.Equal(StudyEnd.Stopped, (await study.Completion).End);
        Assert.Throws<RaceRefusedException>(() => registry.Start(Plan(1), "me"));
    }

    private static StudyPlan Plan(int races, Workload? workload = null)
    {
        workload ??= new Workload();
        return new StudyPlan
        {
            Kind = "test",
            Scenario = Request.Scenario,
            Strategies = [Request.Strategy],
            Workload = workload,
            Choices = new Dictionary<string, string>(),
            Races = [.. Enumerable.Range(1, races).Select(i => new PlannedRace(i, Request.Strategy, workload with { Seed = 100 + i }))],
        };
    }

    private static StudyRegistry Registry(IRaceRunner runner, KeptStudies? archive = null) =>
        new(runner, archive ?? new KeptStudies(), TimeProvider.System, NullLogger<StudyRegistry>.Instance);

    private sealed class ScriptedRunner : IRaceRunner
    {
        private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _now;

        public List<RaceRequest> Asked { get; } = [];

        public int MostAtOnce { get; private set; }

        public int HeldFrom { get; init; } = int.MaxValue;

        public int RefusedFrom { get; init; } = int.MaxValue;

        public Task Holding => _holding.Task;

        public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
        {
            var number = 0;
            lock (Asked)
            {
                Asked.Add(request);
                number = Asked.Count;
                MostAtOnce = Math.Max(MostAtOnce, ++_now);
            }

            progress.Queued(1);
            progress.Entered(RaceState.Running);
            if (number >= HeldFrom)
            {
                _holding.TrySetResult();
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            lock (Asked) _now--;
            var refused = RaceResults.Refused(request, DateTimeOffset.UnixEpoch, "no such server");
            return number >= RefusedFrom ? refused : refused with { End = RaceEnd.Finished, Problem = null, Attempts = new AttemptCounts(1, 0, 0, 0, 0, 0) };
        }
    }

    private sealed class KeptStudies : IStudyArchive
    {
        public ConcurrentDictionary<string, ArchivedStudy> Studies { get; } = [];

        public bool IsAway { get; init; }

        public Task SaveAsync(ArchivedStudy study, CancellationToken cancellation)
        {
            if (IsAway) throw new ArchiveUnavailableException("The archive is away.", new TimeoutException());
            Studies[study.Id] = study;
            return Task.CompletedTask;
        }

        public Task<ArchivedStudy?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult(Studies.GetValueOrDefault(id));

        public Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation) =>
            Task.FromResult(Studies.TryGetValue(id, out var study) && study.Owner == owner && Studies.TryRemove(id, out _));
    }
}
