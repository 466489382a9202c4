using System.Diagnostics;
using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Races;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Tests.Wire;

/// <summary>What a session does, whichever engine is behind it.</summary>
public abstract class SessionFacts(TestPostgres postgres) : IAsyncLifetime
{
    private readonly List<ISession> _open = [];
    private RaceDatabase? _database;
    private SessionSource? _source;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract WireLoops? Loops { get; }

    /// <summary>Whether statements without values go by the simple query protocol.</summary>
    private protected virtual bool Simply => false;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        _source = SessionSource.For(_database.ConnectionString, new SessionSettings { StatementTimeout = TimeSpan.FromSeconds(20), ApplicationName = "racelab facts", SimpleQueries = Simply }, Loops);
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var create = new NpgsqlCommand("CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY, name text, note text, CONSTRAINT things_name_key UNIQUE (name))", connection);
        await create.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _open) await session.DisposeAsync();
        if (_source is not null) await _source.DisposeAsync();
        if (Loops is not null) await Loops.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Execute_ValuesInAndOut_AreTheSameText(bool prepare)
    {
        var (session, step, values) = await OpenAsync("SELECT @key::text AS said, NULL AS nothing, 'x' || @attempt AS other", prepare, "said", "nothing");
        foreach (var text in (string[])["plain", "", "ünï©ode ✓ 𝄞", "quo'te \\ \n", new string('y', 1_000_000)])
        {
            values[0] = text;
            var result = await session.ExecuteAsync(step, values, Cancellation);
            Assert.Equal((StatementEnd.Answered, 1L), (result.Kind, result.Rows));
            Assert.Equal((text, null), (values[step.Keep[0].Slot], values[step.Keep[1].Slot]));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_Rows_AreCountedAndTheFirstIsKept()
    {
        var (session, step, values) = await OpenAsync("SELECT n AS first FROM generate_series(10, 10 + @attempt::int) AS n", true, "first");
        values[1] = "4999";
        Assert.Equal(5000, (await session.ExecuteAsync(step, values, Cancellation)).Rows);
        Assert.Equal("10", values[step.Keep[0].Slot]);
        values[1] = "-1";
        Assert.Equal(0, (await session.ExecuteAsync(step, values, Cancellation)).Rows);
        Assert.Null(values[step.Keep[0].Slot]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("INSERT INTO things (name) SELECT @key || n FROM generate_series(1, 3) AS n", 3)]
    [InlineData("UPDATE things SET note = @key WHERE false", 0)]
    [InlineData("BEGIN", 0)]
    [InlineData("CREATE TEMP TABLE copy AS SELECT * FROM generate_series(1, 7)", 0)]
    [InlineData("SELECT FROM generate_series(1, 7)", 0)]
    [InlineData("INSERT INTO things (name) VALUES (@key), (@key || 'x') RETURNING id", 2)]
    public async Task Execute_WithoutRows_SaysHowManyWereChanged(string sql, long rows)
    {
        var (session, step, values) = await OpenAsync(sql, true);
        values[0] = "k";
        var result = await session.ExecuteAsync(step, values, Cancellation);
        Assert.Equal((StatementEnd.Answered, rows), (result.Kind, result.Rows));
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_Rejected_NamesTheConstraintAndGoesOn()
    {
        var (session, step, values) = await OpenAsync("INSERT INTO things (name) VALUES (@key)", true);
        values[0] = "once";
        Assert.Equal(StatementEnd.Answered, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
        for (var i = 0; i < 3; i++)
        {
            var again = await session.ExecuteAsync(step, values, Cancellation);
            Assert.Equal(StatementEnd.Rejected, again.Kind);
            Assert.Equal(new SqlError("23505", "things_name_key", "duplicate key value violates unique constraint \"things_name_key\""), again.Error);
        }

        values[0] = "twice";
        Assert.Equal(StatementEnd.Answered, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("SELECT repeat('x', 17000000) AS said", true)]
    [InlineData("SELECT repeat('x', 17000000) AS said", false)]
    [InlineData("SELECT 1 AS said, repeat('x', 9000000) AS one, repeat('x', 9000000) AS other", true)]
    [InlineData("SELECT 1 AS said, repeat('x', CASE n WHEN 3 THEN 17000000 ELSE 1 END) AS other FROM generate_series(1, 1000) AS n", true)]
    public async Task Execute_ARowLargerThanTheLabTakes_IsLostAndSaysWhy(string sql, bool prepare)
    {
        var (session, step, values) = await OpenAsync(sql, prepare, "said");

        var lost = await session.ExecuteAsync(step, values, Cancellation);

        Assert.Equal((StatementEnd.Lost, "08006"), (lost.Kind, lost.Error?.SqlState));
        Assert.Contains("larger than 16 MB", lost.Error!.Value.Message, StringComparison.Ordinal);
        Assert.Equal(StatementEnd.Lost, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_ALongAnswerOfRowsThatMayBe_IsCounted()
    {
        var (session, step, values) = await OpenAsync("SELECT n AS said, repeat('x', 8000000) AS other FROM generate_series(1, 3) AS n", true, "said");
        Assert.Equal((StatementEnd.Answered, 3L), (await session.ExecuteAsync(step, values, Cancellation)) switch { var r => (r.Kind, r.Rows) });
        Assert.Equal("1", values[step.Keep[0].Slot]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("53100")]
    [InlineData("58030")]
    [InlineData("XX000")]
    [InlineData("57P01")]
    public async Task Execute_AnErrorBehindWhichADriverMayCloseTheConnection_IsARejectionWithItsSqlState(string sqlState)
    {
        var (session, step, values) = await OpenAsync($"DO $$ BEGIN RAISE 'boom' USING ERRCODE = '{sqlState}'; END $$", true);

        var rejected = await session.ExecuteAsync(step, values, Cancellation);

        Assert.Equal((StatementEnd.Rejected, new SqlError(sqlState, null, "boom")), (rejected.Kind, rejected.Error));
        Assert.Equal(session.IsGivenUp ? StatementEnd.Lost : StatementEnd.Rejected, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
        Assert.Equal(!session.IsGivenUp, await session.ResetAsync(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_AnErrorBehindWhichADriverMayCloseTheConnection_EndsATransactionAsAnyOther()
    {
        var program = SmallScenario.Request(new(), Promise.None, null,
            new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None,
            [
                SmallScenario.Sql("insert", "INSERT INTO things (name) VALUES (@key)"),
                SmallScenario.Sql("fail", "DO $$ BEGIN RAISE 'boom' USING ERRCODE = '53100'; END $$"),
                new SayStep(Outcome.Created, null, 1),
            ], 1)).Strategy.Program;
        var session = await _source!.OpenAsync(program, StatementTarget.Primary, 0, true, Cancellation);
        _open.Add(session);
        var machine = new AttemptMachine(program);

        for (machine.Start("one", "1", "1"); machine.Next is { } step;) Seat.Tell(machine, await session.ExecuteAsync(step, machine.Values, Cancellation));

        Assert.Equal((Outcome.Rejected, "53100"), (machine.Outcome, machine.EndedBy?.SqlState));
        var (other, _, _) = await OpenAsync("SELECT 1", true);
        Assert.Equal("0", (await other.AskAsync("SELECT count(*) FROM things", Cancellation)).Rows[0][0]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_SessionEndedByTheServer_IsLostAndSaysWhy()
    {
        var (session, step, values) = await OpenAsync("SELECT pg_sleep(20)", true);
        var lost = Start(session, step, values, Cancellation);
        await KillWhenAsync(session.ProcessId, "active");
        Assert.Equal((StatementEnd.Lost, "57P01"), (await lost) switch { var r => (r.Kind, r.Error?.SqlState) });
        Assert.Equal(StatementEnd.Lost, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
        Assert.False(await session.ResetAsync(Cancellation));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.AskAsync("SELECT 1", Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_IdleSessionEndedByTheServer_IsLost()
    {
        var (session, step, values) = await OpenAsync("SELECT 1", true);
        await KillWhenAsync(session.ProcessId, "idle");
        var lost = await session.ExecuteAsync(step, values, Cancellation);
        Assert.Equal(StatementEnd.Lost, lost.Kind);

        // Npgsql does not always get to read why.
        Assert.Contains(lost.Error?.SqlState, (string?[])["57P01", null]);
    }

    [Fact(Timeout = 60_000)]
    public async Task HearEnd_IdleSessionEndedByTheServer_ItsNextStatementIsToldWhy()
    {
        var (session, step, values) = await OpenAsync("SELECT 1", true);
        await KillWhenAsync(session.ProcessId, "idle");
        await session.HearEndAsync(Cancellation);
        var lost = await session.ExecuteAsync(step, values, Cancellation);
        Assert.Equal((StatementEnd.Lost, "57P01"), (lost.Kind, lost.Error?.SqlState));
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_Cancelled_IsLostSoonAndEndsOnTheServer()
    {
        var (session, step, values) = await OpenAsync("SELECT pg_sleep(15)", true);
        var pid = session.ProcessId;
        using var giveUp = new CancellationTokenSource();
        var waited = Stopwatch.StartNew();
        var lost = Start(session, step, values, giveUp.Token);
        await WhenAsync(pid, "active");
        await giveUp.CancelAsync();
        Assert.Equal(StatementEnd.Lost, (await lost).Kind);
        await WhenAsync(pid, "idle", orGone: true);
        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), $"it took {waited.Elapsed}");
    }

    [Fact(Timeout = 60_000)]
    public async Task Execute_AlreadyCancelled_IsLost()
    {
        var (session, step, values) = await OpenAsync("SELECT 1", true);
        using var giveUp = new CancellationTokenSource();
        await giveUp.CancelAsync();
        Assert.Equal(StatementEnd.Lost, (await session.ExecuteAsync(step, values, giveUp.Token)).Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task Reset_PutsAwayLocksAndSettings_AndStatementsStayPrepared()
    {
        var (session, step, values) = await OpenAsync("SELECT pg_advisory_lock(77), set_config('work_mem', '777kB', false)", true);
        Assert.Equal(StatementEnd.Answered, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
        const string Held = "SELECT count(*), current_setting('work_mem') = '777kB' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
        Assert.Equal(["1", "t"], (await session.AskAsync(Held, Cancellation)).Rows[0]);
        Assert.True(await session.ResetAsync(Cancellation));
        Assert.Equal(["0", "f"], (await session.AskAsync(Held, Cancellation)).Rows[0]);
        Assert.Equal(StatementEnd.Answered, (await session.ExecuteAsync(step, values, Cancellation)).Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_KeepsTheFirstRowsAndCountsAll_AndThrowsWhatTheServerRejects()
    {
        var (session, _, _) = await OpenAsync("SELECT 1", true);
        var answer = await session.AskAsync("SELECT n, NULL AS \"No thing\" FROM generate_series(1, 50) AS n", Cancellation);
        Assert.Equal(["n", "No thing"], answer.Columns);
        Assert.Equal((5, 50L), (answer.Rows.Count, answer.Total));
        Assert.Equal(["1", null], answer.Rows[0]);
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.AskAsync("SELECT wrong FROM things", Cancellation));
        Assert.Equal(("42703", 8, "ERROR"), (error.SqlState, error.Position, error.Severity));
        Assert.False(string.IsNullOrEmpty(error.Routine));
        Assert.Equal("1", (await session.AskAsync("SELECT 1", Cancellation)).Rows[0][0]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Open_AStatementThatTheServerRejects_IsRefusedWithItsNameAndWords()
    {
        var refused = await Assert.ThrowsAsync<StatementRefusedException>(() => OpenAsync("SELECT missing FROM things", true));
        Assert.Equal(("the step 'only'", "42703"), (refused.Refused.Statement, refused.Refused.SqlState));
        Assert.Contains("the step 'only' (42703)", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Open_GivenUp_IsCancelled()
    {
        using var giveUp = new CancellationTokenSource();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _source!.OpenAsync(ProgramOf("SELECT 1"), StatementTarget.Primary, 0, true, giveUp.Token));
    }

    private static Task<StatementResult> Start(ISession session, ProgramStep step, string?[] values, CancellationToken cancellation) =>
        session.ExecuteAsync(step, values, cancellation).AsTask();

    internal static StepProgram ProgramOf(string sql, params string[] kept) => SmallScenario.Request(new(), Promise.None, null,
        new SqlStep("only", SqlText.Parse(sql), [.. kept.Select(k => new KeptColumn(k, k))], null, ErrorRules.None, 1),
        new SayStep(Outcome.Created, null, 1)).Strategy.Program;

    private async Task<(ISession Session, ProgramStep Step, string?[] Values)> OpenAsync(string sql, bool prepare, params string[] kept)
    {
        var program = ProgramOf(sql, kept);
        var session = await _source!.OpenAsync(program, StatementTarget.Primary, 5, prepare, Cancellation);
        _open.Add(session);
        return (session, program.Steps[0], new string?[program.Variables.Count]);
    }

    private async Task KillWhenAsync(int pid, string state)
    {
        await WhenAsync(pid, state);
        await ScalarAsync($"SELECT pg_terminate_backend({pid}, 5000)");
    }

    private async Task WhenAsync(int pid, string state, bool orGone = false)
    {
        while (await ScalarAsync($"SELECT state FROM pg_stat_activity WHERE pid = {pid}") is var now && now as string != state && !(orGone && now is null))
            await Task.Delay(10, Cancellation);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}

public sealed class NpgsqlSessionTests(TestPostgres postgres) : SessionFacts(postgres)
{
    private protected override WireLoops? Loops => null;
}

public sealed class WireSessionTests(TestPostgres postgres) : SessionFacts(postgres)
{
    private protected override WireLoops? Loops { get; } = WireLoops.Start(1);
}

public sealed class SimpleWireSessionTests(TestPostgres postgres) : SessionFacts(postgres)
{
    private protected override WireLoops? Loops { get; } = WireLoops.Start(1);

    private protected override bool Simply => true;

    [Theory]
    [InlineData("SELECT 'it''s', count(*) FROM things", 'Q')]
    [InlineData("SELECT @key", 'B')]
    public void WriteRun_WithoutValues_IsOneQueryAsPsqlSendsIt(string sql, char first)
    {
        var step = ProgramOf(sql).Steps[0];
        var writer = new MessageWriter();
        new WireStatement(step, WireStatement.SendingOf(step, prepare: true, simply: true)).WriteRun(writer, new string?[8]);
        Assert.Equal((byte)first, writer.Written[0]);
        if (first == 'Q') Assert.Equal(sql + "\0", System.Text.Encoding.UTF8.GetString(writer.Written[5..]));
    }
}
