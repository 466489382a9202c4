using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>Keeps the records of finished studies.</summary>
public interface IStudyArchive
{
    /// <summary>Keeps a study.</summary>
    /// <exception cref="ArchiveUnavailableException">It could not be kept.</exception>
    Task SaveAsync(ArchivedStudy study, CancellationToken cancellation);

    /// <summary>The study of that id, or null.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    Task<ArchivedStudy?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Deletes a study for its owner.</summary>
    /// <returns>False where there is no such study, or it belongs to somebody else.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation);
}

/// <summary>A finished study as it is kept.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="Owner">The token of whoever started it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Kind">As in <see cref="StudyPlan.Kind"/>.</param>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Words">What it is found by (<see cref="StudyRecord.Words"/>).</param>
/// <param name="Ended">How it ended.</param>
/// <param name="Document">Its <see cref="StudyRecord"/> as JSON.</param>
public sealed record ArchivedStudy(
    string Id, string Owner, DateTimeOffset CreatedAt, string Kind, string Scenario, string Words, StudyEnd Ended, string Document);
