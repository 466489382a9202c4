using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

/// <summary>A scenario made in code, for tests that are not about content.</summary>
internal static class SmallScenario
{
    private const string Duplicates = "SELECT name AS key, count(*) - 1 AS excess FROM things GROUP BY name HAVING count(*) > 1";

    private static readonly Condition Found = Condition.Parse("found");

    /// <summary>Check, pause, insert: makes duplicates.</summary>
    public static RaceRequest Naive(Workload workload) => Request(workload, Promise.Some, null,
        Sql("check", "SELECT id FROM things WHERE name = @key"),
        new SayStep(Outcome.Found, Found, 1),
        new PauseStep(null, 1),
        Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
        new SayStep(Outcome.Created, null, 1));

    /// <summary>A plain insert against a unique constraint, with nothing to catch its 23505.</summary>
    public static RaceRequest Constrained(Workload workload) => Request(workload, Promise.None, "ALTER TABLE things ADD CONSTRAINT things_name_key UNIQUE (name)",
        Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
        new SayStep(Outcome.Created, null, 1));

    /// <summary>Takes an advisory lock for the key, pauses while holding it, inserts.</summary>
    public static RaceRequest Locked(Workload workload) => Request(workload, Promise.None, null,
        new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
        [
            Sql("lock", "SELECT pg_advisory_xact_lock(hashtext(@key))"),
            new PauseStep(null, 1),
            Sql("check", "SELECT id FROM things WHERE name = @key"),
            new SayStep(Outcome.Found, Found, 1),
            Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
            new SayStep(Outcome.Created, null, 1),
        ], 1));

    /// <summary>One role inserts, the other empties the table.</summary>
    public static RaceRequest InsertersAndDeleters(Workload workload) => Request(workload, Promise.Some, null,
        new RoleSteps("inserter", [Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1)], 1),
        new RoleSteps("deleter", [Sql("delete", "DELETE FROM things WHERE name = @key"), new SayStep(Outcome.Updated, null, 1)], 1));

    /// <summary>One role inserts in a transaction, the other ends whoever has one open and does nothing in it.</summary>
    public static RaceRequest EndedByAnother(Workload workload) => Request(workload, Promise.None, "ALTER TABLE things ADD UNIQUE (name)",
        new RoleSteps("inserter", [new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None,
            [Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"), new SayStep(Outcome.Created, null, 1)], 1)], 1),
        new RoleSteps("administrator",
        [
            Sql("end", "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND state = 'idle in transaction'"),
            new SayStep(Outcome.Found, null, 1),
        ], 1));

    /// <summary>Inserts in a transaction and dies before its COMMIT when the attempt arrives for the first time.</summary>
    public static RaceRequest CrashingInTransaction(Workload workload) => Request(workload, Promise.None, null,
        new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None,
        [
            Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
            new CrashStep(1, null, 1),
            new SayStep(Outcome.Created, null, 1),
        ], 1)).Delivered(3);

    /// <summary>Looks, inserts, dies behind the insert, which is kept, and finds it on the second delivery.</summary>
    public static RaceRequest CrashingBehindTheInsert(Workload workload) => Request(workload, Promise.None, null,
        Sql("check", "SELECT id FROM things WHERE name = @key"),
        new SayStep(Outcome.Found, Found, 1),
        Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
        new CrashStep(1, null, 1),
        new SayStep(Outcome.Created, null, 1)).Delivered(3);

    /// <summary>The same, where an attempt arrives so often until it is answered well.</summary>
    public static RaceRequest Delivered(this RaceRequest request, int deliveries) => request with { Scenario = request.Scenario with { Deliveries = deliveries } };

    /// <summary>Check, pause, insert inside a block of the application.</summary>
    public static RaceRequest Gated(Workload workload, BlockKind kind, int instances) => Request(workload, instances > 1 ? Promise.Some : Promise.None, null,
        new WithinStep(kind, null, null, ErrorRules.None,
        [
            Sql("check", "SELECT id FROM things WHERE name = @key"),
            new SayStep(Outcome.Found, Found, 1),
            new PauseStep(null, 1),
            Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
            new SayStep(Outcome.Created, null, 1),
        ], 1)
        { Variable = "key" }).In(instances);

    /// <summary>Takes a session-level lock and never gives it back.</summary>
    public static RaceRequest Leaking(Workload workload, ConnectionUse use) => Over(workload, use,
        Sql("lock", "SELECT pg_advisory_lock(hashtext(@key))"),
        Sql("check", "SELECT id FROM things WHERE name = @key"),
        new SayStep(Outcome.Found, Found, 1),
        Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
        new SayStep(Outcome.Created, null, 1));

    /// <summary>One insert over connections that are there for one attempt.</summary>
    public static RaceRequest Connecting(Workload workload, ConnectionUse use) => Over(workload, use,
        Sql("insert", "INSERT INTO things (name, attempt) VALUES (@key, @attempt)"),
        new PauseStep(null, 1),
        new SayStep(Outcome.Created, null, 1));

    /// <summary>Steps over connections that are there for one attempt.</summary>
    public static RaceRequest Over(Workload workload, ConnectionUse use, params Step[] steps)
    {
        var request = Request(workload, Promise.Some, null, new RoleSteps(null, steps, 1).Over(use));
        return request with { Strategy = request.Strategy with { Connection = use } };
    }

    /// <summary>The same in so many instances of the application.</summary>
    public static RaceRequest In(this RaceRequest request, int instances) => request with { Strategy = request.Strategy with { Instances = instances } };

    public static RaceRequest Request(Workload workload, Promise promise, string? setup, params Step[] steps) => Request(workload, promise, setup, [], steps);

    public static RaceRequest Request(Workload workload, Promise promise, string? setup, IReadOnlyList<Input> inputs, params Step[] steps) =>
        Build(workload, promise, setup, inputs, new RoleSteps(null, steps, 1));

    public static RaceRequest Request(Workload workload, Promise promise, string? setup, params RoleSteps[] roles) => Build(workload, promise, setup, [], roles);

    public static Input Input(string name, string text)
    {
        Assert.True(Engine.Programs.Input.TryParse(name, text, out var input, out var reason), reason);
        return input;
    }

    private static RaceRequest Build(Workload workload, Promise promise, string? setup, IReadOnlyList<Input> inputs, params RoleSteps[] roles)
    {
        var strategy = new Strategy("small", "Small", "A strategy of a test.", "", new Dictionary<string, Promise> { ["duplicates"] = promise }, [], setup,
            ProgramCompiler.Compile(roles, inputs));
        return new RaceRequest(
            new Scenario("things", "Things", "Things of a test.", "", 13, new KeyTemplate("thing-{n}"),
                "CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, attempt bigint NOT NULL)",
                "SELECT attempt, name AS key, id FROM things",
                [new Invariant("duplicates", "one row per name", Duplicates, LiveCount.ExtraCreations)],
                [strategy], "things.yaml"),
            strategy,
            workload);
    }

    public static SqlStep Sql(string name, string sql) => new(name, SqlText.Parse(sql), [], null, ErrorRules.None, 1);
}
