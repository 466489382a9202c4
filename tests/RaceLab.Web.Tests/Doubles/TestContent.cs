using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>A scenario made by hand, so that the page can be tested without files or a server.</summary>
public static class TestContent
{
    private static readonly Dictionary<string, Promise> Flawed = new() { ["duplicates"] = Promise.Some };
    private static readonly Dictionary<string, Promise> Kept = new() { ["duplicates"] = Promise.None };

    public static Strategy CheckThenInsert { get; } = new(
        "check-then-insert", "Check, then insert", "Look whether the email is there; if not, insert it.",
        "Between the answer to the check and the arrival of the insert **anything can happen**. <script>alert(1)</script>\n\nTwo workers that check at the same time both see nothing.",
        Flawed, [new(1, "check"), new(2, "check"), new(1, "insert"), new(2, "insert")], null,
        Compile(
            Sql("check", "SELECT id\nFROM users\nWHERE email = @key"),
            new PauseStep(Condition.Parse("not found in check"), 1),
            Sql("insert", "INSERT INTO users (email, attempt)\nVALUES (@key, @attempt)", "not found in check"),
            new SayStep(Outcome.Created, Condition.Parse("not found in check"), 1),
            new SayStep(Outcome.Found, null, 1)));

    public static Strategy InTransaction { get; } = CheckThenInsert with
    {
        Id = "check-in-transaction",
        Title = "The same in a transaction",
        Summary = "BEGIN and COMMIT around it: READ COMMITTED changes nothing.",
        Program = Compile(new WithinStep(BlockKind.Transaction, IsolationLevel.ReadCommitted, null, ErrorRules.None,
        [
            Sql("check", "SELECT id FROM users WHERE email = @key"),
            new PauseStep(Condition.Parse("not found in check"), 1),
            Sql("insert", "INSERT INTO users (email, attempt) VALUES (@key, @attempt)", "not found in check"),
            new SayStep(Outcome.Created, Condition.Parse("not found in check"), 1),
            new SayStep(Outcome.Found, null, 1),
        ], 1)),
    };

    public static Strategy Upsert { get; } = new(
        "upsert", "ON CONFLICT DO UPDATE", "One statement; the unique index decides.",
        "The database does the check and the insert in one step.", Kept, [],
        "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)",
        Compile(
            Sql("upsert", "INSERT INTO users (email, attempt) VALUES (@key, @attempt)\nON CONFLICT (email) DO UPDATE SET attempt = users.attempt\nRETURNING id"),
            new SayStep(Outcome.Updated, null, 1)));

    public static Strategy Serializable { get; } = Upsert with
    {
        Id = "serializable",
        Title = "SERIALIZABLE with retry",
        Summary = "PostgreSQL notices and says 40001; then once more from the beginning.",
        Setup = null,
        Program = Compile(new WithinStep(BlockKind.Transaction, IsolationLevel.Serializable,
            new RetryRule(["40001"], 20, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)), ErrorRules.None,
            [
                Sql("check", "SELECT id FROM users WHERE email = @key"),
                new PauseStep(null, 1),
                Sql("insert", "INSERT INTO users (email, attempt) VALUES (@key, @attempt)", "not found in check"),
                new SayStep(Outcome.Created, Condition.Parse("not found in check"), 1),
                new SayStep(Outcome.Found, null, 1),
            ], 1)),
    };

    public static Scenario SignUp { get; } = new(
        "sign-up", "Sign-up stampede", "Many people register at once, and an email must be registered once.",
        "A sign-up form checks whether an email is taken, and then inserts it.", 13, new KeyTemplate("learner-{n}@example.com"),
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, attempt bigint NOT NULL)",
        "SELECT attempt, email AS key, id FROM users",
        [new Invariant("duplicates", "one row per email", "SELECT email AS key, count(*) - 1 AS excess FROM users GROUP BY 1 HAVING count(*) > 1", LiveCount.ExtraCreations)],
        [CheckThenInsert, InTransaction, Upsert with { Id = "unique", Title = "Unique constraint, catch 23505" }, Upsert with { Id = "do-nothing", Title = "ON CONFLICT DO NOTHING" }, Upsert,
            Upsert with { Id = "advisory-lock", Title = "Advisory lock on the key" }, Serializable],
        "content/scenarios/sign-up/scenario.yaml");

    public static Scenario Seats { get; } = SignUp with
    {
        Id = "seats",
        Title = "The last seat",
        Strategies = [Upsert with { Id = "lock-row", Title = "Lock the row" }],
    };

    /// <summary>A catalogue of these. Its setters are private, because only files may change a real one.</summary>
    public static Catalogue Catalogue(IReadOnlyList<Scenario>? scenarios = null, IReadOnlyList<ContentError>? errors = null)
    {
        var catalogue = new Catalogue();
        Change(catalogue, scenarios ?? [SignUp, Seats], errors ?? []);
        return catalogue;
    }

    /// <summary>Changes a catalogue as an edited file would, and raises its event.</summary>
    public static void Change(Catalogue catalogue, IReadOnlyList<Scenario> scenarios, IReadOnlyList<ContentError> errors)
    {
        typeof(Catalogue).GetProperty(nameof(Engine.Content.Catalogue.Scenarios))!.SetValue(catalogue, scenarios);
        typeof(Catalogue).GetProperty(nameof(Engine.Content.Catalogue.Errors))!.SetValue(catalogue, errors);
        var changed = typeof(Catalogue).GetField(nameof(Engine.Content.Catalogue.Changed), System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic);
        ((Action?)changed!.GetValue(catalogue))?.Invoke();
    }

    private static StepProgram Compile(params Step[] steps) => ProgramCompiler.Compile(steps, 1);

    private static SqlStep Sql(string name, string sql, string? when = null) =>
        new(name, SqlText.Parse(sql), [], when is null ? null : Condition.Parse(when), ErrorRules.None, 1);
}
