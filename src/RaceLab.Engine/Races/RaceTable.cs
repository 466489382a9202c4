using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Races;

/// <summary>
/// The race's own tables, built before it and asked after it, always as the race's restricted role: what that role can write is never
/// read as anybody mightier.
/// </summary>
internal sealed class RaceTable
{
    private const string CopyAttempts =
        "COPY attempts (attempt, worker, delivery, key, said, retries, sqlstate, constraint_name, started_us, ended_us) FROM STDIN (FORMAT binary)";

    private const string OfRows = "the query 'rows'";
    private const string OfAttempts = "the lab's own table 'attempts', which no other may use or change";
    private const int MostRowsOfAKey = 100;
    private const int MostDoubledRows = 5000;

    private readonly RaceRequest _request;
    private readonly NpgsqlConnection _connection;
    private readonly List<string> _tables = [];
    private readonly HashSet<long> _made = [];

    /// <param name="request">Whose tables.</param>
    /// <param name="connection">Open, as the race's role; stays the caller's.</param>
    public RaceTable(RaceRequest request, NpgsqlConnection connection)
    {
        _request = request;
        _connection = connection;
    }

    /// <summary>Attempts that have rows, as <see cref="ReconcileAsync"/> found them.</summary>
    public IReadOnlySet<long> Made => _made;

    /// <summary>Builds the schema and the strategy's setup in an empty database.</summary>
    /// <exception cref="StatementRefusedException">The server refuses one of content's statements; so do all others here.</exception>
    public async Task BuildAsync(CancellationToken cancellation)
    {
        await RunAsync("the schema", _request.Scenario.Schema, cancellation).ConfigureAwait(false);
        await RunAsync(OfAttempts, AttemptsTable.Sql, cancellation).ConfigureAwait(false);
        if (_request.Scenario.KeyRows is { } rows)
        {
            await RunAsync("the statement 'for each key'", async () =>
            {
                await KeyRowsWriter.WriteAsync(_connection, rows, _request.Scenario.Key, _request.Workload.Keys, cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
        }

        if (_request.Strategy.Setup is { } setup && !string.IsNullOrWhiteSpace(setup)) await RunAsync($"the setup of '{_request.Strategy.Id}'", setup, cancellation).ConfigureAwait(false);
        await LearnTablesAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts the tables back to where <see cref="BuildAsync"/> left them: emptied, sequences included, or, where they had rows at the start,
    /// dropped and built again. Whether that is all that there is to put back, the caller must know.
    /// </summary>
    public async Task ResetAsync(bool buildAgain, CancellationToken cancellation)
    {
        await RunAsync("the emptying of the tables", $"{(buildAgain ? "DROP TABLE" : "TRUNCATE")} {string.Join(", ", _tables)}{(buildAgain ? "" : " RESTART IDENTITY")} CASCADE", cancellation).ConfigureAwait(false);
        if (buildAgain) await BuildAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>How many rows there are, those that were there before included.</summary>
    public Task<long> CountRowsAsync(CancellationToken cancellation) => RunAsync(OfRows, async () =>
    {
        await using var command = new NpgsqlCommand($"SELECT count(*)::bigint FROM (\n{_request.Scenario.Rows}\n) AS made", _connection);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }, cancellation);

    /// <summary>Copies the attempts into the database, so that invariants may read them.</summary>
    public Task WriteAttemptsAsync(IReadOnlyList<AttemptRecord> attempts, IReadOnlyList<SqlError> rejections, CancellationToken cancellation) =>
        RunAsync(OfAttempts, () => CopyAttemptsAsync(attempts, rejections, cancellation), cancellation);

    private async Task<ulong> CopyAttemptsAsync(IReadOnlyList<AttemptRecord> attempts, IReadOnlyList<SqlError> rejections, CancellationToken cancellation)
    {
        await using var copy = await _connection.BeginBinaryImportAsync(CopyAttempts, cancellation).ConfigureAwait(false);
        foreach (var (number, worker, ended) in attempts)
        {
            await copy.StartRowAsync(cancellation).ConfigureAwait(false);
            await copy.WriteAsync(number, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
            await copy.WriteAsync(worker, NpgsqlDbType.Integer, cancellation).ConfigureAwait(false);
            await copy.WriteAsync((int)ended.Delivery, NpgsqlDbType.Integer, cancellation).ConfigureAwait(false);
            await copy.WriteAsync(_request.Scenario.Key.For(ended.Key), NpgsqlDbType.Text, cancellation).ConfigureAwait(false);
            await copy.WriteAsync(WordFor(ended.Outcome), NpgsqlDbType.Text, cancellation).ConfigureAwait(false);
            await copy.WriteAsync((int)ended.Count, NpgsqlDbType.Integer, cancellation).ConfigureAwait(false);
            var rejection = ended.Rejection > 0 ? rejections[ended.Rejection - 1] : (SqlError?)null;
            await WriteTextAsync(rejection?.SqlState).ConfigureAwait(false);
            await WriteTextAsync(rejection?.Constraint).ConfigureAwait(false);
            await copy.WriteAsync(ended.Start / TimeSpan.TicksPerMicrosecond, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
            await copy.WriteAsync(ended.End / TimeSpan.TicksPerMicrosecond, NpgsqlDbType.Bigint, cancellation).ConfigureAwait(false);
        }

        return await copy.CompleteAsync(cancellation).ConfigureAwait(false);

        Task WriteTextAsync(string? text) =>
            text is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(text, NpgsqlDbType.Text, cancellation);
    }

    /// <summary>Asks every invariant.</summary>
    public async Task<IReadOnlyList<InvariantResult>> AskInvariantsAsync(long extraCreations, CancellationToken cancellation)
    {
        var results = new List<InvariantResult>();
        foreach (var invariant in _request.Scenario.Invariants)
        {
            var whose = $"the invariant '{invariant.Name}'";
            var (violations, excess) = await RunAsync(whose, () => CountAsync(invariant, cancellation), cancellation).ConfigureAwait(false);
            var promise = _request.Strategy.Promises[invariant.Name];
            results.Add(new InvariantResult(
                invariant.Name,
                invariant.Title,
                promise,
                VerdictOf(promise, violations),
                violations,
                excess,
                invariant.Live == LiveCount.ExtraCreations ? extraCreations : null,
                violations == 0
                    ? new OffendingRows([], [], 0)
                    : await RunAsync($"{OfRows} of the keys that violate {whose}", () => OffendersAsync(invariant, cancellation), cancellation).ConfigureAwait(false)));
        }

        return results;
    }

    /// <summary>Compares what callers were told with the rows that are there.</summary>
    public async Task<Reconciliation> ReconcileAsync(IReadOnlyList<AttemptRecord> attempts, CancellationToken cancellation)
    {
        var told = new Dictionary<long, RaceEvent>(attempts.Count);
        foreach (var attempt in attempts) told[attempt.Number] = attempt.Ended;
        var (rows, unacknowledged) = await RunAsync(OfRows, () => ReadMadeAsync(told, cancellation), cancellation).ConfigureAwait(false);
        long acknowledged = 0, missing = 0, unknown = 0, unknownWithRow = 0;
        foreach (var attempt in attempts)
        {
            if (attempt.Ended.Outcome == Outcome.Created)
            {
                acknowledged++;
                if (!_made.Contains(attempt.Number)) missing++;
            }
            else if (attempt.Ended.IsOpen)
            {
                unknown++;
                if (_made.Contains(attempt.Number)) unknownWithRow++;
            }
        }

        return new Reconciliation(acknowledged, rows, unknown, unknownWithRow, missing, unacknowledged);
    }

    /// <summary>Keys that violate an invariant and have more rows than one, with the attempts of those rows: the first keys, and the first rows of each.</summary>
    /// <param name="invariants">What came of them; the first one that has such keys is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The keys, and how many there are in all.</returns>
    public async Task<(IReadOnlyList<DoubledKey> Keys, long InAll)> AskDoubledKeysAsync(IReadOnlyList<InvariantResult> invariants, CancellationToken cancellation)
    {
        // Only where content says that a second creation is one too many: elsewhere a key may well have many rows.
        foreach (var violated in invariants.Where(i => i.Violations > 0 && i.Live is not null))
        {
            var query = _request.Scenario.Invariants.First(i => i.Name == violated.Name).Query;
            var sql = $"""
                SELECT key, attempt FROM (
                    SELECT key::text AS key, attempt::bigint AS attempt, count(*) OVER whole AS rows, min(attempt::bigint) OVER whole AS first,
                           row_number() OVER (PARTITION BY key::text ORDER BY attempt) AS place
                    FROM (
                {_request.Scenario.Rows}
                ) AS rows WHERE attempt IS NOT NULL WINDOW whole AS (PARTITION BY key::text)) AS counted
                WHERE rows > 1 AND place <= {MostRowsOfAKey} AND key IN (SELECT key::text FROM (
                {query}
                ) AS violations) ORDER BY first, key, attempt LIMIT {MostDoubledRows}
                """;
            var rows = await RunAsync($"{OfRows} of the keys that violate the invariant '{violated.Name}'", () => ReadDoubledAsync(sql, cancellation), cancellation).ConfigureAwait(false);
            if (rows.Count > 0) return ([.. rows.GroupBy(r => r.Key).Select(k => new DoubledKey(k.Key, [.. k.Select(r => r.Attempt)]))], violated.Violations);
        }

        return ([], 0);
    }

    private async Task LearnTablesAsync(CancellationToken cancellation)
    {
        const string Tables = "SELECT format('%I', relname) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace";
        _tables.Clear();
        await using (var list = new NpgsqlCommand(Tables, _connection))
        await using (var reader = await list.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) _tables.Add(reader.GetString(0));
    }

    private Task<T> RunAsync<T>(string whose, Func<Task<T>> send, CancellationToken cancellation) => OwnStatements.RunAsync(_connection, whose, send, cancellation);

    private Task<int> RunAsync(string whose, string sql, CancellationToken cancellation) => RunAsync(whose, async () =>
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }, cancellation);

    internal static Verdict VerdictOf(Promise promise, long violations) => (promise, violations > 0) switch
    {
        (Promise.None, true) => Verdict.Broken,
        (Promise.Some, false) => Verdict.NotShown,
        _ => Verdict.Kept,
    };

    private static string WordFor(Outcome outcome) => outcome switch
    {
        Outcome.Created => "created",
        Outcome.Found => "found",
        Outcome.Updated => "updated",
        Outcome.Rejected => "rejected",
        Outcome.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>Reads which attempts have rows: how many rows there are, and how many of them nobody was told of.</summary>
    private async Task<(long Rows, long Unacknowledged)> ReadMadeAsync(Dictionary<long, RaceEvent> told, CancellationToken cancellation)
    {
        long rows = 0, unacknowledged = 0;
        await using var command = new NpgsqlCommand($"SELECT attempt::bigint FROM (\n{_request.Scenario.Rows}\n) AS made WHERE attempt IS NOT NULL", _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            rows++;
            var number = reader.GetInt64(0);

            // Rows may carry any number: those of no attempt are counted and not kept.
            var isKnown = told.TryGetValue(number, out var ended);
            if (isKnown) _made.Add(number);
            if (!isKnown || (ended.Outcome != Outcome.Created && !ended.IsOpen)) unacknowledged++;
        }

        return (rows, unacknowledged);
    }

    private async Task<List<(string Key, long Attempt)>> ReadDoubledAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<(string Key, long Attempt)>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) rows.Add((reader.GetString(0), reader.GetInt64(1)));
        return rows;
    }

    private async Task<(long Violations, long Excess)> CountAsync(Invariant invariant, CancellationToken cancellation)
    {
        var sql = $"SELECT count(*)::bigint, coalesce(sum(excess), 0)::bigint FROM (\n{invariant.Query}\n) AS violations";
        await using var command = new NpgsqlCommand(sql, _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private async Task<OffendingRows> OffendersAsync(Invariant invariant, CancellationToken cancellation)
    {
        var offending = $"""
            SELECT *, count(*) OVER () AS racelab_total FROM (
            {_request.Scenario.Rows}
            ) AS rows WHERE key::text IN (SELECT key::text FROM (
            {invariant.Query}
            ) AS violations) ORDER BY key, attempt LIMIT {OffendingRows.Limit.ToString(CultureInfo.InvariantCulture)}
            """;
        await using var command = new NpgsqlCommand(offending, _connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        var width = reader.FieldCount - 1;
        var columns = Enumerable.Range(0, width).Select(reader.GetName).ToList();
        var rows = new List<IReadOnlyList<string?>>();
        long total = 0;
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var row = new string?[width];
            for (var i = 0; i < width; i++) row[i] = await AnswerReader.TextAsync(reader, i, OffendingRows.LongestText, cancellation).ConfigureAwait(false);
            rows.Add(row);
            total = long.Parse(reader.GetString(width), CultureInfo.InvariantCulture);
        }

        return new OffendingRows(columns, rows, total);
    }
}
