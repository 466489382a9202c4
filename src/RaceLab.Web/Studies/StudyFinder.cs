using System.Collections.Concurrent;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Studies;

/// <summary>
/// Finds the study of a permalink, wherever it is kept. The records that were fetched last are remembered, so that a page that was rendered on the server does
/// not blink when its circuit takes over. Thread-safe.
/// </summary>
public sealed class StudyFinder(StudyRegistry registry)
{
    private const int Remembered = 16;
    private readonly ConcurrentDictionary<string, ShownStudy> _fetched = new();
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>The study, or null where nobody knows it, or it is of another kind.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    /// <exception cref="InvalidDataException">What was kept of it cannot be read.</exception>
    public async ValueTask<ShownStudy?> FindAsync(string id, string kind, CancellationToken cancellation)
    {
        var shown = registry.Find(id) is { } live ? ShownStudy.Of(live) : await FetchAsync(id, cancellation);
        return shown?.Record.Kind == kind ? shown : null;
    }

    /// <summary>Deletes a study that is over, for its owner, wherever it is kept.</summary>
    /// <returns>False where there is no such study, it is not over, or it belongs to somebody else; then nothing was deleted.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now; nothing was deleted.</exception>
    public async Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation)
    {
        if (!await registry.DeleteAsync(id, owner, cancellation)) return false;
        _fetched.TryRemove(id, out _);
        return true;
    }

    private async ValueTask<ShownStudy?> FetchAsync(string id, CancellationToken cancellation)
    {
        if (_fetched.TryGetValue(id, out var known)) return known;
        if (await registry.FindArchivedAsync(id, cancellation) is not { } kept) return null;
        var shown = new ShownStudy(kept.Id, kept.Owner, kept.CreatedAt, null, StudyRecord.Read(kept.Document));
        if (_fetched.TryAdd(id, shown)) _order.Enqueue(id);
        while (_order.Count > Remembered && _order.TryDequeue(out var oldest)) _fetched.TryRemove(oldest, out _);
        return shown;
    }
}

/// <summary>A study that a page shows: one of the registry's, or only its record.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="Owner">The token of whoever started it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Live">The registry's study; null for a record.</param>
/// <param name="Kept">For a record: what is known of it.</param>
public sealed record ShownStudy(string Id, string Owner, DateTimeOffset CreatedAt, Study? Live, StudyRecord? Kept)
{
    /// <summary>What is known of it just now.</summary>
    public StudyRecord Record => Live?.Record ?? Kept!;

    /// <summary>Whether it is still under way.</summary>
    public bool IsUnderWay => Record.End is null;

    /// <summary>A study of the registry.</summary>
    public static ShownStudy Of(Study study)
    {
        ArgumentNullException.ThrowIfNull(study);
        return new ShownStudy(study.Id, study.Owner, study.CreatedAt, study, null);
    }
}
