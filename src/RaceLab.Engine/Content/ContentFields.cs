namespace RaceLab.Engine.Content;

/// <summary>Every field that a scenario's file may have, by the part of the file that it stands in. The reader and the editors' schema agree on these.</summary>
public static class ContentFields
{
    /// <summary>Fields at the top of a file.</summary>
    public static readonly IReadOnlyList<string> Scenario =
        ["title", "summary", "order", "text", "needs", "key", "deliveries", "inputs", "workload", "schema", "for each key", "rows", "view", "invariants", "strategies", "puzzles"];

    /// <summary>Fields of <c>needs</c>.</summary>
    public static readonly IReadOnlyList<string> Needs = ["postgres", "behaviour", "extensions", "replica", "redis"];

    /// <summary>Fields of <c>deliveries</c>.</summary>
    public static readonly IReadOnlyList<string> Deliveries = ["until", "at most"];

    /// <summary>Fields of <c>workload</c>.</summary>
    public static readonly IReadOnlyList<string> Workload = ["workers", "keys", "attempts", "pause", "seed"];

    /// <summary>Fields of one invariant.</summary>
    public static readonly IReadOnlyList<string> Invariant = ["title", "query", "live"];

    /// <summary>Fields of one strategy.</summary>
    public static readonly IReadOnlyList<string> Strategy = ["title", "summary", "tries", "text", "needs", "inputs", "app", "connection", "promises", "witness", "setup", "steps", "roles"];

    /// <summary>Fields of <c>app</c>.</summary>
    public static readonly IReadOnlyList<string> App = ["instances"];

    /// <summary>Fields of <c>connection</c>.</summary>
    public static readonly IReadOnlyList<string> Connection = ["per", "pool", "reset", "statement timeout", "role", "server"];

    /// <summary>Fields of the <c>role</c> of a connection.</summary>
    public static readonly IReadOnlyList<string> DatabaseRole = ["connections"];

    /// <summary>Fields of one role.</summary>
    public static readonly IReadOnlyList<string> Role = ["steps"];

    /// <summary>Fields of an SQL step, beside the one that names it.</summary>
    public static readonly IReadOnlyList<string> SqlStep = ["keep", "when", "on", "on error"];

    /// <summary>Fields of a pause.</summary>
    public static readonly IReadOnlyList<string> Pause = ["pause", "when"];

    /// <summary>Fields of an answer.</summary>
    public static readonly IReadOnlyList<string> Say = ["say", "when"];

    /// <summary>Fields of a crash.</summary>
    public static readonly IReadOnlyList<string> Crash = ["crash", "when"];

    /// <summary>Fields of a block.</summary>
    public static readonly IReadOnlyList<string> Within = ["within", "release", "retry", "on error", "steps"];

    /// <summary>Fields of a loop.</summary>
    public static readonly IReadOnlyList<string> Each = ["each", "steps"];

    /// <summary>Fields of <c>retry</c>.</summary>
    public static readonly IReadOnlyList<string> Retry = ["on", "at most", "backoff"];

    /// <summary>Fields of one puzzle.</summary>
    public static readonly IReadOnlyList<string> Puzzle = ["title", "text", "strategy", "sessions", "goal", "solution", "hints"];

    /// <summary>Fields of a puzzle's goal: everything that it can ask for.</summary>
    public static readonly IReadOnlyList<string> Goal = ["breaks", "raises", "waits", "told", "rows"];

    /// <summary>Fields of an article on a SQLSTATE.</summary>
    public static readonly IReadOnlyList<string> Article = ["condition", "title", "summary", "retry", "docs", "produced by", "not produced"];

    /// <summary>Fields of a question.</summary>
    public static readonly IReadOnlyList<string> Question = ["title", "proofs"];

    /// <summary>Fields of a guide.</summary>
    public static readonly IReadOnlyList<string> Guide = ["title", "summary"];

    /// <summary>Fields of what produces a SQLSTATE.</summary>
    public static readonly IReadOnlyList<string> Production = ["scenario", "strategy", "sessions", "schedule", "race"];

    /// <summary>Fields of what proves an answer.</summary>
    public static readonly IReadOnlyList<string> Proof = [.. Production, "shows", "says"];

    /// <summary>Fields of a race that shows something.</summary>
    public static readonly IReadOnlyList<string> Race = ["workers", "keys", "attempts", "pause ms"];

    /// <summary>Names that the format keeps for later, with what they will be: using one is refused with a reason of its own.</summary>
    public static readonly IReadOnlyDictionary<string, string> Reserved = new Dictionary<string, string>
    {
        ["effects"] = "a statement that commits by itself inside a transaction",
    };

    /// <summary>Names of steps that blocks bring along, which a strategy's own steps cannot have.</summary>
    public static readonly IReadOnlyList<string> BlockSteps = ["begin", "commit", "rollback", "savepoint", "release", "back-off", "enter", "leave", "connect", "disconnect"];
}
