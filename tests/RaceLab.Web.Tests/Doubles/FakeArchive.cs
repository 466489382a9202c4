using System.Collections.Concurrent;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>An archive in memory.</summary>
public sealed class FakeArchive : IRaceArchive, IStudyArchive, IHistory
{
    private readonly ConcurrentDictionary<string, ArchivedRace> _races = new();
    private readonly ConcurrentDictionary<string, ArchivedStudy> _studies = new();

    public ArchiveUnavailableException? Fault { get; set; }

    public Task SaveAsync(ArchivedRace race, CancellationToken cancellation)
    {
        if (Fault is not null) throw Fault;
        _races[race.Id] = race;
        return Task.CompletedTask;
    }

    public Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation) =>
        Fault is null ? Task.FromResult(_races.GetValueOrDefault(id)) : Task.FromException<ArchivedRace?>(Fault);

    public Task SaveAsync(ArchivedStudy study, CancellationToken cancellation)
    {
        if (Fault is not null) throw Fault;
        _studies[study.Id] = study;
        return Task.CompletedTask;
    }

    Task<ArchivedStudy?> IStudyArchive.FindAsync(string id, CancellationToken cancellation) =>
        Fault is null ? Task.FromResult(_studies.GetValueOrDefault(id)) : Task.FromException<ArchivedStudy?>(Fault);

    public Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation) =>
        Fault is null ? Task.FromResult(Delete(id, owner)) : Task.FromException<bool>(Fault);

    public HistoryLimits Limits { get; } = HistoryLimits.Default;

    /// <summary>What was asked last.</summary>
    public HistoryQuery? Asked { get; private set; }

    /// <summary>Races only, by owner only: what a search finds is the real server's affair.</summary>
    public Task<HistoryList> ListAsync(HistoryQuery query, CancellationToken cancellation)
    {
        Asked = query;
        if (Fault is not null) return Task.FromException<HistoryList>(Fault);
        var own = _races.Values.Where(r => r.Owner == query.Owner).OrderByDescending(r => r.CreatedAt).Select(Entry).ToList();
        return Task.FromResult(new HistoryList(own, null, own.Count, 1500 * own.Count));
    }

    private static HistoryEntry Entry(ArchivedRace race) => new(race.Id, HistoryEntry.RaceKind, race.CreatedAt, race.Result.Scenario, race.Result.Strategy, "finished", new RaceSummary
    {
        Workload = race.Result.Workload,
        End = race.Result.End,
        Verdict = race.Result.Invariants.Any(i => i.Excess > 0) ? HistoryVerdict.Shown : HistoryVerdict.Kept,
        Invariants = [.. race.Result.Invariants.Select(i => new InvariantSummary(i.Name, i.Promise, i.Verdict, i.Violations, i.Excess))],
        Attempts = race.Result.Attempts,
        AttemptsPerSecond = race.Result.AttemptsPerSecond,
        Latency = race.Result.Latency,
    }, null);

    private bool Delete(string id, string owner) =>
        (_races.TryGetValue(id, out var race) && race.Owner == owner && _races.TryRemove(id, out _))
        || (_studies.TryGetValue(id, out var study) && study.Owner == owner && _studies.TryRemove(id, out _));
}
