using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Databases;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public sealed class ExplorationShelfTests(TestPostgres postgres) : IDisposable
{
    private static readonly RaceRequest Naive = SmallScenario.Naive(new Workload());

    private readonly FakeTimeProvider _time = new();
    private readonly EditableContent _content = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _content.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Ask_ByFortyAtOnce_RunsOnceOnTheServerAndIsKept()
    {
        var counting = new CountingExplorer(new Explorer(postgres.Lab, TimeProvider.System));
        await using var shelf = Shelf(counting);

        var tickets = Enumerable.Range(0, 40).AsParallel().Select(_ => shelf.Ask(Naive.Scenario, Naive.Strategy, 2)).ToList();
        var ends = await Task.WhenAll(tickets.Select(t => t.Exploration.Completion)).WaitAsync(Cancellation);
        tickets.ForEach(t => t.Dispose());

        Assert.Equal((6, 3), ((int)ends[0].Explored!.Orders, ends[0].Explored!.Runs));
        Assert.All(ends, e => Assert.Same(ends[0].Explored, e.Explored));
        using var later = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        Assert.True(later.Exploration.Completion.IsCompletedSuccessfully);
        Assert.Equal(1, counting.Explorations);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ask_ForAnotherNumberOfSessions_IsAnotherExploration()
    {
        await using var shelf = Shelf(new Explorer(postgres.Lab, TimeProvider.System));
        using var two = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        using var three = shelf.Ask(Naive.Scenario, Naive.Strategy, 3);

        Assert.Equal(6, (await two.Exploration.Completion.WaitAsync(Cancellation)).Explored!.Orders);
        Assert.Equal(90, (await three.Exploration.Completion.WaitAsync(Cancellation)).Explored!.Orders);
    }

    [Fact(Timeout = 60_000)]
    public async Task Dispose_OfAllTicketsButOne_GoesOnAndReportsProgress()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        var first = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        using var second = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        var run = await held.NextAsync();

        first.Dispose();
        first.Dispose();
        run.Progress!.Report(70);
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.False(run.Cancellation.IsCancellationRequested);
        Assert.Equal(70, second.Exploration.Runs);
        Assert.Equal(TimeSpan.FromSeconds(3), second.Exploration.Elapsed);
        run.End.SetException(new ServerRefusedException("enough"));
        await second.Exploration.Completion.WaitAsync(Cancellation);
    }

    [Fact(Timeout = 60_000)]
    public async Task Dispose_OfTheLastTicket_GivesUpAndTheNextWhoAsksBeginsAnew()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        var one = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        var two = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        var run = await held.NextAsync();

        one.Dispose();
        two.Dispose();

        Assert.True(run.Cancellation.IsCancellationRequested);
        Assert.Null((await one.Exploration.Completion.WaitAsync(Cancellation)).Explored);
        using var again = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        Assert.NotSame(one.Exploration, again.Exploration);
        await held.NextAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Dispose_OfTheLastTicketOnARealServer_EndsItThere()
    {
        var counting = new CountingExplorer(new Explorer(postgres.Lab, TimeProvider.System));
        await using var shelf = Shelf(counting);
        var big = SmallScenario.Locked(new Workload());
        var ticket = shelf.Ask(big.Scenario, big.Strategy, 3);
        await counting.Began.WaitAsync(Cancellation);

        ticket.Dispose();

        var end = await ticket.Exploration.Completion.WaitAsync(Cancellation);
        Assert.Null(end.Explored);
        Assert.Contains("stopped", end.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_MoreThanMayRunAtOnce_WaitsForItsTurn()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held, new RaceLimits { ExplorationsAtOnce = 1 });
        using var first = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        var run = await held.NextAsync();
        using var second = shelf.Ask(Naive.Scenario, Naive.Strategy, 3);

        Assert.False(second.Exploration.HasBegun);
        Assert.Equal(TimeSpan.Zero, second.Exploration.Elapsed);
        run.End.SetException(new ServerRefusedException("enough"));
        await held.NextAsync();
        Assert.True(second.Exploration.HasBegun);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_ServerRefuses_SaysWhyAndTriesAgainWhenAskedAgain()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        using var first = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        (await held.NextAsync()).End.SetException(new ServerRefusedException("The server is on holiday."));

        Assert.Equal("The server is on holiday.", (await first.Exploration.Completion.WaitAsync(Cancellation)).Problem);
        using var again = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        Assert.NotSame(first.Exploration, again.Exploration);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_ExplorerFails_EndsWithAPlainSentence()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        using var ticket = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        (await held.NextAsync()).End.SetException(new InvalidOperationException("secret detail"));

        var end = await ticket.Exploration.Completion.WaitAsync(Cancellation);
        Assert.Contains("The lab itself failed", end.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", end.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_ForWhatTheServerLacks_SaysWhatItLacks()
    {
        await using var shelf = Shelf(new Explorer(postgres.Lab, TimeProvider.System));
        var strategy = Naive.Strategy with { Needs = new Needs(99, []) };
        using var ticket = shelf.Ask(Naive.Scenario, strategy, 2);

        Assert.Contains("It needs PostgreSQL 99 or newer", (await ticket.Exploration.Completion.WaitAsync(Cancellation)).Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ask_ServerThatGoesAway_SaysSo()
    {
        ServerPrograms.SkipWhereThereAreNone();
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = TestPostgres.Home }, NullLogger.Instance, Cancellation);
        await using var lab = await LabServer.OpenAsync(cluster.ConnectionString, NullLoggerFactory.Instance, Cancellation);
        await using var shelf = Shelf(new Explorer(lab, TimeProvider.System));
        var big = SmallScenario.Locked(new Workload());
        using var ticket = shelf.Ask(big.Scenario, big.Strategy, 3);
        while (ticket.Exploration is { Runs: 0, Completion.IsCompleted: false }) await Task.Yield();

        await cluster.DisposeAsync();

        var end = await ticket.Exploration.Completion.WaitAsync(Cancellation);
        Assert.Null(end.Explored);
        Assert.Contains("server", end.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("The lab itself failed", end.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_AfterContentHasChanged_BeginsAnewWhileThoseWhoWaitedGoOn()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        var before = _content.Catalogue.Scenarios[0];
        using var old = shelf.Ask(before, before.Strategies[0], 2);
        var run = await held.NextAsync();
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _content.Catalogue.Changed += () => changed.TrySetResult();

        _content.Edit(text => text + "\n# edited\n");
        await changed.Task.WaitAsync(Cancellation);

        // Whoever still has the old content, another page say, does not join either: it was forgotten.
        using var stale = shelf.Ask(before, before.Strategies[0], 2);
        using var now = shelf.Ask(_content.Catalogue.Scenarios[0], _content.Catalogue.Scenarios[0].Strategies[0], 2);
        Assert.NotSame(old.Exploration, stale.Exploration);
        Assert.NotSame(old.Exploration, now.Exploration);
        Assert.False(run.Cancellation.IsCancellationRequested);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ask_ForMoreThanAreKept_ForgetsTheOldest()
    {
        var held = new HeldExplorer();
        await using var shelf = Shelf(held);
        var explored = await new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(Naive.Scenario, Naive.Strategy, 2, null, Cancellation);
        var strategies = Enumerable.Range(0, ExplorationShelf.Kept + 1).Select(i => Naive.Strategy with { Title = $"{i}" }).ToList();
        foreach (var strategy in strategies)
        {
            using var ticket = shelf.Ask(Naive.Scenario, strategy, 2);
            (await held.NextAsync()).End.SetResult(explored);
            await ticket.Exploration.Completion.WaitAsync(Cancellation);
        }

        using var last = shelf.Ask(Naive.Scenario, strategies[^1], 2);
        using var first = shelf.Ask(Naive.Scenario, strategies[0], 2);
        Assert.True(last.Exploration.Completion.IsCompleted);
        Assert.False(first.Exploration.Completion.IsCompleted);
    }

    [Fact(Timeout = 60_000)]
    public async Task DisposeAsync_ExplorationsUnderWay_StopsThemAndRefusesMore()
    {
        var shelf = Shelf(new HeldExplorer());
        using var ticket = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);

        await shelf.DisposeAsync();
        await shelf.DisposeAsync();

        Assert.True(ticket.Exploration.Completion.IsCompleted);
        using var refused = shelf.Ask(Naive.Scenario, Naive.Strategy, 2);
        Assert.Contains("shutting down", (await refused.Exploration.Completion.WaitAsync(Cancellation)).Problem, StringComparison.Ordinal);
    }

    private ExplorationShelf Shelf(IExplorer explorer, RaceLimits? limits = null) =>
        new(explorer, _content.Catalogue, _time, NullLogger<ExplorationShelf>.Instance, limits);

    private sealed class CountingExplorer(IExplorer inner) : IExplorer
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _explorations;

        public int Explorations => Volatile.Read(ref _explorations);

        public Task Began => _began.Task;

        public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _explorations);
            _began.TrySetResult();
            return inner.ExploreAsync(scenario, strategy, sessions, progress, cancellation);
        }
    }

    /// <summary>Explores nothing until the test says how it ends.</summary>
    private sealed class HeldExplorer : IExplorer
    {
        private readonly System.Threading.Channels.Channel<HeldRun> _runs = System.Threading.Channels.Channel.CreateUnbounded<HeldRun>();

        public async Task<HeldRun> NextAsync() => await _runs.Reader.ReadAsync(Cancellation);

        public async Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation)
        {
            var run = new HeldRun(progress, new TaskCompletionSource<Exploration>(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
            _runs.Writer.TryWrite(run);
            return await run.End.Task.WaitAsync(cancellation);
        }
    }

    private sealed record HeldRun(IProgress<int>? Progress, TaskCompletionSource<Exploration> End, CancellationToken Cancellation);

    /// <summary>The repository's content in a copy that a test may edit.</summary>
    private sealed class EditableContent : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("racelab-shelf-");
        private readonly string _file;

        public EditableContent()
        {
            var original = Directory.EnumerateFiles(Path.Combine(TestContent.Folder, "scenarios"), "scenario.yaml", SearchOption.AllDirectories).First();
            var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "scenarios", Path.GetFileName(Path.GetDirectoryName(original)!)));
            _file = Path.Combine(folder.FullName, "scenario.yaml");
            File.Copy(original, _file);
            Catalogue = Catalogue.Open(_folder.FullName);
        }

        public Catalogue Catalogue { get; }

        public void Edit(Func<string, string> edit) => File.WriteAllText(_file, edit(File.ReadAllText(_file)));

        public void Dispose()
        {
            Catalogue.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
