namespace RaceLab.Engine.Tests.Content;

/// <summary>A good file, and what happens to it when one line of it is replaced.</summary>
public static class BadFiles
{
    /// <summary>Its lines, the first at index 0.</summary>
    public static readonly string[] Good =
    [
        "title: T", // 1
        "summary: S",
        "text: X",
        "needs: { postgres: 15 }",
        "key: a{n}", // 5
        "schema: CREATE TABLE t (attempt bigint, k text)",
        "rows: SELECT attempt, k AS key FROM t",
        "invariants:",
        "  duplicates:",
        "    title: One row", // 10
        "    query: SELECT k AS key, count(*) - 1 AS excess FROM t GROUP BY k HAVING count(*) > 1",
        "    live: extra creations",
        "strategies:",
        "  broken:",
        "    title: B", // 15
        "    summary: S",
        "    text: X",
        "    promises: { duplicates: some }",
        "    witness: [1.check, 2.check, 1.insert, 2.insert]",
        "    steps:", // 20
        "      - check: SELECT k FROM t WHERE k = @key",
        "        keep: { k: seen }",
        "      - say: found",
        "        when: found",
        "      - pause: window", // 25
        "      - insert: INSERT INTO t VALUES (@attempt, @key)",
        "      - say: created",
        "  sound:",
        "    title: S",
        "    summary: S", // 30
        "    text: X",
        "    promises: { duplicates: none }",
        "    steps:",
        "      - within: transaction serializable",
        "        retry: { on: [40001], at most: 20, backoff: 1-5ms }", // 35
        "        on error: { 23505 t_key: fail, else: fail }",
        "        steps:",
        "          - insert: INSERT INTO t VALUES (@attempt, @key)",
        "          - say: created",
        "puzzles:", // 40
        "  meet:",
        "    title: P",
        "    text: X",
        "    strategy: sound",
        "    sessions: 3", // 45
        "    goal: { waits: yes, rows: 2, told: [created], raises: 40P01, breaks: duplicates }",
        "    solution: [1.begin, 2.begin, 3.insert]",
        "    hints: [Look., Look again.]",
    ];

    /// <summary>Line to replace, its replacement (null: nothing), the line of the error, and words of the reason.</summary>
    public static TheoryData<int, string?, int, string> Cases => new()
    {
        // The file itself
        { 1, "titel: T", 1, "did you mean 'title'?" },
        { 1, null, 1, "needs the field 'title'" },
        { 1, "title:", 1, "'title' of a scenario must be a text, and nothing stands here" },
        { 1, "title: [a, b]", 1, "and a list stands here" },
        { 1, "title: " + "x0123456789x0123456789x0123456789x0123456789x0123456789x0123456789", 1, "60 is the most" },
        { 2, "title: again", 2, "Duplicate key" },
        { 2, "summary: \"not closed", 2, "not YAML that can be read" },
        { 2, "\tsummary: S", 2, "not YAML that can be read" },
        { 3, "text: &a X\nsummary: *a", 4, "write it out" },
        { 3, "text: " + new string('[', 48), 3, "brackets do not match" },
        { 3, "text: " + new string('[', 48) + new string(']', 48), 3, "levels deep" },
        { 3, "text: X\ninputs: { id: uuid4() }", 4, "'inputs' is kept for values drawn for each attempt" },
        { 4, "needs: { postgres: 12 }", 4, "a whole number from 13 to 99" },
        { 4, "needs: { postgres: latest }", 4, "and 'latest' stands here" },
        { 4, "needs: { redis: sometimes }", 4, "'sometimes' stands here" },
        { 4, "needs: 15", 4, "must be fields" },
        { 4, "needs: { behaviour: advisory locks }", 4, "must be a list" },
        { 4, "needs: { behaviour: [advisory lock] }", 4, "did you mean 'advisory locks'?" },
        { 4, "needs: { behaviour: [unique violations, unique violations] }", 4, "stands twice" },
        { 17, "    text: X\n    needs: { postgres: 100 }", 18, "a whole number from 13 to 99" },
        { 5, "key: learner@example.com", 5, "needs {n} exactly once" },
        { 5, "key: a{n}-{n}", 5, "needs {n} exactly once" },
        { 5, "key: a{n}\ndeliveries: 3", 6, "must be fields" },
        { 5, "key: a{n}\ndeliveries: { until: acknowledged }", 6, "needs the field 'at most'" },
        { 5, "key: a{n}\ndeliveries: { until: created, at most: 3 }", 6, "until it is 'acknowledged'" },
        { 5, "key: a{n}\ndeliveries: { until: acknowledged, at most: 1 }", 6, "a whole number from 2 to 10" },
        { 5, "key: a{n}\ndeliveries: { until: acknowledged, atmost: 3 }", 6, "did you mean 'at most'?" },
        { 6, "schema: 'CREATE TABLE t'\nschemas: 1", 7, "did you mean 'schema'?" },
        { 6, "schema: CREATE TABLE t (k text DEFAULT 'open)", 6, "quote is not closed" },
        { 6, "schema: -- later", 6, "no SQL statement" },
        { 7, "rows: SELECT attempt, k FROM t WHERE k = @key", 7, "@key means nothing here" },
        { 7, "rows: SELECT 1; SELECT 2", 7, "one SQL statement" },
        { 9, "  Duplicates!:", 9, "no name for an invariant" },
        { 11, null, 9, "needs the field 'query'" },
        { 12, "    live: rows", 12, "'extra creations'" },

        // A strategy
        { 14, "  Broken_One:", 14, "no id for a strategy" },
        { 14, "  broken:\n    app: { instances: 2 }", 15, "'app' is kept for several instances" },
        { 15, "    tilte: B", 15, "did you mean 'title'?" },
        { 18, "    promises: { duplicates: maybe }", 18, "none or some" },
        { 18, "    promises: { duplicate: some }", 18, "did you mean 'duplicates'?" },
        { 18, "    promises: {}", 18, "makes no promise about 'duplicates'" },
        { 18, "    promises: { duplicates: none }", 19, "leave it out" },
        { 19, null, 14, "needs a 'witness'" },
        { 19, "    witness: [1.check, 2.insrt]", 19, "did you mean 'insert'?" },
        { 19, "    witness:\n      - 1.check\n      - 5.insert", 21, "a session from 1 to 4" },
        { 19, "    witness: [1.pause, 2.insert]", 19, "a schedule cannot order" },
        { 19, "    witness: [e.deliver-1]", 19, "the scenario has no 'deliveries'" },
        { 19, "    witness: [e.expire]", 19, "is no entry of a schedule" },
        { 19, "    witness: [e.deliver-5]", 19, "a session from 1 to 4" },
        { 19, "    witness: check", 19, "must be a list" },

        // Roles
        { 20, "    roles:\n      one:", 20, "at least two roles" },
        { 27, "      - say: created\n    roles: {}", 28, "at least two roles" },
        { 27, "      - say: created\n    roles: [one, two]", 28, "must be fields" },
        { 27, "      - say: created\n    roles: { one: {}, two: {} }", 28, "needs the field 'steps'" },
        { 27, "      - say: created\n    roles: { One!: {}, two: {} }", 28, "no name for a role" },
        { 27, "      - say: created\n    roles: { one: { titel: x, steps: [] }, two: {} }", 28, "has no field 'titel'" },
        { 27, "      - say: created\n    roles: { one: {}, two: {} }", 28, "has 'steps' and 'roles'" },

        // Puzzles
        { 40, "puzzels:", 40, "did you mean 'puzzles'?" },
        { 41, "  Meet!:", 41, "no id for a puzzle" },
        { 42, "    titel: P", 42, "did you mean 'title'?" },
        { 44, "    strategy: sond", 44, "the scenario has no strategy 'sond': did you mean 'sound'?" },
        { 44, null, 41, "needs the field 'strategy'" },
        { 45, "    sessions: 5", 45, "a whole number from 2 to 4" },
        { 45, "    sessions: 2", 47, "'3.insert' is no entry of a schedule: it is a session from 1 to 2" },
        { 46, null, 41, "needs the field 'goal'" },
        { 46, "    goal: waits", 46, "must be fields" },
        { 46, "    goal: {}", 46, "asks for nothing: it has one or more of breaks, raises, waits, told, rows" },
        { 46, "    goal: { brakes: duplicates }", 46, "did you mean 'breaks'?" },
        { 46, "    goal: { breaks: duplicate }", 46, "did you mean 'duplicates'?" },
        { 46, "    goal: { raises: deadlock }", 46, "is no SQLSTATE" },
        { 46, "    goal: { waits: sometimes }", 46, "'sometimes' stands here" },
        { 46, "    goal: { told: created }", 46, "must be a list" },
        { 46, "    goal: { told: [creatd] }", 46, "did you mean 'created'?" },
        { 46, "    goal: { told: [found, found, found, found] }", 46, "4 answers, and there are 3 sessions" },
        { 46, "    goal: { rows: many }", 46, "a whole number from 0 to 100" },
        { 47, null, 41, "needs the field 'solution'" },
        { 47, "    solution: never", 47, "or none where no order reaches the goal" },
        { 47, "    solution: []", 47, "an empty list" },
        { 47, "    solution: [1.beginn]", 47, "did you mean 'begin'?" },
        { 45, "    sessions: 4\n    solution: none\n    hints: [Look.]\n    goal: { waits: yes }\n  other:\n    title: O", 46, "for 3 sessions at most" },
        { 48, null, 41, "needs the field 'hints'" },
        { 48, "    hints: Look.", 48, "must be a list" },
        { 48, "    hints: [Look., '']", 48, "a hint is a sentence" },
        { 48, "    hints: [a, b, c, d, e, f, g]", 48, "has 7 hints, and 6 are the most" },

        // Steps
        { 21, "      - SELECT 1\n      - check: SELECT k FROM t", 21, "a step is" },
        { 21, "      - Check: SELECT k FROM t", 21, "no name for a step" },
        { 21, "      - commit: SELECT k FROM t", 21, "blocks bring along" },
        { 21, "      - check: SELECT 'k FROM t", 21, "quote is not closed" },
        { 21, "      - check: SELECT k FROM t WHERE k = @kye", 21, "@kye is not known here" },
        { 21, "      - check: SELECT k FROM t WHERE k = $1", 21, "parameters are written by name" },
        { 21, "      - check: SELECT k FROM t\n        whne: found", 22, "did you mean 'when'?" },
        { 21, "      - check: SELECT k FROM t\n        on: effects", 22, "'on: effects' is kept for" },
        { 21, "      - check: SELECT k FROM t\n        on: mars", 22, "'mars' stands here" },
        { 21, "      - check: DELETE FROM t\n        on: replica", 21, "takes nothing but reads" },
        { 22, "        keep: { k: \"@seen\" }", 22, "without the '@'" },
        { 22, "        keep: { k: key }", 21, "given by the race" },
        { 22, "        keep: k", 22, "must be fields" },
        { 23, "      - say: maybe", 23, "created, found, updated, failed" },
        { 25, "      - when: found", 25, "begins with what it is" },
        { 24, "        when: found it", 24, "is no condition" },
        { 24, "        when: found in insert", 23, "does not come before it" },
        { 24, null, 24, "never reached" },
        { 25, "      - pause: 5ms", 25, "the only pause is 'window'" },
        { 25, "      - mutex: on delivery 1", 25, "'mutex' is kept for" },
        { 25, "      - crash:", 25, "'crash' of this step must be a text" },
        { 25, "      - crash: sometimes", 25, "an application crashes 'on every delivery' or 'on delivery 1'" },
        { 25, "      - crash: on delivery 2", 25, "never happens: an attempt arrives once" },
        { 25, "      - crash: on delivery 1\n        keep: { k: seen }", 26, "has no field 'keep'" },
        { 25, "      - crash: on every delivery", 26, "the 'crash' before it always ends the attempt" },
        { 26, "      - check: INSERT INTO t VALUES (@attempt, @key)", 26, "two steps are called 'check'" },
        { 27, "      - say: created\n        when: found", 20, "ends without a 'say'" },
        { 34, "      - within: transaction serialisable", 34, "did you mean 'transaction serializable'?" },
        { 34, "      - within: lease @key 30ms", 34, "kept for a lock that runs out" },
        { 34, "      - within: savepoint", 34, "needs a transaction around it" },
        { 35, "        retry: { on: [4001], at most: 20 }", 35, "is no SQLSTATE" },
        { 35, "        retry: { on: [40001], at most: 0 }", 35, "from 1 to 1000" },
        { 35, "        retry: { on: [40001], at most: 5, backoff: 5-1ms }", 35, "is no back-off" },
        { 35, "        retry: { on: [40001], atmost: 5 }", 35, "did you mean 'at most'?" },
        { 36, "        on error: { else: fail, 23505: fail }", 36, "put it before" },
        { 36, "        on error: { 23505: ignore }", 36, "continue or fail" },
        { 36, "        on error: { unique: continue }", 36, "is no error" },
        { 37, "        steps: []\n  unused:", 37, "at least one item" },
        { 38, "          - insert: INSERT INTO t VALUES (@attempt, @key)\n            on error: { 23505: continue }", 38, "25P02" },
        { 38, "          - within: transaction\n            steps: [ { say: created } ]", 38, "has savepoints for that" },
    };

    /// <summary>The good file with one line replaced; the replacement may be several lines.</summary>
    public static string With(int line, string? replacement)
    {
        var lines = Good.ToList();
        lines.RemoveAt(line - 1);
        if (replacement is not null) lines.Insert(line - 1, replacement);
        return string.Join('\n', lines) + "\n";
    }
}
