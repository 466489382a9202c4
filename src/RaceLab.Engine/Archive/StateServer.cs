using System.Text.Json;
using Dapper;
using Npgsql;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Archive;

/// <summary>
/// The durable server: finished races and studies. It may go away and come back; meanwhile every call says so by an exception. Thread-safe.
/// </summary>
public sealed partial class StateServer : IRaceArchive, IAsyncDisposable
{
    // Each runs once, in order; the table schema_version knows how many have. Never edit one that was released: add another.
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE racelab.races (
            id text PRIMARY KEY,
            owner text NOT NULL,
            created_at timestamptz NOT NULL,
            scenario text NOT NULL,
            strategy text NOT NULL,
            ended text NOT NULL,
            result jsonb NOT NULL,
            snapshot bytea NOT NULL);
        CREATE INDEX races_owner_created_at ON racelab.races (owner, created_at DESC);
        """,
        """
        CREATE INDEX races_created_at ON racelab.races (created_at DESC);
        """,
        """
        CREATE TABLE racelab.data_protection_keys (
            name text PRIMARY KEY,
            xml text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now());
        """,
        """
        CREATE TABLE racelab.studies (
            id text PRIMARY KEY,
            owner text NOT NULL,
            created_at timestamptz NOT NULL,
            kind text NOT NULL,
            scenario text NOT NULL,
            words text NOT NULL,
            ended text NOT NULL,
            document jsonb NOT NULL);
        CREATE INDEX studies_owner_created_at ON racelab.studies (owner, created_at DESC);
        CREATE INDEX studies_created_at ON racelab.studies (created_at DESC);
        """,
        HistoryMigration,
    ];

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnectionStringBuilder _target;

    private StateServer(NpgsqlDataSource source, NpgsqlConnectionStringBuilder target, HistoryLimits limits)
    {
        _source = source;
        _target = target;
        Limits = limits;
    }

    /// <summary>Connects and brings the tables up to date, in a schema <c>racelab</c>.</summary>
    /// <exception cref="ServerRefusedException">The server cannot be used, with the reason.</exception>
    public static Task<StateServer> OpenAsync(string connectionString, CancellationToken cancellation) => OpenAsync(connectionString, HistoryLimits.Default, cancellation);

    /// <summary>Connects and brings the tables up to date, in a schema <c>racelab</c>.</summary>
    /// <param name="connectionString">Whoever may create a schema there.</param>
    /// <param name="limits">How much is kept.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server cannot be used, with the reason.</exception>
    public static async Task<StateServer> OpenAsync(string connectionString, HistoryLimits limits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Entries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Days, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Megabytes, 1);
        var target = AdminTarget.Parse(connectionString);
        var server = new StateServer(NpgsqlDataSource.Create(target), target, limits);
        try
        {
            await AdminTarget.WithConnectionAsync(server._source, connection => MigrateAsync(connection, target, cancellation), cancellation).ConfigureAwait(false);
            return server;
        }
        catch (Exception failure)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            if (AdminTarget.IsServerTrouble(failure)) throw new ServerRefusedException(ServerWords.Describe(failure, target), failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task SaveAsync(ArchivedRace race, CancellationToken cancellation)
    {
        var row = new RaceRow
        {
            Id = race.Id,
            Owner = race.Owner,
            CreatedAt = race.CreatedAt.UtcDateTime,
            Result = JsonSerializer.Serialize(race.Result with { Snapshot = [] }, RaceJson.Options),
            Snapshot = race.Result.Snapshot,
        };
        return KeepAsync(
            """
            INSERT INTO racelab.races (id, owner, created_at, scenario, strategy, ended, result, snapshot)
            SELECT @Id, @Owner, @CreatedAt, r ->> 'scenario', r ->> 'strategy', r ->> 'end', r, @Snapshot FROM (SELECT @Result::jsonb AS r) AS given
            ON CONFLICT (id) DO UPDATE SET result = excluded.result, ended = excluded.ended, snapshot = excluded.snapshot
            """,
            row, "The race could not be kept.", cancellation);
    }

    /// <inheritdoc/>
    public async Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation)
    {
        var row = await AskAsync(
            connection => connection.QuerySingleOrDefaultAsync<RaceRow>(new CommandDefinition(
                "SELECT id, owner, created_at AS CreatedAt, result::text AS result, snapshot FROM racelab.races WHERE id = @id",
                new { id }, cancellationToken: cancellation)),
            "Finished races cannot be looked up just now.", cancellation).ConfigureAwait(false);
        if (row is null) return null;
        var result = JsonSerializer.Deserialize<RaceResult>(row.Result, RaceJson.Options) ?? throw new InvalidDataException($"The record of race {id} is empty.");
        return new ArchivedRace(row.Id, row.Owner, new DateTimeOffset(row.CreatedAt, TimeSpan.Zero), result with { Snapshot = row.Snapshot });
    }

    /// <summary>
    /// The keys with which the web application signs what it gives to browsers: kept here, several instances share them. Whoever may read this database
    /// may forge such signatures. Not asynchronous, because the framework's own interface for keys is not.
    /// </summary>
    /// <exception cref="ArchiveUnavailableException">The server cannot be asked just now.</exception>
    public IReadOnlyList<string> ReadProtectionKeys() =>
        Ask(connection => connection.Query<string>("SELECT xml FROM racelab.data_protection_keys ORDER BY created_at, name").AsList(), "The keys for signatures cannot be read.");

    /// <summary>Keeps one more key. Storing a name again changes nothing.</summary>
    /// <exception cref="ArchiveUnavailableException">The server cannot be asked just now.</exception>
    public void AddProtectionKey(string name, string xml) =>
        Ask(connection => connection.Execute("INSERT INTO racelab.data_protection_keys (name, xml) VALUES (@name, @xml) ON CONFLICT DO NOTHING", new { name, xml }), "The key for signatures cannot be kept.");

    /// <summary>Asks the server for a sign of life.</summary>
    /// <exception cref="ServerRefusedException">It gives none, with the reason.</exception>
    public Task PingAsync(CancellationToken cancellation) => AdminTarget.PingAsync(_source, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private T Ask<T>(Func<NpgsqlConnection, T> work, string consequence)
    {
        try
        {
            using var connection = _source.OpenConnection();
            return work(connection);
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            throw new ArchiveUnavailableException($"{consequence} {ServerWords.Describe(failure, _target)}", failure);
        }
    }

    private async Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> work, string consequence, CancellationToken cancellation)
    {
        try
        {
            return await AdminTarget.WithConnectionAsync(_source, work, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            throw new ArchiveUnavailableException($"{consequence} {ServerWords.Describe(failure, _target)}", failure);
        }
    }

    private static async Task<int> MigrateAsync(NpgsqlConnection connection, NpgsqlConnectionStringBuilder target, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using var rollback = transaction.ConfigureAwait(false);

        // Two labs may share a state server and start together. The number is only this lock's name.
        await RunAsync("SELECT pg_advisory_xact_lock(7261636520)").ConfigureAwait(false);
        await RunAsync("CREATE SCHEMA IF NOT EXISTS racelab; CREATE TABLE IF NOT EXISTS racelab.schema_version (version integer NOT NULL)").ConfigureAwait(false);
        var done = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT coalesce(max(version), 0) FROM racelab.schema_version", transaction: transaction, cancellationToken: cancellation)).ConfigureAwait(false);
        if (done > Migrations.Length)
            throw new ServerRefusedException($"The state database at {ServerWords.Place(target)} was written by a newer lab (schema {done}; this one knows {Migrations.Length}): use that lab, or another database.");
        for (var version = done + 1; version <= Migrations.Length; version++)
            await RunAsync($"{Migrations[version - 1]}; INSERT INTO racelab.schema_version VALUES ({version})").ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return done;

        Task<int> RunAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, cancellationToken: cancellation));
    }

    private sealed record RaceRow
    {
        public string Id { get; init; } = "";

        public string Owner { get; init; } = "";

        public DateTime CreatedAt { get; init; }

        public string Result { get; init; } = "";

        public byte[] Snapshot { get; init; } = [];
    }
}
