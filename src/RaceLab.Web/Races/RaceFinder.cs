using System.Collections.Concurrent;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>
/// Finds the race of a permalink, wherever it is kept. The records that were fetched last are remembered, so that a page that was
/// rendered on the server does not blink when its circuit takes over. Thread-safe.
/// </summary>
public sealed class RaceFinder(RaceRegistry registry, Catalogue catalogue)
{
    private const int Remembered = 16;
    private readonly ConcurrentDictionary<string, ArchivedRace> _fetched = new();
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>The race, or null where nobody knows it.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    public async ValueTask<ShownRace?> FindAsync(string id, CancellationToken cancellation)
    {
        if (registry.Find(id) is { } race) return ShownRace.Of(race);
        if (!_fetched.TryGetValue(id, out var record))
        {
            record = await registry.FindArchivedAsync(id, cancellation);
            if (record is null) return null;
            if (_fetched.TryAdd(id, record)) _order.Enqueue(id);
            while (_order.Count > Remembered && _order.TryDequeue(out var oldest)) _fetched.TryRemove(oldest, out _);
        }

        var scenario = catalogue.Find(record.Result.Scenario);
        return new ShownRace(
            record.Id, record.Owner, record.Result.Scenario, record.Result.Strategy, scenario, scenario?.FindStrategy(record.Result.Strategy),
            record.Result.Workload, null, record.Result);
    }

    /// <summary>Deletes a race that is over, for its owner, wherever it is kept.</summary>
    /// <returns>False where there is no such race, it is not over, or it belongs to somebody else; then nothing was deleted.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now; nothing was deleted.</exception>
    public async Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation)
    {
        if (!await registry.DeleteAsync(id, owner, cancellation)) return false;
        _fetched.TryRemove(id, out _);
        return true;
    }
}

/// <summary>A race that the page shows: one of the registry's, or only its record.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="Owner">The token of whoever started it.</param>
/// <param name="ScenarioId">The scenario's id.</param>
/// <param name="StrategyId">The strategy's id.</param>
/// <param name="Scenario">As it was raced or, for a record, as it is now; null where content has it no longer.</param>
/// <param name="Strategy">Likewise.</param>
/// <param name="Workload">What was asked for.</param>
/// <param name="Live">The registry's race; null for a record.</param>
/// <param name="Record">For a record: how it ended.</param>
public sealed record ShownRace(
    string Id, string Owner, string ScenarioId, string StrategyId, Scenario? Scenario, Strategy? Strategy, Workload Workload, Race? Live, RaceResult? Record)
{
    /// <summary>Where it is in its life.</summary>
    public RaceState State => Live?.State ?? RaceState.Over;

    /// <summary>How it ended, once it is over.</summary>
    public RaceResult? Result => Live is null ? Record : Live.Result;

    /// <summary>Whether it is still under way.</summary>
    public bool IsUnderWay => State != RaceState.Over;

    /// <summary>A race of the registry.</summary>
    public static ShownRace Of(Race race)
    {
        ArgumentNullException.ThrowIfNull(race);
        var request = race.Request;
        return new ShownRace(race.Id, race.Owner, request.Scenario.Id, request.Strategy.Id, request.Scenario, request.Strategy, request.Workload, race, null);
    }
}
