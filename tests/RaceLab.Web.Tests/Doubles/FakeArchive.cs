using System.Collections.Concurrent;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>An archive in memory.</summary>
public sealed class FakeArchive : IRaceArchive
{
    private readonly ConcurrentDictionary<string, ArchivedRace> _races = new();

    public ArchiveUnavailableException? Fault { get; set; }

    public Task SaveAsync(ArchivedRace race, CancellationToken cancellation)
    {
        if (Fault is not null) throw Fault;
        _races[race.Id] = race;
        return Task.CompletedTask;
    }

    public Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation) =>
        Fault is null ? Task.FromResult(_races.GetValueOrDefault(id)) : Task.FromException<ArchivedRace?>(Fault);
}
