using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class RaceRegistryTests
{
    private static readonly RaceRequest Request = SmallScenario.Naive(new Workload());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Start_RunnerEnds_RaceIsOverAndKept()
    {
        var archive = new KeptRaces();
        await using var registry = Registry(new HeldRunner(held: false), archive);

        var race = registry.Start(Request, "me");
        var result = await race.Completion.WaitAsync(Cancellation);

        Assert.Equal(RaceEnd.Refused, result.End);
        Assert.Equal(RaceState.Over, race.State);
        Assert.Same(race, registry.Find(race.Id));
        await registry.DisposeAsync();
        Assert.Equal(race.Id, Assert.Single(archive.Races).Id);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_TooManyUnfinishedOfOneOwner_IsRefusedForThatOwnerOnly()
    {
        await using var registry = Registry(new HeldRunner());
        for (var i = 0; i < RaceRegistry.UnfinishedPerOwner; i++) registry.Start(Request, "me");

        Assert.Contains("not over yet", Assert.Throws<RaceRefusedException>(() => registry.Start(Request, "me")).Message, StringComparison.Ordinal);
        registry.Start(Request, "somebody else");
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_WorkloadOutOfRange_IsRefusedWithTheReason()
    {
        await using var registry = Registry(new HeldRunner());
        var refused = Assert.Throws<RaceRefusedException>(() => registry.Start(Request with { Workload = new Workload { Workers = 0 } }, "me"));
        Assert.Contains("Workers", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task TryStop_SomebodyElsesRace_ChangesNothing()
    {
        await using var registry = Registry(new HeldRunner());
        var race = registry.Start(Request, "me");

        Assert.False(registry.TryStop(race.Id, "somebody else"));
        Assert.False(race.Completion.IsCompleted);
        Assert.True(registry.TryStop(race.Id, "me"));
        await race.Completion.WaitAsync(Cancellation);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_RunnerThrows_RaceEndsWithAPlainSentence()
    {
        await using var registry = Registry(new FaultyRunner());
        var result = await registry.Start(Request, "me").Completion.WaitAsync(Cancellation);

        Assert.Equal(RaceEnd.Refused, result.End);
        Assert.DoesNotContain("secret detail", result.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Start_ArchiveIsAway_RaceIsStillOver()
    {
        await using var registry = Registry(new HeldRunner(held: false), new KeptRaces { IsAway = true });
        var race = registry.Start(Request, "me");
        await race.Completion.WaitAsync(Cancellation);
        await Assert.ThrowsAsync<ArchiveUnavailableException>(() => registry.FindArchivedAsync(race.Id, Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task DisposeAsync_RacesUnderWay_StopsThemAndRefusesMore()
    {
        var registry = Registry(new HeldRunner());
        var race = registry.Start(Request, "me");
        await registry.DisposeAsync();

        Assert.Equal(RaceState.Over, race.State);
        Assert.Throws<RaceRefusedException>(() => registry.Start(Request, "me"));
    }

    [Fact(Timeout = 30_000)]
    public async Task WaitForChangeAsync_ViewerComesLate_GetsTheNewestOnly()
    {
        var runner = new HeldRunner();
        await using var registry = Registry(runner);
        var race = registry.Start(Request, "me");
        var progress = await runner.Started.WaitAsync(Cancellation);
        for (var i = 1; i <= 50; i++) progress.Publish(new RaceFrame(i, [], () => []));

        var version = await race.WaitForChangeAsync(0, Cancellation);
        Assert.Equal(50, race.Frame!.Number);
        var next = race.WaitForChangeAsync(version, Cancellation);
        Assert.False(next.IsCompleted);
        progress.Publish(new RaceFrame(51, [], () => []));
        Assert.NotEqual(version, await next);
    }

    [Fact(Timeout = 60_000)]
    public async Task DeleteAsync_ByItsOwnerOnceItIsOver_LeavesNothingOfIt()
    {
        var archive = new KeptRaces();
        await using var registry = Registry(new HeldRunner(), archive);
        var race = registry.Start(Request, "owner");
        Assert.False(await registry.DeleteAsync(race.Id, "owner", Cancellation));
        race.Stop();
        await race.Completion.WaitAsync(Cancellation);

        Assert.False(await registry.DeleteAsync(race.Id, "somebody else", Cancellation));
        Assert.NotNull(registry.Find(race.Id));
        Assert.True(await registry.DeleteAsync(race.Id, "owner", Cancellation));
        Assert.Null(registry.Find(race.Id));
        Assert.Empty(archive.Races);
        Assert.False(await registry.DeleteAsync(race.Id, "owner", Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task DeleteAsync_ArchiveIsAway_DeletesNothing()
    {
        await using var registry = Registry(new HeldRunner(held: false), new KeptRaces { IsAway = true });
        var race = registry.Start(Request, "owner");
        await race.Completion.WaitAsync(Cancellation);
        await Assert.ThrowsAsync<ArchiveUnavailableException>(() => registry.DeleteAsync(race.Id, "owner", Cancellation));
        Assert.NotNull(registry.Find(race.Id));
    }

    private static RaceRegistry Registry(IRaceRunner runner, KeptRaces? archive = null) =>
        new(runner, archive ?? new KeptRaces(), TimeProvider.System, NullLogger<RaceRegistry>.Instance);

    /// <summary>Runs until it is stopped.</summary>
    private sealed class HeldRunner(bool held = true) : IRaceRunner
    {
        private readonly TaskCompletionSource<IRaceProgress> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IRaceProgress> Started => _started.Task;

        public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
        {
            _started.TrySetResult(progress);
            if (held) await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return RaceResults.Refused(request, DateTimeOffset.UnixEpoch, "held");
        }
    }

    private sealed class FaultyRunner : IRaceRunner
    {
        public Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop) =>
            throw new InvalidOperationException("secret detail");
    }

    private sealed class KeptRaces : IRaceArchive
    {
        public List<ArchivedRace> Races { get; } = [];

        public bool IsAway { get; init; }

        public Task SaveAsync(ArchivedRace race, CancellationToken cancellation)
        {
            RefuseIfAway();
            Races.Add(race);
            return Task.CompletedTask;
        }

        public Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation)
        {
            RefuseIfAway();
            return Task.FromResult(Races.Find(r => r.Id == id));
        }

        public Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation)
        {
            RefuseIfAway();
            return Task.FromResult(Races.RemoveAll(r => r.Id == id && r.Owner == owner) > 0);
        }

        private void RefuseIfAway()
        {
            if (IsAway) throw new ArchiveUnavailableException("The archive is away.", new TimeoutException());
        }
    }
}
