using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>What the lab and its texts rely on, held against the server and the driver that are really there.</summary>
public sealed class PostgresFactsTests(TestPostgres postgres) : IAsyncLifetime
{
    private RaceDatabase? _database;
    private NpgsqlDataSource? _source;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        _source = new SessionSettings { StatementTimeout = TimeSpan.FromSeconds(10) }.SourceFor(_database.ConnectionString);
        await using var connection = await OpenAsync();
        await RunAsync(connection, "CREATE TABLE t (k int CONSTRAINT t_k_key UNIQUE, v text, j jsonb)");
    }

    public async ValueTask DisposeAsync()
    {
        await _source!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Insert_ValueThatIsThere_Gives23505AndNamesTheConstraint()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "INSERT INTO t VALUES (1)");
        var rejected = await RejectedAsync(connection, "INSERT INTO t VALUES (1)");
        Assert.Equal(("23505", "t_k_key"), (rejected.SqlState, rejected.ConstraintName));
    }

    [Fact(Timeout = 30_000)]
    public async Task Statement_AfterAnErrorInATransaction_Gives25P02()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "BEGIN");
        await RejectedAsync(connection, "SELECT 1/0");
        Assert.Equal("25P02", (await RejectedAsync(connection, "SELECT 1")).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task DoNothing_UnderRepeatableReadWhenAnotherCommittedFirst_Gives40001()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ");
        await RunAsync(second, "SELECT count(*) FROM t");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        Assert.Equal("40001", (await RejectedAsync(second, "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING")).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task AdvisoryLock_BehindItUnderReadCommitted_SeesWhatTheOneBeforeCommitted()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(7)");
        await RunAsync(second, "BEGIN ISOLATION LEVEL READ COMMITTED");
        var waiting = RunAsync(second, "SELECT pg_advisory_xact_lock(7)");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        await RunAsync(first, "COMMIT");
        await waiting;
        Assert.Equal(1L, await ScalarAsync(second, "SELECT count(*) FROM t"));
    }

    [Fact(Timeout = 30_000)]
    public async Task AdvisoryLock_OfAnotherDatabase_DoesNotBlock()
    {
        await using var other = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var elsewhere = new SessionSettings().SourceFor(other.ConnectionString);
        await using var first = await OpenAsync();
        await using var second = await elsewhere.OpenConnectionAsync(Cancellation);
        await RunAsync(first, "SELECT pg_advisory_lock(7)");
        Assert.Equal(true, await ScalarAsync(second, "SELECT pg_try_advisory_lock(7)"));
    }

    [Fact(Timeout = 30_000)]
    public async Task BlockingPids_InsertBehindAnUncommittedOne_NamesTheOther()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "BEGIN; INSERT INTO t VALUES (1)");
        var waiting = RejectedAsync(second, "INSERT INTO t VALUES (1)");
        await using var watcher = new NpgsqlConnection(_database!.WatcherConnectionString);
        await watcher.OpenAsync(Cancellation);
        int[] blockers;
        do
        {
            Assert.False(waiting.IsCompleted);
            blockers = (int[])(await ScalarAsync(watcher, $"SELECT pg_blocking_pids({second.ProcessID})"))!;
        }
        while (blockers.Length == 0);

        Assert.Equal([first.ProcessID], blockers);
        await RunAsync(first, "COMMIT");
        Assert.Equal("23505", (await waiting).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task TerminatedBackend_NextStatement_Gives57P01AndBreaksTheConnection()
    {
        await using var connection = await OpenAsync();
        await using var admin = new NpgsqlConnection(postgres.AdminConnectionString);
        await admin.OpenAsync(Cancellation);
        var sleeping = RejectedAsync(connection, "SELECT pg_sleep(9)");
        await RunAsync(admin, $"SELECT pg_terminate_backend({connection.ProcessID})");
        Assert.Equal("57P01", (await sleeping).SqlState);
        Assert.NotEqual(System.Data.ConnectionState.Open, connection.FullState);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("INSERT INTO t (k) VALUES ($1) RETURNING k", "42", "42")]
    [InlineData("INSERT INTO t (k, v) VALUES (5, $1) RETURNING v", "42", "42")]
    [InlineData("INSERT INTO t (k, j) VALUES (6, $1) RETURNING j->>'a'", """{"a": "b"}""", "b")]
    [InlineData("SELECT ($1::bigint = 42)", "42", "t")]
    public async Task UnknownParameter_TextWithoutAType_IsReadAsWhatTheStatementNeeds(string sql, string value, string expected)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = value });
        await command.PrepareAsync(Cancellation);
        Assert.Equal(expected, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task Serializable_TwoThatReadAndInsert_OneGets40001()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        foreach (var connection in (NpgsqlConnection[])[first, second])
        {
            await RunAsync(connection, "BEGIN ISOLATION LEVEL SERIALIZABLE");
            await RunAsync(connection, "SELECT * FROM t WHERE v = 'x'");
        }

        await RunAsync(first, "INSERT INTO t (v) VALUES ('x')");
        await RunAsync(second, "INSERT INTO t (v) VALUES ('x')");
        await RunAsync(first, "COMMIT");
        Assert.Equal("40001", (await RejectedAsync(second, "COMMIT")).SqlState);
    }

    private async Task<NpgsqlConnection> OpenAsync() => await _source!.OpenConnectionAsync(Cancellation);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static Task<PostgresException> RejectedAsync(NpgsqlConnection connection, string sql) =>
        Assert.ThrowsAsync<PostgresException>(() => RunAsync(connection, sql));
}
