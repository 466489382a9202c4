using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Footprints;

/// <summary>What the server says of statements, and what is made of it.</summary>
public sealed class ProgramFootprintTests(TestPostgres postgres)
{
    private const string Insert = "INSERT INTO things (name, attempt) VALUES (@key, @attempt)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What only reads must only read; whatever is not known to must not be called so.</summary>
    [Theory]
    [InlineData("SELECT id FROM things WHERE name = @key", "Reads")]
    [InlineData("SELECT count(*), max(id) FROM things WHERE lower(name) = lower(@key) GROUP BY name HAVING count(*) > 1", "Reads")]
    [InlineData("WITH t AS (SELECT * FROM things) SELECT a.id FROM t AS a JOIN t AS b USING (name) ORDER BY a.id LIMIT 1", "Reads")]
    [InlineData("SELECT id FROM plain WHERE name = @key", "Reads")]
    [InlineData("SELECT id FROM things WHERE name = @key FOR UPDATE", "Other")]
    [InlineData("SELECT id FROM locked WHERE name = @key", "Other")]
    [InlineData("SELECT id FROM things WHERE name = @key FOR KEY SHARE SKIP LOCKED", "Other")]
    [InlineData("SELECT pg_advisory_xact_lock(hashtext(@key))", "Other")]
    [InlineData("SELECT pg_try_advisory_lock(1) FROM things", "Other")]
    [InlineData("SELECT nextval('things_id_seq') FROM things", "Other")]
    [InlineData("LOCK TABLE things IN SHARE MODE", "Other")]
    [InlineData("SET LOCAL lock_timeout = '1s'", "Other")]
    [InlineData(Insert, "Writes")]
    [InlineData("INSERT INTO things (name, attempt) VALUES (@key, @attempt) ON CONFLICT DO NOTHING RETURNING id", "Writes")]
    [InlineData("UPDATE things SET attempt = attempt + 1 WHERE name = @key", "Writes")]
    [InlineData("DELETE FROM things WHERE name = @key", "Writes")]
    [InlineData("WITH gone AS (DELETE FROM things WHERE name = @key RETURNING id) SELECT count(*) FROM gone", "Writes")]
    [InlineData("SELECT id FROM calls WHERE name = @key", "Unknown")]
    [InlineData("SELECT own(id) FROM things", "Unknown")]
    [InlineData("SELECT called_immutable(id) FROM things", "Unknown")]
    [InlineData("INSERT INTO watched (name) VALUES (@key)", "Unknown")]
    [InlineData("INSERT INTO checked (name) VALUES (@key)", "Unknown")]
    [InlineData("SELECT last_value FROM things_id_seq", "Unknown")]
    [InlineData("SELECT count(*) FROM pg_stat_activity", "Unknown")]
    [InlineData("SELECT count(*) FROM pg_locks", "Unknown")]
    [InlineData("SELECT xmin FROM things", "Unknown")]
    [InlineData("DELETE FROM things WHERE ctid = '(0,1)'", "Unknown")]
    [InlineData("SELECT txid_current()", "Unknown")]
    [InlineData("SELECT pg_backend_pid()", "Unknown")]
    [InlineData("SELECT * FROM things TABLESAMPLE BERNOULLI (50)", "Unknown")]
    [InlineData("SELECT name FROM parent", "Unknown")]
    [InlineData("CREATE TABLE IF NOT EXISTS other (id int)", "Unknown")]
    [InlineData("CREATE TEMPORARY TABLE other (id int)", "Unknown")]
    [InlineData("TRUNCATE things", "Unknown")]
    [InlineData("SET LOCAL transaction_isolation = 'serializable'", "Unknown")]
    [InlineData("SET session_replication_role = replica", "Unknown")]
    [InlineData("DO $$ BEGIN END $$", "Unknown")]
    [InlineData("LISTEN something", "Unknown")]
    public async Task ReadAsync_Statement_HasItsEffect(string sql, string effect)
    {
        var request = RequestOf(SmallScenario.Sql("only", sql));
        var footprint = await ReadAsync(request);

        var step = Assert.IsType<Footprint>(footprint.Of(request.Strategy.Program.Steps[0]));
        Assert.Equal(effect, step.Effect.ToString());
        Assert.Equal(effect == "Unknown", step.Why is not null);
    }

    [Theory]
    [InlineData("SELECT id FROM things", false)]
    [InlineData("SELECT now() FROM things", true)]
    [InlineData("SELECT CURRENT_TIMESTAMP FROM things", true)]
    [InlineData("SELECT LOCALTIME FROM things", true)]
    [InlineData("SELECT CURRENT_USER FROM things", false)]
    [InlineData("SELECT 'now'::timestamptz FROM things", true)]
    [InlineData("SELECT name::timestamptz FROM things", true)]
    [InlineData("INSERT INTO dated (name) VALUES (@key)", true)]
    [InlineData("SELECT at FROM dated", false)]
    [InlineData("SELECT id FROM recent", true)]
    public async Task ReadAsync_Statement_KnowsWhetherItReadsTheClock(string sql, bool expected)
    {
        var footprint = await ReadAsync(sql);
        Assert.Equal(expected, footprint.ReadsClock);
    }

    /// <summary>Sessions are alike only where nothing can tell one's number from the other's.</summary>
    [Theory]
    [InlineData(Insert, true)]
    [InlineData("INSERT INTO things (name, attempt) VALUES (@key, @attempt::bigint) RETURNING attempt = @attempt AS mine", true)]
    [InlineData("INSERT INTO things (name, attempt) SELECT @key, @attempt WHERE NOT EXISTS (SELECT FROM things WHERE name = @key)", true)]
    [InlineData("SELECT count(attempt) FROM things WHERE attempt = @attempt", true)]
    [InlineData("SELECT id FROM things WHERE attempt <> @attempt", true)]
    [InlineData("WITH made AS (INSERT INTO things (name, attempt) VALUES (@key, @attempt) RETURNING attempt) SELECT attempt FROM made", true)]
    [InlineData("SELECT max(id) FROM things", true)]
    [InlineData("SELECT max(attempt) FROM things", false)]
    [InlineData("INSERT INTO things (name, attempt) SELECT @key, @attempt WHERE (SELECT max(attempt) FROM things) IS NULL", false)]
    [InlineData("SELECT pg_advisory_xact_lock(@attempt::bigint)", false)]
    [InlineData("SELECT 3 - @attempt::int", false)]
    [InlineData("SELECT id FROM things WHERE attempt < @attempt", false)]
    [InlineData("SELECT id FROM things WHERE @attempt::int = 1", false)]
    [InlineData("UPDATE things SET attempt = greatest(@attempt::bigint, 0)", false)]
    [InlineData("UPDATE things SET attempt = mod(@attempt::bigint, 2)", false)]
    [InlineData("INSERT INTO things (name, attempt) VALUES (@key, @attempt) ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt + 1", false)]
    [InlineData("UPDATE things SET name = 'w' WHERE name = @key AND id = @worker::bigint", false)]
    [InlineData("INSERT INTO indexed (attempt) VALUES (@attempt)", false)]
    [InlineData("INSERT INTO checked_too (attempt) VALUES (@attempt)", false)]
    [InlineData("INSERT INTO generated (attempt) VALUES (@attempt)", false)]
    [InlineData("INSERT INTO preset (attempt) VALUES (@attempt)", false)]
    [InlineData("WITH made AS (INSERT INTO things (name, attempt) VALUES (@key, @attempt) RETURNING attempt) SELECT attempt FROM made ORDER BY attempt", false)]
    [InlineData("INSERT INTO things (name, attempt) SELECT @key, a FROM (VALUES (@attempt::bigint), (7)) AS v (a)", false)]
    [InlineData("INSERT INTO things (name, attempt) SELECT @key, a FROM (SELECT @attempt::bigint AS a UNION ALL SELECT 7) AS v", false)]
    [InlineData("SELECT own(@attempt::bigint)", false)]
    [InlineData("SELECT (@attempt::bigint)::bool", false)]
    public async Task ReadAsync_WhatIsDoneWithTheAttempt_DecidesWhetherSessionsAreAlike(string sql, bool expected)
    {
        var footprint = await ReadAsync(RequestOf(SmallScenario.Sql("first", Insert), SmallScenario.Sql("second", sql)));
        Assert.Equal(expected, footprint.WhyNotAlike is null);
    }

    [Fact]
    public async Task ReadAsync_AttemptKeptAndAskedFor_IsALook()
    {
        var kept = new SqlStep("look", SqlText.Parse("INSERT INTO things (name, attempt) VALUES (@key, @attempt) RETURNING attempt"), [new KeptColumn("attempt", "mine")], null, ErrorRules.None, 1);
        Assert.Null((await ReadAsync(RequestOf(kept))).WhyNotAlike);
        Assert.NotNull((await ReadAsync(RequestOf(kept, new SayStep(Outcome.Failed, Condition.Parse("@mine = 1"), 1)))).WhyNotAlike);
        Assert.NotNull((await ReadAsync(RequestOf(kept, SmallScenario.Sql("again", "SELECT @mine::bigint + 1")))).WhyNotAlike);
    }

    [Theory]
    [InlineData("SELECT min(attempt) AS key, 1 AS excess FROM things", false)]
    [InlineData("SELECT key, count(*) AS excess FROM attempts WHERE said = 'failed' GROUP BY key", true)]
    [InlineData("SELECT key, count(*) AS excess FROM attempts WHERE worker = 2 GROUP BY key", false)]
    [InlineData("SELECT key, 1 AS excess FROM attempts JOIN things USING (attempt)", true)]
    [InlineData("SELECT name AS key, 1 AS excess FROM things WHERE xmin::text = ''", false)]
    public async Task ReadAsync_WhatAnInvariantAsks_DecidesWhetherSessionsAreAlike(string query, bool expected)
    {
        var request = RequestOf(SmallScenario.Sql("insert", Insert));
        request = request with { Scenario = request.Scenario with { Invariants = [request.Scenario.Invariants[0] with { Query = query }] } };
        Assert.Equal(expected, (await ReadAsync(request)).WhyNotAlike is null);
    }

    /// <summary>A value by chance may be stored; where it decides, nothing can be proven.</summary>
    [Theory]
    [InlineData("INSERT INTO things (name, attempt) VALUES (@key, @attempt) RETURNING gen_random_uuid() AS luck", null)]
    [InlineData("INSERT INTO dated (name) VALUES (gen_random_uuid()::text)", null)]
    [InlineData("INSERT INTO things (name, attempt) VALUES (gen_random_uuid()::text, @attempt)", "gen_random_uuid")]
    [InlineData("INSERT INTO things (name, attempt) VALUES (@key, @attempt) RETURNING random() AS luck", null)]
    [InlineData("SELECT id FROM things WHERE random() < 0.5", "random")]
    [InlineData("SELECT id FROM things ORDER BY random()", "random")]
    [InlineData("UPDATE things SET attempt = extract(epoch FROM clock_timestamp())::bigint % 2", "clock_timestamp")]
    [InlineData("DO $$ BEGIN PERFORM random(); END $$", "random")]
    [InlineData("SELECT lucky()", "lucky")]
    [InlineData("ALTER ROLE CURRENT_USER SET work_mem = '1MB'", "roles")]
    [InlineData("PREPARE TRANSACTION 'x'", "prepared transactions")]
    public async Task ReadAsync_WhatCannotBeRepeated_IsRefusedWithTheReason(string sql, string? reason)
    {
        var footprint = await ReadAsync(sql);

        if (reason is null) Assert.Null(footprint.Refusal);
        else Assert.Contains(reason, footprint.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT id FROM things", true)]
    [InlineData("SELECT pg_advisory_xact_lock(1)", true)]
    [InlineData("SELECT pg_advisory_lock(1)", false)]
    [InlineData("SELECT currval('things_id_seq')", false)]
    [InlineData("SET lock_timeout = '1s'", false)]
    [InlineData("SET LOCAL lock_timeout = '1s'", true)]
    public async Task ReadAsync_WhatStaysWithASession_NeedsANewOne(string sql, bool keeps) => Assert.Equal(keeps, (await ReadAsync(sql)).KeepsSessions);

    [Theory]
    [InlineData("", "Empty")]
    [InlineData("INSERT INTO things (name, attempt) VALUES ('there', 0)", "BuildAgain")]
    [InlineData("INSERT INTO things (name, attempt) VALUES ('there', 0); CREATE TYPE mood AS ENUM ('good')", "NewDatabase")]
    [InlineData("INSERT INTO things (name, attempt) VALUES ('there', 0); CREATE VIEW v AS SELECT 1", "NewDatabase")]
    [InlineData("CREATE TYPE mood AS ENUM ('good')", "Empty")]
    [InlineData("CREATE SEQUENCE numbers", "NewDatabase")]
    [InlineData("SELECT setval('things_id_seq', 7, false)", "NewDatabase")]
    [InlineData("INSERT INTO things (name, attempt) VALUES ('there', 0); DELETE FROM things", "NewDatabase")]
    public async Task ReadAsync_WhatTheSetupMakes_DecidesHowToStartOver(string setup, string expected)
    {
        var request = SmallScenario.Request(new Workload(), Promise.Some, setup.Length == 0 ? null : setup, SmallScenario.Sql("read", "SELECT id FROM things"), new SayStep(Outcome.Found, null, 1));
        Assert.Equal(expected, (await ReadAsync(request)).StartOver.ToString());
    }

    /// <summary>Beside the small scenario's table stands one of everything that is not plain.</summary>
    private static RaceRequest RequestOf(params Step[] steps)
    {
        const string Objects = """
            CREATE VIEW plain AS SELECT id, name FROM things;
            CREATE VIEW locked AS SELECT id, name FROM things FOR UPDATE;
            CREATE FUNCTION own(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $1';
            CREATE FUNCTION called_immutable(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM things); END';
            CREATE VIEW calls AS SELECT own(id) AS id, name FROM things;
            CREATE TABLE watched (name text);
            CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER t BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
            CREATE TABLE checked (name text CHECK (called_immutable(1) >= 0));
            CREATE TABLE parent (name text);
            CREATE TABLE child () INHERITS (parent);
            CREATE TABLE dated (name text, at timestamptz NOT NULL DEFAULT now());
            CREATE VIEW recent AS SELECT name AS id FROM dated WHERE at > now() - interval '1 day';
            CREATE TABLE indexed (attempt bigint UNIQUE);
            CREATE TABLE checked_too (attempt bigint CHECK (attempt > 0));
            CREATE TABLE generated (attempt bigint, twice bigint GENERATED ALWAYS AS (attempt * 2) STORED);
            CREATE TABLE preset (attempt bigint);
            INSERT INTO preset VALUES (1);
            """;
        var callsLucky = steps.OfType<SqlStep>().Any(s => s.Sql.Written.Contains("lucky", StringComparison.Ordinal));
        var setup = callsLucky ? $"{Objects} CREATE FUNCTION lucky() RETURNS float8 LANGUAGE sql AS 'SELECT random()'" : Objects;
        return SmallScenario.Request(new Workload(), Promise.Some, setup, [.. steps, new SayStep(Outcome.Found, null, 1)]);
    }

    private Task<ProgramFootprint> ReadAsync(string sql) => ReadAsync(RequestOf(SmallScenario.Sql("only", sql)));

    private async Task<ProgramFootprint> ReadAsync(RaceRequest request)
    {
        await using var database = await postgres.Lab.RentDatabaseAsync(Cancellation);
        await using var source = new SessionSettings().SourceFor(new NpgsqlConnectionStringBuilder(database.ConnectionString) { IncludeErrorDetail = true }.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await new RaceTable(request, connection).BuildAsync(Cancellation);
        return await ProgramFootprint.ReadAsync(request.Scenario, request.Strategy, connection, Cancellation);
    }
}
