using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using RaceLab.Engine.Races;
using RaceLab.Web.Components.Races;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests;

public sealed class LiveRaceTests : LabContext
{
    [Fact(Timeout = 30_000)]
    public async Task Frames_OneAfterAnother_AreSentOnceEachAsDeltas()
    {
        var (progress, _) = await FollowAsync();
        for (var number = 1; number <= 3; number++)
        {
            progress.Publish(TestFrames.Frame(number));
            await EventuallyAsync(() => Assert.Equal(number, Sent().Count));
        }

        Assert.Equal([(0, 1), (0, 2), (0, 3)], Sent());
    }

    [Fact(Timeout = 30_000)]
    public async Task Frames_AfterAGap_AreSentAsASnapshot()
    {
        var (progress, _) = await FollowAsync();
        progress.Publish(TestFrames.Frame(1));
        await EventuallyAsync(() => Assert.Single(Sent()));
        progress.Publish(TestFrames.Frame(5));
        await EventuallyAsync(() => Assert.Equal([(0, 1), (1, 5)], Sent()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Frames_WhileTheBrowserIsBusy_WaitAndOnlyTheNewestIsSent()
    {
        var slow = View.SetupVoid("draw", _ => true);
        var (progress, _) = await FollowAsync();
        progress.Publish(TestFrames.Frame(1));
        await EventuallyAsync(() => Assert.Single(slow.Invocations));
        for (var number = 2; number <= 9; number++) progress.Publish(TestFrames.Frame(number));
        Assert.Single(slow.Invocations);
        slow.SetVoidResult();
        await EventuallyAsync(() => Assert.Equal([(0, 1), (1, 9)], slow.Invocations.Select(Read)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Frames_ThatTheBrowserDidNotAnswer_AreFollowedByASnapshot()
    {
        var lost = View.SetupVoid("draw", _ => true);
        var (progress, _) = await FollowAsync();
        progress.Publish(TestFrames.Frame(1));
        await EventuallyAsync(() => Assert.Single(lost.Invocations));
        var found = View.SetupVoid("draw", _ => true);
        found.SetVoidResult();
        lost.SetCanceled();
        await EventuallyAsync(() => Assert.Equal((1, 1), Read(Assert.Single(found.Invocations))));
    }

    [Fact(Timeout = 30_000)]
    public async Task Frames_DoNotRenderAnything()
    {
        var (progress, live) = await FollowAsync();
        progress.Entered(RaceState.Running);
        await EventuallyAsync(() => Assert.Equal(RaceState.Running, _changes.LastOrDefault()));
        var renders = live.RenderCount;
        for (var number = 1; number <= 5; number++) progress.Publish(TestFrames.Frame(number));
        await EventuallyAsync(() => Assert.Equal(5, Sent()[^1].Number));
        Assert.Equal(renders, live.RenderCount);
    }

    [Fact(Timeout = 30_000)]
    public async Task Dispose_WhenThePageIsGone_IsQuiet()
    {
        var (progress, _) = await FollowAsync();
        View.SetupVoid("draw", _ => true).SetException(new JSDisconnectedException("gone"));
        View.SetupVoid("dispose").SetException(new JSDisconnectedException("gone"));
        progress.Publish(TestFrames.Frame(1));
        await DisposeComponentsAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Record_OfAFinishedRace_IsDrawnFromItsSnapshot()
    {
        var result = TestResults.Flawed();
        await Archive.SaveAsync(new ArchivedRace("old", Me, DateTimeOffset.UnixEpoch, result), Token);
        var race = await Services.GetRequiredService<RaceFinder>().FindAsync("old", Token);
        var live = Render<LiveRace>(p => p.Add(l => l.Race, race).Add(l => l.Listing, Listing.Of(TestContent.CheckThenInsert.Program)));
        Assert.Equal((1, 50), Assert.Single(Sent()));
        Assert.Equal("31", live.Find("[data-final]").TextContent);
        Assert.Equal(2, live.FindAll(".behind tbody tr").Count);
    }

    private readonly List<RaceState> _changes = [];

    private async Task<(IRaceProgress Progress, IRenderedComponent<LiveRace> Live)> FollowAsync()
    {
        var race = StartRace();
        var progress = await Runner.Started.WaitAsync(Token);
        var live = Render<LiveRace>(p => p
            .Add(l => l.Race, ShownRace.Of(race))
            .Add(l => l.Listing, Listing.Of(TestContent.CheckThenInsert.Program))
            .Add(l => l.Changed, () => _changes.Add(race.State)));
        return (progress, live);
    }

    private List<(int Kind, int Number)> Sent() => [.. Draw.Invocations.Select(Read)];

    private static (int Kind, int Number) Read(JSRuntimeInvocation call)
    {
        var bytes = Assert.IsType<byte[]>(call.Arguments[0]);
        return (bytes[0], BitConverter.ToInt32(bytes, 4));
    }
}
