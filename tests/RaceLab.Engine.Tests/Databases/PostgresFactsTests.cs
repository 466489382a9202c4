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

    [Theory(Timeout = 30_000)]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT (k) DO UPDATE SET v = 'x'")]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT (k) DO NOTHING")]
    [InlineData("SELECT * FROM t WHERE k = 2 FOR UPDATE")]
    [InlineData("UPDATE t SET v = 'x' WHERE k = 2")]
    public async Task RepeatableRead_StatementThatMeetsARowOtherThanItsSnapshotShows_Gives40001(string sql)
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "INSERT INTO t VALUES (2)");
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t");
        await RunAsync(first, "INSERT INTO t VALUES (1); UPDATE t SET v = 'changed' WHERE k = 2");
        Assert.Equal("40001", (await RejectedAsync(second, sql)).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task RepeatableRead_LockOnARowThatIsNotInTheSnapshot_FindsNothing()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        Assert.Null(await ScalarAsync(second, "SELECT k FROM t WHERE k = 1 FOR UPDATE"));
    }

    [Fact(Timeout = 30_000)]
    public async Task RepeatableRead_LockOnARowThatWasOnlyLocked_GivesNoErrorAndNoNewSnapshot()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t");
        await RunAsync(first, "BEGIN; SELECT * FROM t WHERE k = 1 FOR UPDATE; INSERT INTO t VALUES (2); COMMIT");
        Assert.Equal(1, await ScalarAsync(second, "SELECT k FROM t WHERE k = 1 FOR UPDATE"));
        Assert.Equal(1L, await ScalarAsync(second, "SELECT count(*) FROM t"));
    }

    /// <summary>What keeps two from selling the last seat at REPEATABLE READ, a row that both change, does not at the default level.</summary>
    [Fact(Timeout = 30_000)]
    public async Task ReadCommitted_TwoThatInsertAndThenChangeOneRow_BothCommit()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "INSERT INTO t VALUES (0)");
        foreach (var (connection, seat) in ((NpgsqlConnection, int)[])[(first, 1), (second, 2)])
            await RunAsync(connection, $"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT count(*) FROM t; INSERT INTO t VALUES ({seat})");
        await RunAsync(first, "UPDATE t SET v = 'first' WHERE k = 0");
        var waiting = TryAsync(second, "UPDATE t SET v = 'second' WHERE k = 0");
        await RunAsync(first, "COMMIT");
        Assert.Null(await waiting);
        Assert.Null(await TryAsync(second, "COMMIT"));
        Assert.Equal(3L, await ScalarAsync(first, "SELECT count(*) FROM t"));
    }

    [Fact(Timeout = 30_000)]
    public async Task ForUpdate_OfACount_Gives0A000()
    {
        await using var connection = await OpenAsync();
        Assert.Equal("0A000", (await RejectedAsync(connection, "SELECT count(*) FROM t FOR UPDATE")).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task RepeatableRead_Begin_TakesNoSnapshot()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        Assert.Equal(1L, await ScalarAsync(second, "SELECT count(*) FROM t"));
    }

    [Fact(Timeout = 30_000)]
    public async Task RepeatableRead_SelectBehindASavepointAfter23505_DoesNotSeeTheRow()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(second, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t; SAVEPOINT here");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        Assert.Equal("23505", (await RejectedAsync(second, "INSERT INTO t VALUES (1)")).SqlState);
        await RunAsync(second, "ROLLBACK TO here");
        Assert.Null(await ScalarAsync(second, "SELECT k FROM t WHERE k = 1"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("SELECT 1", "23505")]
    [InlineData("SELECT * FROM t WHERE k = 1", "40001")]
    public async Task Serializable_InsertOfWhatIsThereByNow_Gives40001OnlyBehindACheck(string before, string expected)
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        foreach (var connection in (NpgsqlConnection[])[first, second]) await RunAsync(connection, $"BEGIN ISOLATION LEVEL SERIALIZABLE; {before}");
        await RunAsync(first, "INSERT INTO t VALUES (1)");
        await RunAsync(first, "COMMIT");
        Assert.Equal(expected, (await RejectedAsync(second, "INSERT INTO t VALUES (1)")).SqlState);
    }

    /// <summary>ON CONFLICT draws its id before it looks, and a failed insert gives none back.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("INSERT INTO ids (name) VALUES ('a') ON CONFLICT DO NOTHING")]
    [InlineData("INSERT INTO ids (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET name = excluded.name")]
    [InlineData("INSERT INTO ids (name) VALUES ('a')")]
    public async Task Insert_ThatConflicts_UsesUpAnIdEachTime(string sql)
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "CREATE TABLE ids (id int GENERATED ALWAYS AS IDENTITY, name text UNIQUE); INSERT INTO ids (name) VALUES ('a')");
        for (var run = 0; run < 10; run++) await TryAsync(connection, sql);
        Assert.Equal(12, await ScalarAsync(connection, "INSERT INTO ids (name) VALUES ('b') RETURNING id"));
    }

    [Fact(Timeout = 30_000)]
    public async Task DoNothing_WhenTheIdsHaveRunOut_Gives2200HAlsoForWhatIsThere()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "CREATE TABLE ids (id smallint GENERATED ALWAYS AS IDENTITY (START WITH 32767), name text UNIQUE); INSERT INTO ids (name) VALUES ('a')");
        Assert.Equal("2200H", (await RejectedAsync(connection, "INSERT INTO ids (name) VALUES ('a') ON CONFLICT DO NOTHING")).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task IdentityAlways_IdThatIsGiven_IsRefusedFromInsertAndTakenFromCopy()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "CREATE TABLE ids (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
        Assert.Equal("428C9", (await RejectedAsync(connection, "INSERT INTO ids VALUES (1)")).SqlState);
        await using (var copy = await connection.BeginTextImportAsync("COPY ids FROM STDIN", Cancellation)) await copy.WriteAsync("1\n".AsMemory(), Cancellation);
        Assert.Equal(("23505", "ids_pkey"), Kind(await RejectedAsync(connection, "INSERT INTO ids DEFAULT VALUES")));
    }

    [Fact(Timeout = 30_000)]
    public async Task AdvisoryLock_OfATransactionOutsideABlock_IsFreeAtOnce()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "SELECT pg_advisory_xact_lock(7)");
        Assert.Equal(true, await ScalarAsync(second, "SELECT pg_try_advisory_lock(7)"));
    }

    [Fact(Timeout = 30_000)]
    public async Task AdvisoryLock_TwoInOppositeOrders_Deadlock()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await RunAsync(first, "BEGIN; SELECT pg_advisory_xact_lock(1)");
        await RunAsync(second, "BEGIN; SELECT pg_advisory_xact_lock(2)");
        string?[] told = await Task.WhenAll(TryAsync(first, "SELECT pg_advisory_xact_lock(2)"), TryAsync(second, "SELECT pg_advisory_xact_lock(1)"));
        Assert.Single(told, "40P01");
    }

    [Fact(Timeout = 30_000)]
    public async Task Write_InAReadOnlyTransactionAsOnAStandby_Gives25006()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, "BEGIN READ ONLY");
        Assert.Equal("25006", (await RejectedAsync(connection, "INSERT INTO t VALUES (1)")).SqlState);
    }

    [Fact(Timeout = 30_000)]
    public async Task ExclusionConstraint_WithARoomByBtreeGist_RefusesTheSameRoomOnly()
    {
        Assert.SkipUnless(postgres.Lab.Extensions.Contains("btree_gist"), "This server does not have btree_gist.");
        await using var database = await postgres.Lab.RentDatabaseAsync(["btree_gist"], Cancellation);
        await using var source = new SessionSettings().SourceFor(database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await RunAsync(connection, "CREATE TABLE b (room int, during int4range, CONSTRAINT b_overlap EXCLUDE USING gist (room WITH =, during WITH &&))");
        await RunAsync(connection, "INSERT INTO b VALUES (1, '[1,5)'), (2, '[1,5)')");
        Assert.Equal(("23P01", "b_overlap"), Kind(await RejectedAsync(connection, "INSERT INTO b VALUES (1, '[4,9)')")));
    }

    /// <summary>Each writes its entry before it looks for others', so two may each wait for the other. It takes luck, so they try until they have it.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExclusionConstraint_PlainInsertsAtTheSameMoment_CanDeadlock()
    {
        await _database!.LookForDeadlocksAfterAsync(TimeSpan.FromMilliseconds(20), Cancellation);
        await using (var connection = await OpenAsync())
            await RunAsync(connection, "CREATE TABLE b (during int4range, EXCLUDE USING gist (during WITH &&))");
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var connection = await OpenAsync();
            for (var place = 0; !seen.IsCancellationRequested; place += 2)
            {
                if (await TryAsync(connection, $"INSERT INTO b VALUES ('[{place},{place + 1}]')") == "40P01") await seen.CancelAsync();
            }
        }));
        Assert.False(Cancellation.IsCancellationRequested);
    }

    /// <summary>The same inserts as those that deadlock, as many as those take by far to do so.</summary>
    [Fact(Timeout = 120_000)]
    public async Task ExclusionConstraint_DoNothingAtTheSameMoment_RaisesNothing()
    {
        await _database!.LookForDeadlocksAfterAsync(TimeSpan.FromMilliseconds(20), Cancellation);
        await using (var connection = await OpenAsync())
            await RunAsync(connection, "CREATE TABLE b (during int4range, EXCLUDE USING gist (during WITH &&))");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var connection = await OpenAsync();
            for (var place = 0; place < 800; place += 2) await RunAsync(connection, $"INSERT INTO b VALUES ('[{place},{place + 1}]') ON CONFLICT DO NOTHING");
        }));
        await using var counting = await OpenAsync();
        Assert.Equal(400L, await ScalarAsync(counting, "SELECT count(*) FROM b"));
    }

    private static (string SqlState, string? Constraint) Kind(PostgresException refused) => (refused.SqlState, refused.ConstraintName);

    private async Task<NpgsqlConnection> OpenAsync() => await _source!.OpenConnectionAsync(Cancellation);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The SQLSTATE that a statement is rejected with; null where it is not.</summary>
    private static async Task<string?> TryAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            await RunAsync(connection, sql);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static Task<PostgresException> RejectedAsync(NpgsqlConnection connection, string sql) =>
        Assert.ThrowsAsync<PostgresException>(() => RunAsync(connection, sql));
}
