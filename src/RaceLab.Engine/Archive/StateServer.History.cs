using System.Text.Json;
using Dapper;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Archive;

/// <content>The list of what is kept, and the limits on it.</content>
public sealed partial class StateServer : IHistory
{
    /// <summary>
    /// Summaries are computed by the server from the records, for those that older labs have kept too. Their names are those of <see cref="RaceSummary"/> and <see cref="StudySummary"/>.
    /// </summary>
    private const string HistoryMigration =
        """
        CREATE FUNCTION racelab.summary_of(result jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT jsonb_build_object(
                'workload', result -> 'workload',
                'end', result -> 'end',
                'verdict', CASE
                    WHEN NOT result @? '$.invariants[*]' THEN 'none'
                    WHEN result @? '$.invariants[*] ? (@.verdict == "broken")' THEN 'broken'
                    WHEN result @? '$.invariants[*] ? (@.verdict == "kept" && @.promise == "some")' THEN 'shown'
                    WHEN result @? '$.invariants[*] ? (@.verdict == "notShown")' THEN 'notShown'
                    ELSE 'kept' END,
                'invariants', (SELECT coalesce(jsonb_agg(i - 'offenders' ORDER BY place), '[]') FROM jsonb_array_elements(result -> 'invariants') WITH ORDINALITY AS e (i, place)),
                'attempts', result -> 'attempts',
                'attemptsPerSecond', result -> 'attemptsPerSecond',
                'latency', result -> 'latency',
                'findable', concat_ws(' ',
                    (SELECT string_agg(concat_ws(' ', r ->> 'sqlState', r ->> 'constraint'), ' ') FROM jsonb_array_elements(result -> 'rejections') AS r),
                    (SELECT string_agg(i ->> 'name', ' ') FROM jsonb_array_elements(result -> 'invariants') AS i WHERE (i ->> 'excess')::bigint > 0)))
        $$;
        CREATE FUNCTION racelab.study_summary_of(document jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT jsonb_build_object(
                'workload', document -> 'workload',
                'strategies', (SELECT coalesce(jsonb_agg(s -> 'id' ORDER BY place), '[]') FROM jsonb_array_elements(document -> 'strategies') WITH ORDINALITY AS e (s, place)),
                'races', jsonb_array_length(document -> 'races'),
                'planned', document -> 'planned')
        $$;
        ALTER TABLE racelab.races
            ADD COLUMN summary jsonb NOT NULL GENERATED ALWAYS AS (racelab.summary_of(result)) STORED,
            ADD COLUMN bytes bigint NOT NULL GENERATED ALWAYS AS (octet_length(result::text) + octet_length(snapshot)) STORED;
        ALTER TABLE racelab.studies
            ADD COLUMN summary jsonb NOT NULL GENERATED ALWAYS AS (racelab.study_summary_of(document)) STORED,
            ADD COLUMN bytes bigint NOT NULL GENERATED ALWAYS AS (octet_length(document::text)) STORED;
        DROP INDEX racelab.races_created_at, racelab.races_owner_created_at, racelab.studies_created_at, racelab.studies_owner_created_at;
        CREATE INDEX studies_newest ON racelab.studies (created_at DESC, id DESC) INCLUDE (bytes);
        CREATE INDEX studies_newest_of_owner ON racelab.studies (owner, created_at DESC, id DESC);
        CREATE INDEX races_newest ON racelab.races (created_at DESC, id DESC) INCLUDE (bytes);
        CREATE INDEX races_newest_of_owner ON racelab.races (owner, created_at DESC, id DESC);
        CREATE VIEW racelab.history AS
            SELECT id, 'race'::text AS kind, owner, created_at, scenario, strategy, ''::text AS words, ended, summary, bytes FROM racelab.races
            UNION ALL
            SELECT id, kind, owner, created_at, scenario, '', words, ended, summary, bytes FROM racelab.studies;
        """;

    /// <summary>What is beyond a limit goes, the oldest first. The age is counted from what is being kept, so that it does not depend on two clocks.</summary>
    private const string Prune =
        """
        WITH ranked AS (
            SELECT id, created_at, row_number() OVER newest AS place, sum(bytes) OVER newest AS total FROM racelab.history
            WINDOW newest AS (ORDER BY created_at DESC, id DESC ROWS UNBOUNDED PRECEDING)),
        beyond AS (
            SELECT id FROM ranked WHERE place > @Entries OR total > @Bytes OR created_at < @CreatedAt - make_interval(days => @Days)),
        studies AS (
            DELETE FROM racelab.studies WHERE id IN (SELECT id FROM beyond))
        DELETE FROM racelab.races WHERE id IN (SELECT id FROM beyond)
        """;

    /// <inheritdoc/>
    public HistoryLimits Limits { get; }

    /// <inheritdoc/>
    public Task<HistoryList> ListAsync(HistoryQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var asked = new
        {
            query.Owner,
            Verdict = query.Verdict is { } verdict ? JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString()) : null,
            From = query.From?.UtcDateTime,
            Until = query.Until?.UtcDateTime,
            AfterTime = query.After?.CreatedAt.UtcDateTime,
            AfterId = query.After?.Id,
            Words = JsonSerializer.Serialize(query.Words.Select(w => new { like = Pattern(w.Text), titled = w.Titled })),
            Most = HistoryQuery.PageSize + 1,
        };
        return AskAsync(
            async connection =>
            {
                // One command, hence one snapshot: the sums are of the same moment as the list.
                using var answers = await connection.QueryMultipleAsync(new CommandDefinition(
                    """
                    SELECT id, kind, created_at AS CreatedAt, scenario, strategy, ended, summary::text AS summary
                    FROM racelab.history AS entry
                    WHERE owner = @Owner
                      AND (@Verdict::text IS NULL OR summary ->> 'verdict' = @Verdict)
                      AND (@From::timestamptz IS NULL OR created_at >= @From)
                      AND (@Until::timestamptz IS NULL OR created_at < @Until)
                      AND (@AfterId::text IS NULL OR (created_at, id) < (@AfterTime::timestamptz, @AfterId))
                      AND NOT EXISTS (
                        SELECT FROM jsonb_to_recordset(@Words::jsonb) AS word ("like" text, titled jsonb)
                        WHERE concat_ws(' ', kind, scenario, strategy, words, ended, summary ->> 'verdict', summary ->> 'findable') NOT ILIKE word."like"
                          AND NOT word.titled @> to_jsonb(scenario || '/' || strategy))
                    ORDER BY created_at DESC, id DESC LIMIT @Most;
                    SELECT count(*) AS entries, coalesce(sum(bytes), 0)::bigint AS bytes FROM racelab.history WHERE owner = @Owner
                    """,
                    asked, cancellationToken: cancellation)).ConfigureAwait(false);
                var rows = (await answers.ReadAsync<HistoryRow>().ConfigureAwait(false)).AsList();
                var (entries, bytes) = await answers.ReadSingleAsync<(long Entries, long Bytes)>().ConfigureAwait(false);
                var shown = rows.Take(HistoryQuery.PageSize).Select(r => r.ToEntry()).ToList();
                var next = rows.Count > shown.Count ? new HistoryPlace(shown[^1].CreatedAt, shown[^1].Id) : null;
                return new HistoryList(shown, next, entries, bytes);
            },
            "What is kept cannot be listed just now.", cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation) =>
        await AskAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM racelab.races WHERE id = @id AND owner = @owner; DELETE FROM racelab.studies WHERE id = @id AND owner = @owner",
                new { id, owner }, cancellationToken: cancellation)),
            "It could not be deleted.", cancellation).ConfigureAwait(false) > 0;

    /// <summary>Keeps a row, and then no more than the limits say.</summary>
    private Task<int> KeepAsync(string insert, object row, string consequence, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters(row);
        parameters.AddDynamicParams(new { Limits.Entries, Limits.Days, Bytes = Limits.Megabytes * 1_000_000L });
        return AskAsync(connection => connection.ExecuteAsync(new CommandDefinition($"{insert};\n{Prune}", parameters, cancellationToken: cancellation)), consequence, cancellation);
    }

    /// <summary>A word as LIKE looks for it anywhere: its own percent signs and underlines mean themselves.</summary>
    private static string Pattern(string word) =>
        $"%{word.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    private sealed record HistoryRow
    {
        public string Id { get; init; } = "";

        public string Kind { get; init; } = "";

        public DateTime CreatedAt { get; init; }

        public string Scenario { get; init; } = "";

        public string Strategy { get; init; } = "";

        public string Ended { get; init; } = "";

        public string Summary { get; init; } = "";

        public HistoryEntry ToEntry() => new(
            Id, Kind, new DateTimeOffset(CreatedAt, TimeSpan.Zero), Scenario, Strategy, Ended,
            Kind == HistoryEntry.RaceKind ? Read<RaceSummary>() : null,
            Kind == HistoryEntry.RaceKind ? null : Read<StudySummary>());

        private T Read<T>() => JsonSerializer.Deserialize<T>(Summary, RaceJson.Options) ?? throw new InvalidDataException($"The summary of {Id} is empty.");
    }
}
