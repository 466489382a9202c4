using RaceLab.Engine.Studies;

namespace RaceLab.Engine.Tests.Studies;

/// <summary>Keeps nothing.</summary>
internal sealed class NoStudies : IStudyArchive
{
    public Task SaveAsync(ArchivedStudy study, CancellationToken cancellation) => Task.CompletedTask;

    public Task<ArchivedStudy?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult<ArchivedStudy?>(null);

    public Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation) => Task.FromResult(false);
}
