namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>What a generated program is mostly about: pieces of one theme meet each other, where pieces drawn from all of them hardly would.</summary>
internal enum Theme
{
    Plain,
    Attempt,
    Time,
    Sequence,
    SystemColumn,
    Monitoring,
    Advisory,
    Session,
    Definition,
    Trigger,
    View,
    Function,
    Constraint,
    Locking,
}

/// <summary>Something that a schema has: its SQL, and what must stand before it.</summary>
internal sealed record Part(string Name, string Sql, params string[] Needs);

/// <summary>A statement that may become a step.</summary>
/// <param name="Theme">What it is about.</param>
/// <param name="Sql">With parameters by name.</param>
/// <param name="Needs">Parts of the schema.</param>
internal sealed record Piece(Theme Theme, string Sql, params string[] Needs)
{
    /// <summary>The column that it keeps as <c>@seen</c>; null: none.</summary>
    public string? Keeps { get; init; }

    /// <summary>Whether a transaction must stand around it.</summary>
    public bool OnlyInside { get; init; }

    /// <summary>Whether it needs <c>@seen</c>.</summary>
    public bool UsesSeen => Sql.Contains("@seen", StringComparison.Ordinal);
}

/// <summary>A query that may become an invariant.</summary>
internal sealed record Question(Theme Theme, string Name, string Sql, params string[] Needs);

/// <summary>What generated programs are made of. Every statement has one effect in a given order of turns: numbers that differ from run to run are only compared with each other.</summary>
internal static class ProgramPieces
{
    /// <summary>Parts of schemas. The table <c>item</c> is written by the generator.</summary>
    public static readonly IReadOnlyList<Part> Parts =
    [
        new("number", "CREATE SEQUENCE number"),
        new("note", "CREATE TABLE note (k text, n int, attempt bigint)"),
        new("note-of-item", "CREATE TABLE note (k text REFERENCES item (k) ON DELETE CASCADE, n int, attempt bigint)", "primary key"),
        new("mood", "CREATE TYPE mood AS ENUM ('good', 'bad')"),
        new("plus_one", "CREATE FUNCTION plus_one(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + 1 $$"),
        new("items", "CREATE FUNCTION items(wanted text) RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM item WHERE k = wanted); END $$"),
        new("claimed", "CREATE FUNCTION claimed(wanted text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN (SELECT count(*) FROM item WHERE k = wanted); END $$"),
        new("jot", "CREATE FUNCTION jot(wanted text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO note VALUES (wanted, (SELECT count(*) FROM note), NULL); RETURN 1; END $$", "note"),
        new("take", "CREATE FUNCTION take() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('number') $$", "number"),
        new("hold", "CREATE FUNCTION hold(wanted text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM FROM item WHERE k = wanted FOR UPDATE; RETURN 1; END $$"),
        new("begun", "CREATE FUNCTION begun() RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT extract(epoch FROM now())::numeric $$"),
        new("seen", "CREATE VIEW seen AS SELECT k, n, attempt, mark FROM item"),
        new("locked", "CREATE VIEW locked AS SELECT k, n, attempt FROM item FOR UPDATE"),
        new("jotted", "CREATE VIEW jotted AS SELECT k, n, attempt, jot(k) AS j FROM item", "jot"),
        new("stamped", "CREATE VIEW stamped AS SELECT k, n, begun() AS at FROM item", "begun"),
        new("same", "CREATE FUNCTION same(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM jot(b); RETURN a = b; END $$; CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same)", "jot"),
        new("counting", "CREATE FUNCTION counting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := (SELECT count(*) FROM item WHERE k = NEW.k); RETURN NEW; END $$; CREATE TRIGGER counting BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION counting()"),
        new("noting", "CREATE FUNCTION noting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM jot(NEW.k); RETURN NULL; END $$; CREATE TRIGGER noting AFTER INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION noting()", "jot"),
        new("stamping", "CREATE FUNCTION stamping() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.mark := extract(epoch FROM now()); RETURN NEW; END $$; CREATE TRIGGER stamping BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION stamping()"),
        new("at-commit", "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM jot(NEW.k); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()", "jot"),
        new("limit-at-commit", "CREATE FUNCTION limited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF items(NEW.k) > 2 THEN RAISE EXCEPTION 'too many' USING ERRCODE = '23514'; END IF; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER limited AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION limited()", "items"),
        new("also", "CREATE RULE also AS ON INSERT TO note DO ALSO UPDATE item SET n = n + 1", "note"),
        new("policy", "ALTER TABLE item ENABLE ROW LEVEL SECURITY; ALTER TABLE item FORCE ROW LEVEL SECURITY; CREATE POLICY small ON item USING (hold(k) = 1 AND n < 3) WITH CHECK (true)", "hold"),
        new("checked", "ALTER TABLE item ADD CHECK (items(k) < 2)", "items"),
        new("primary key", "ALTER TABLE item ADD PRIMARY KEY (k)"),
        new("unique", "ALTER TABLE item ADD UNIQUE (k, n)"),
        new("deferred", "ALTER TABLE item ADD UNIQUE (k) DEFERRABLE INITIALLY DEFERRED"),
        new("partial", "CREATE UNIQUE INDEX few ON item (k) WHERE n > 0"),
        new("expression", "CREATE UNIQUE INDEX halves ON item (k, (attempt % 2))"),
        new("exclude", "ALTER TABLE item ADD EXCLUDE USING btree (k WITH =, n WITH =)"),
        new("careful", "CREATE DOMAIN careful AS text CHECK (hold(VALUE) = 1)", "hold"),
        new("jots", "CREATE FUNCTION jots_on(n int, wanted text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n + jot(wanted); END $$; CREATE AGGREGATE jots(text) (SFUNC = jots_on, STYPE = int, INITCOND = '0')", "jot"),
        new("copied", "CREATE MATERIALIZED VIEW copied AS SELECT k, count(*) AS c FROM item GROUP BY k"),
        new("spare", "CREATE INDEX spare ON item (n)"),
    ];

    /// <summary>Constraints, of which a schema has one at most beside what its statements need.</summary>
    public static readonly string[] Constraints = ["primary key", "unique", "deferred", "partial", "expression", "exclude", "checked"];

    /// <summary>Those that let a key have one row only.</summary>
    public static readonly string[] OneOfAKey = ["primary key", "deferred", "checked"];

    /// <summary>What happens beside a statement.</summary>
    public static readonly string[] Hidden = ["counting", "noting", "stamping", "at-commit", "limit-at-commit", "also", "policy"];

    /// <summary>What the column <c>mark</c> is by default.</summary>
    public static readonly (string Default, string? Needs, Theme Theme)[] Marks =
    [
        ("0", null, Theme.Plain),
        ("nextval('number')", "number", Theme.Sequence),
        ("extract(epoch FROM now())", null, Theme.Time),
        ("extract(epoch FROM CURRENT_TIMESTAMP)", null, Theme.Time),
        ("extract(epoch FROM statement_timestamp())", null, Theme.Time),
        ("txid_current()", null, Theme.SystemColumn),
        ("pg_backend_pid() * 0", null, Theme.Session),
        ("take()", "take", Theme.Function),
    ];

    /// <summary>Statements of steps.</summary>
    public static readonly IReadOnlyList<Piece> Statements =
    [
        new(Theme.Plain, "SELECT k FROM item WHERE k = @key"),
        new(Theme.Plain, "SELECT n FROM item WHERE k = @key ORDER BY n DESC LIMIT 1") { Keeps = "n" },
        new(Theme.Plain, "INSERT INTO item (k, n, attempt) VALUES (@key, 1, @attempt)"),
        new(Theme.Plain, "INSERT INTO item (k, n, attempt) SELECT @key, 1, @attempt WHERE NOT EXISTS (SELECT FROM item WHERE k = @key)"),
        new(Theme.Plain, "UPDATE item SET n = n + 1 WHERE k = @key"),
        new(Theme.Plain, "UPDATE item SET n = @seen::int + 1 WHERE k = @key"),
        new(Theme.Plain, "DELETE FROM item WHERE k = @key"),
        new(Theme.Plain, "SELECT 1 / n AS c FROM item WHERE k = @key"),
        new(Theme.Plain, "SELECT 1 / (SELECT count(*) FROM item WHERE n = 1) AS c") { Keeps = "c" },
        new(Theme.Plain, "INSERT INTO note (k, n, attempt) SELECT k, n, @attempt FROM item WHERE k = @key", "note"),
        new(Theme.Plain, "SELECT count(*) AS c FROM note", "note") { Keeps = "c" },
        new(Theme.Plain, "WITH gone AS (DELETE FROM note RETURNING k) UPDATE item SET n = n + (SELECT count(*) FROM gone)::int WHERE k = @key", "note"),
        new(Theme.Plain, "INSERT INTO item (k, n, attempt) VALUES (@key, 1, @attempt) ON CONFLICT (k) DO UPDATE SET n = item.n + 1", "primary key"),
        new(Theme.Plain, "INSERT INTO item (k, n, attempt) VALUES (@key, 1, @attempt) ON CONFLICT DO NOTHING", "primary key"),

        new(Theme.Attempt, "UPDATE item SET n = greatest(@attempt, 0) WHERE k = @key"),
        new(Theme.Attempt, "UPDATE item SET n = mod(@attempt::int, 2) WHERE k = @key"),
        new(Theme.Attempt, "UPDATE item SET attempt = @attempt WHERE k = @key"),
        new(Theme.Attempt, "INSERT INTO item (k, n, attempt) SELECT @key, 1, coalesce(max(attempt), @attempt) FROM item"),
        new(Theme.Attempt, "SELECT 1 FROM item WHERE k = @key HAVING min(attempt) = @attempt"),
        new(Theme.Attempt, "SELECT attempt FROM item WHERE k = @key ORDER BY attempt LIMIT 1") { Keeps = "attempt" },
        new(Theme.Attempt, "SELECT k FROM item WHERE attempt = @attempt"),
        new(Theme.Attempt, "DELETE FROM item WHERE ctid = (SELECT ctid FROM item WHERE k = @key ORDER BY attempt DESC LIMIT 1)"),
        new(Theme.Attempt, "UPDATE item SET n = @worker::int WHERE k = @key"),
        new(Theme.Attempt, "INSERT INTO item (k, n, attempt) VALUES (@key, 1, abs(@attempt))"),
        new(Theme.Attempt, "INSERT INTO item (k, n, attempt) VALUES (@key || (@attempt % 2)::text, 1, @attempt)"),

        new(Theme.Time, "SELECT extract(epoch FROM now()) AS at") { Keeps = "at" },
        new(Theme.Time, "SELECT extract(epoch FROM CURRENT_TIMESTAMP) AS at") { Keeps = "at" },
        new(Theme.Time, "UPDATE item SET mark = extract(epoch FROM CURRENT_TIMESTAMP), attempt = @attempt WHERE k = @key"),
        new(Theme.Time, "UPDATE item SET mark = extract(epoch FROM statement_timestamp()), attempt = @attempt WHERE k = @key"),
        new(Theme.Time, "UPDATE item SET mark = greatest(mark, extract(epoch FROM now())) WHERE k = @key"),
        new(Theme.Time, "SELECT k FROM item WHERE k = @key AND mark > extract(epoch FROM now())"),
        new(Theme.Time, "INSERT INTO item (k, n, attempt, mark) VALUES (@key, 1, @attempt, extract(epoch FROM LOCALTIMESTAMP))"),
        new(Theme.Time, "INSERT INTO item (k, n, mark) VALUES (@key, 1, @seen::numeric)"),
        new(Theme.Time, "UPDATE item SET n = n + 1 WHERE k = @key AND mark <= @seen::numeric"),

        new(Theme.Sequence, "SELECT nextval('number') AS n", "number") { Keeps = "n" },
        new(Theme.Sequence, "SELECT last_value AS n FROM number", "number") { Keeps = "n" },
        new(Theme.Sequence, "SELECT 1 WHERE (SELECT is_called FROM number)", "number"),
        new(Theme.Sequence, "INSERT INTO item (k, n, attempt) VALUES (@key, nextval('number'), @attempt)", "number"),
        new(Theme.Sequence, "UPDATE item SET n = nextval('number') WHERE k = @key", "number"),
        new(Theme.Sequence, "SELECT setval('number', 5)", "number"),
        new(Theme.Sequence, "SELECT currval('number') AS n", "number") { Keeps = "n" },
        new(Theme.Sequence, "INSERT INTO item (k, n, attempt) VALUES (@key, @seen::int, @attempt)"),
        new(Theme.Sequence, "SELECT 1 WHERE nextval('number') > 2", "number"),

        new(Theme.SystemColumn, "SELECT xmin::text AS x FROM item WHERE k = @key LIMIT 1") { Keeps = "x" },
        new(Theme.SystemColumn, "UPDATE item SET n = n + 1 WHERE k = @key AND xmin::text = @seen::text"),
        new(Theme.SystemColumn, "SELECT k FROM item WHERE k = @key AND xmax::text <> '0'"),
        new(Theme.SystemColumn, "SELECT ctid::text AS x FROM item WHERE k = @key LIMIT 1") { Keeps = "x" },
        new(Theme.SystemColumn, "UPDATE item SET n = 5 WHERE ctid = @seen::tid"),
        new(Theme.SystemColumn, "UPDATE item SET mark = txid_current(), attempt = @attempt WHERE k = @key"),
        new(Theme.SystemColumn, "SELECT txid_current() AS x") { Keeps = "x" },
        new(Theme.SystemColumn, "SELECT txid_snapshot_xmax(txid_current_snapshot()) AS x") { Keeps = "x" },
        new(Theme.SystemColumn, "INSERT INTO item (k, n, attempt, mark) VALUES (@key, 1, @attempt, @seen::numeric)"),
        new(Theme.SystemColumn, "INSERT INTO note (k, n) SELECT @key, 1 WHERE pg_xact_status(@seen::xid8) = 'in progress'", "note"),

        new(Theme.Monitoring, "SELECT count(*) AS c FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = 'item'::regclass AND mode = 'RowExclusiveLock'") { Keeps = "c" },
        new(Theme.Monitoring, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND state = 'idle in transaction'"),
        new(Theme.Monitoring, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND backend_xid IS NOT NULL"),
        new(Theme.Monitoring, "SELECT count(*) AS c FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") { Keeps = "c" },
        new(Theme.Monitoring, "SELECT 1 FROM pg_class WHERE relname = 'extra'"),
        new(Theme.Monitoring, "SELECT last_value AS c FROM pg_sequences WHERE sequencename = 'number'", "number") { Keeps = "c" },

        new(Theme.Advisory, "SELECT pg_advisory_lock(1)"),
        new(Theme.Advisory, "SELECT pg_advisory_unlock(1)"),
        new(Theme.Advisory, "SELECT 1 WHERE pg_try_advisory_lock(1)"),
        new(Theme.Advisory, "SELECT pg_advisory_xact_lock(hashtext(@key))") { OnlyInside = true },
        new(Theme.Advisory, "SELECT 1 WHERE pg_try_advisory_xact_lock(1)"),
        new(Theme.Advisory, "SELECT pg_advisory_lock_shared(1)"),
        new(Theme.Advisory, "SELECT pg_advisory_unlock_all()"),
        new(Theme.Advisory, "SELECT k FROM item WHERE k = @key AND pg_try_advisory_lock(1)"),

        new(Theme.Session, "SELECT set_config('lab.seen', 'x', false)"),
        new(Theme.Session, "SELECT 1 WHERE current_setting('lab.seen', true) = 'x'"),
        new(Theme.Session, "SET lab.seen = 'y'"),
        new(Theme.Session, "CREATE TEMPORARY TABLE IF NOT EXISTS scratch AS SELECT count(*) AS c FROM item"),
        new(Theme.Session, "SELECT 1 WHERE to_regclass('pg_temp.scratch') IS NOT NULL"),
        new(Theme.Session, "PREPARE again AS SELECT 1"),
        new(Theme.Session, "SELECT lo_create(4711)"),
        new(Theme.Session, "LISTEN lab"),
        new(Theme.Session, "SELECT 1 FROM pg_listening_channels() AS c WHERE c = 'lab'"),
        new(Theme.Session, "DECLARE cursor_of_mine CURSOR WITH HOLD FOR SELECT n FROM item"),
        new(Theme.Session, "SELECT nextval('number'), lastval() AS n", "number"),

        new(Theme.Definition, "CREATE TABLE IF NOT EXISTS extra (id int PRIMARY KEY)"),
        new(Theme.Definition, "CREATE UNIQUE INDEX IF NOT EXISTS one ON item (k)"),
        new(Theme.Definition, "ALTER TABLE item ADD COLUMN IF NOT EXISTS more int DEFAULT 1"),
        new(Theme.Definition, "DROP INDEX IF EXISTS spare", "spare"),
        new(Theme.Definition, "CREATE SEQUENCE IF NOT EXISTS other"),
        new(Theme.Definition, "CREATE OR REPLACE FUNCTION plus_one(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 2'", "plus_one"),
        new(Theme.Definition, "TRUNCATE note", "note"),
        new(Theme.Definition, "CREATE OR REPLACE VIEW seen AS SELECT k, n, attempt, mark FROM item FOR UPDATE", "seen"),
        new(Theme.Definition, "SELECT k FROM seen WHERE k = @key", "seen"),
        new(Theme.Definition, "CREATE OR REPLACE RULE also AS ON INSERT TO item DO ALSO INSERT INTO note VALUES (new.k, 1)", "note"),
        new(Theme.Definition, "ALTER TABLE item ALTER mark SET DEFAULT extract(epoch FROM now())"),
        new(Theme.Definition, "TRUNCATE item RESTART IDENTITY"),
        new(Theme.Definition, "SELECT 1 WHERE to_regclass('extra') IS NOT NULL"),
        new(Theme.Definition, "REFRESH MATERIALIZED VIEW copied", "copied"),
        new(Theme.Definition, "SELECT c FROM copied WHERE k = @key", "copied") { Keeps = "c" },
        new(Theme.Definition, "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine'", "mood"),

        new(Theme.View, "SELECT k FROM seen WHERE k = @key", "seen"),
        new(Theme.View, "SELECT n FROM locked WHERE k = @key", "locked") { Keeps = "n" },
        new(Theme.View, "SELECT k FROM jotted WHERE k = @key", "jotted"),
        new(Theme.View, "SELECT k FROM jotted WHERE k = @key AND j > 0", "jotted"),
        new(Theme.View, "SELECT at FROM stamped WHERE k = @key", "stamped") { Keeps = "at" },
        new(Theme.View, "UPDATE seen SET n = n + 1 WHERE k = @key", "seen"),
        new(Theme.View, "SELECT k FROM item WHERE k === @key", "same"),

        new(Theme.Function, "SELECT items(@key) AS c", "items") { Keeps = "c" },
        new(Theme.Function, "SELECT k FROM item WHERE k = @key AND claimed(@key) > 1", "claimed"),
        new(Theme.Function, "SELECT jot(@key)", "jot"),
        new(Theme.Function, "SELECT @key::careful AS c", "careful"),
        new(Theme.Function, "SELECT jots(k) AS c FROM item", "jots") { Keeps = "c" },
        new(Theme.Function, "UPDATE item SET n = plus_one(n) WHERE k = @key", "plus_one"),
        new(Theme.Function, "SELECT k FROM item WHERE k = @key AND hold(@key) = 1", "hold"),
        new(Theme.Function, "INSERT INTO item (k, n, attempt) VALUES (@key, items(@key), @attempt)", "items"),
        new(Theme.Function, "UPDATE item SET mark = take(), attempt = @attempt WHERE k = @key", "take"),
        new(Theme.Function, "DO $$ BEGIN INSERT INTO note SELECT k, n FROM item; END $$", "note"),

        new(Theme.Constraint, "INSERT INTO item (k, n, attempt) VALUES (@key, 0, @attempt)"),
        new(Theme.Constraint, "UPDATE item SET n = 1 - n WHERE k = @key"),
        new(Theme.Constraint, "UPDATE item SET k = k || '+' WHERE k = @key"),
        new(Theme.Constraint, "INSERT INTO note (k, n) VALUES (@key, 1)", "note-of-item"),
        new(Theme.Constraint, "SET CONSTRAINTS ALL IMMEDIATE") { OnlyInside = true },

        new(Theme.Locking, "SELECT n FROM item WHERE k = @key FOR UPDATE") { Keeps = "n" },
        new(Theme.Locking, "SELECT n FROM item WHERE k = @key FOR SHARE") { Keeps = "n" },
        new(Theme.Locking, "SELECT n FROM item WHERE k = @key FOR KEY SHARE") { Keeps = "n" },
        new(Theme.Locking, "SELECT n FROM item WHERE k = @key LIMIT 1 FOR UPDATE SKIP LOCKED") { Keeps = "n" },
        new(Theme.Locking, "SELECT n FROM item WHERE k = @key FOR NO KEY UPDATE NOWAIT") { Keeps = "n" },
        new(Theme.Locking, "LOCK TABLE item IN SHARE ROW EXCLUSIVE MODE") { OnlyInside = true },
        new(Theme.Locking, "LOCK TABLE item IN ACCESS EXCLUSIVE MODE") { OnlyInside = true },
        new(Theme.Locking, "LOCK TABLE item IN SHARE MODE NOWAIT") { OnlyInside = true },
        new(Theme.Locking, "LOCK TABLE item IN ROW SHARE MODE") { OnlyInside = true },
        new(Theme.Locking, "SET LOCAL lock_timeout = '20ms'") { OnlyInside = true },
    ];

    /// <summary>Queries of invariants.</summary>
    public static readonly IReadOnlyList<Question> Questions =
    [
        new(Theme.Plain, "doubles", "SELECT k AS key, count(*) - 1 AS excess FROM item GROUP BY k HAVING count(*) > 1"),
        new(Theme.Plain, "counted", "SELECT k AS key, abs(sum(n) - count(*)) AS excess FROM item GROUP BY k HAVING sum(n) <> count(*)"),
        new(Theme.Plain, "turned away", "SELECT key, count(*) AS excess FROM attempts WHERE sqlstate IS NOT NULL GROUP BY key"),
        new(Theme.Plain, "winners", "SELECT key, count(*) - 1 AS excess FROM attempts WHERE said = 'updated' GROUP BY key HAVING count(*) > 1"),
        new(Theme.Plain, "two", "SELECT k AS key, 1 AS excess FROM item WHERE n = 2 GROUP BY k"),
        new(Theme.Plain, "noted", "SELECT 'k' AS key, 1 AS excess WHERE (SELECT count(*) FROM note) > (SELECT count(*) FROM item)", "note"),
        new(Theme.Plain, "empty", "SELECT 'k' AS key, 1 AS excess WHERE NOT EXISTS (SELECT FROM item)"),
        new(Theme.Attempt, "first is first", "SELECT k AS key, 1 AS excess FROM item GROUP BY k HAVING min(attempt) > 1"),
        new(Theme.Attempt, "last is last", "SELECT k AS key, 1 AS excess FROM item GROUP BY k HAVING max(n) < 2"),
        new(Theme.Attempt, "second failed", "SELECT key, 1 AS excess FROM attempts WHERE said <> 'updated' AND worker = 2"),
        new(Theme.Attempt, "larger wins", "SELECT a.key, 1 AS excess FROM attempts a JOIN attempts b USING (key) WHERE a.attempt < b.attempt AND a.said = 'updated' AND b.said = 'failed'"),
        new(Theme.Time, "in time", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.mark < b.mark AND a.attempt > b.attempt"),
        new(Theme.Time, "after", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.mark < b.mark AND a.ctid > b.ctid"),
        new(Theme.Sequence, "gaps", "SELECT k AS key, 1 AS excess FROM item GROUP BY k HAVING max(n) - min(n) + 1 <> count(*)"),
        new(Theme.Sequence, "used up", "SELECT 'k' AS key, last_value AS excess FROM number WHERE last_value > 2", "number"),
        new(Theme.Sequence, "in turn", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.n < b.n AND a.attempt > b.attempt"),
        new(Theme.SystemColumn, "written in turn", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.xmin::text::bigint < b.xmin::text::bigint AND a.attempt > b.attempt"),
        new(Theme.SystemColumn, "placed in turn", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.ctid < b.ctid AND a.attempt > b.attempt"),
        new(Theme.SystemColumn, "marked in turn", "SELECT a.k AS key, 1 AS excess FROM item a JOIN item b USING (k) WHERE a.mark < b.mark AND a.xmin::text::bigint > b.xmin::text::bigint"),
        new(Theme.Definition, "extra", "SELECT 'k' AS key, 1 AS excess WHERE to_regclass('extra') IS NOT NULL"),
        new(Theme.Advisory, "held", "SELECT 'k' AS key, count(*) AS excess FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) HAVING count(*) > 0"),
    ];

    /// <summary>Queries of <c>rows</c>.</summary>
    public static readonly (string Sql, string? Needs)[] Rows =
    [
        ("SELECT NULL::bigint AS attempt, k AS key, n FROM item", null),
        ("SELECT attempt, k AS key FROM item", null),
        ("SELECT attempt, k AS key FROM item WHERE attempt = (SELECT min(attempt) FROM item)", null),
        ("SELECT attempt, key FROM attempts WHERE said = 'updated'", null),
        ("SELECT attempt, k AS key FROM item UNION ALL SELECT attempt, k FROM note", "note"),
        ("SELECT NULL::bigint AS attempt, a.k AS key FROM item a JOIN item b USING (k) WHERE a.xmin::text::bigint < b.xmin::text::bigint", null),
    ];
}
