using Dapper;
using RaceLab.Engine.Studies;

namespace RaceLab.Engine.Archive;

public sealed partial class StateServer : IStudyArchive
{
    /// <inheritdoc/>
    public Task SaveAsync(ArchivedStudy study, CancellationToken cancellation) => KeepAsync(
        """
        INSERT INTO racelab.studies (id, owner, created_at, kind, scenario, words, ended, document)
        VALUES (@Id, @Owner, @CreatedAt, @Kind, @Scenario, @Words, @Ended, @Document::jsonb)
        ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, document = excluded.document
        """,
        new
        {
            study.Id,
            study.Owner,
            CreatedAt = study.CreatedAt.UtcDateTime,
            study.Kind,
            study.Scenario,
            study.Words,
            Ended = WordFor(study.Ended),
            study.Document,
        },
        "The study could not be kept.", cancellation);

    /// <inheritdoc/>
    async Task<ArchivedStudy?> IStudyArchive.FindAsync(string id, CancellationToken cancellation)
    {
        var row = await AskAsync(
            connection => connection.QuerySingleOrDefaultAsync<StudyRow>(new CommandDefinition(
                "SELECT id, owner, created_at AS CreatedAt, kind, scenario, words, ended, document::text AS document FROM racelab.studies WHERE id = @id",
                new { id }, cancellationToken: cancellation)),
            "Finished studies cannot be looked up just now.", cancellation).ConfigureAwait(false);
        return row is null
            ? null
            : new ArchivedStudy(row.Id, row.Owner, new DateTimeOffset(row.CreatedAt, TimeSpan.Zero), row.Kind, row.Scenario, row.Words, EndFor(row.Ended), row.Document);
    }

    private static string WordFor(StudyEnd end) => end switch
    {
        StudyEnd.Finished => "finished",
        StudyEnd.Stopped => "stopped",
        StudyEnd.OutOfTime => "outOfTime",
        _ => "failed",
    };

    private static StudyEnd EndFor(string word) => Enum.GetValues<StudyEnd>().First(e => WordFor(e) == word);

    private sealed record StudyRow
    {
        public string Id { get; init; } = "";

        public string Owner { get; init; } = "";

        public DateTime CreatedAt { get; init; }

        public string Kind { get; init; } = "";

        public string Scenario { get; init; } = "";

        public string Words { get; init; } = "";

        public string Ended { get; init; } = "";

        public string Document { get; init; } = "";
    }
}
