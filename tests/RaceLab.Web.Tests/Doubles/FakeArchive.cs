using System.Collections.Concurrent;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>An archive in memory.</summary>
public sealed class FakeArchive : IRaceArchive, IStudyArchive
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

    private bool Delete(string id, string owner) =>
        (_races.TryGetValue(id, out var race) && race.Owner == owner && _races.TryRemove(id, out _))
        || (_studies.TryGetValue(id, out var study) && study.Owner == owner && _studies.TryRemove(id, out _));
}
