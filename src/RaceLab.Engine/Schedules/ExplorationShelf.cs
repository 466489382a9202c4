using Microsoft.Extensions.Logging;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// The explorations of this lab. Forty learners who ask for the same one cause one: it runs once, for all who wait for it, is given up when the
/// last of them has left, and lies here afterwards until content changes. Thread-safe.
/// </summary>
public sealed class ExplorationShelf : IAsyncDisposable
{
    /// <summary>How many finished explorations are kept; the oldest go first.</summary>
    public const int Kept = 32;

    private readonly Lock _gate = new();
    private readonly List<SharedExploration> _shelf = [];
    private readonly Dictionary<SharedExploration, Task> _running = [];
    private readonly IExplorer _explorer;
    private readonly Catalogue _catalogue;
    private readonly TimeProvider _time;
    private readonly ILogger<ExplorationShelf> _log;
    private readonly SemaphoreSlim _places;
    private bool _closed;

    /// <summary>Makes an empty shelf.</summary>
    /// <param name="explorer">Does the work.</param>
    /// <param name="catalogue">Says when content changes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For what nobody else is told.</param>
    /// <param name="limits">How many run at once; null for the default.</param>
    public ExplorationShelf(IExplorer explorer, Catalogue catalogue, TimeProvider time, ILogger<ExplorationShelf> log, RaceLimits? limits = null)
    {
        _explorer = explorer;
        _catalogue = catalogue;
        _time = time;
        _log = log;
        _places = new SemaphoreSlim((limits ?? new RaceLimits()).ExplorationsAtOnce);
        _catalogue.Changed += Forget;
    }

    /// <summary>
    /// Asks for an exploration and returns at once: the one that is there already, under way or finished, else a new one. What failed is not kept, so
    /// asking again tries again.
    /// </summary>
    /// <param name="scenario">As it stands in content: an edited one is another.</param>
    /// <param name="strategy">One of its strategies.</param>
    /// <param name="sessions">2 or 3.</param>
    /// <returns>To be disposed when whoever asked has left.</returns>
    public ExplorationTicket Ask(Scenario scenario, Strategy strategy, int sessions)
    {
        lock (_gate)
        {
            var exploration = _shelf.Find(e => e.IsOf(scenario, strategy, sessions)) ?? Begin(scenario, strategy, sessions);
            exploration.Waiting++;
            return new ExplorationTicket(exploration, () => Leave(exploration));
        }
    }

    /// <summary>Gives up what is under way, and waits until it has ended. Repeating it does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _catalogue.Changed -= Forget;
            foreach (var exploration in _running.Keys) exploration.Stop();
            running = [.. _running.Values];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _places.Dispose();
    }

    private SharedExploration Begin(Scenario scenario, Strategy strategy, int sessions)
    {
        var exploration = new SharedExploration(scenario, strategy, sessions, _time);
        if (_closed)
        {
            exploration.End(new ExplorationEnd(null, "The lab is shutting down. Start it again, then explore."));
            return exploration;
        }

        _shelf.Add(exploration);
        _running[exploration] = Task.Run(() => RunAsync(exploration), CancellationToken.None);
        return exploration;
    }

    private void Leave(SharedExploration exploration)
    {
        lock (_gate)
        {
            if (--exploration.Waiting > 0 || exploration.Completion.IsCompleted) return;

            // Whoever asks from now on gets a new one.
            _shelf.Remove(exploration);
        }

        exploration.Stop();
    }

    /// <summary>Those under way go on for those who wait for them, but nobody joins them any more.</summary>
    private void Forget()
    {
        lock (_gate) _shelf.RemoveAll(e => !_catalogue.Scenarios.Any(s => ReferenceEquals(s, e.Scenario)));
    }

    private async Task RunAsync(SharedExploration exploration)
    {
        var end = await ExploreAsync(exploration).ConfigureAwait(false);
        lock (_gate)
        {
            _running.Remove(exploration);
            exploration.End(end);
            if (end.Explored is null) _shelf.Remove(exploration);
            var finished = _shelf.FindAll(e => e.Completion.IsCompleted);
            foreach (var old in finished.SkipLast(Kept)) _shelf.Remove(old);
        }
    }

    private async Task<ExplorationEnd> ExploreAsync(SharedExploration exploration)
    {
        try
        {
            await _places.WaitAsync(exploration.Stopping).ConfigureAwait(false);
            try
            {
                exploration.Begin();
                return new ExplorationEnd(
                    await _explorer.ExploreAsync(exploration.Scenario, exploration.Strategy, exploration.Sessions, exploration, exploration.Stopping).ConfigureAwait(false), null);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException) when (exploration.Stopping.IsCancellationRequested)
        {
            return new ExplorationEnd(null, "It was stopped before every order was tried, so nothing can be said about them.");
        }
        catch (ServerRefusedException refused)
        {
            _log.LogWarning(refused, "{Strategy} could not be explored", exploration.Strategy.Id);
            return new ExplorationEnd(null, refused.Message);
        }
        catch (Exception fault)
        {
            _log.LogError(fault, "Exploring {Strategy} ended by a fault of the lab", exploration.Strategy.Id);
            return new ExplorationEnd(null, "The lab itself failed, so nothing can be said about these orders. Its log says why; please report it.");
        }
    }
}
