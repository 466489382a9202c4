using System.Text.RegularExpressions;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>What a stress test needs to know of a strategy, in whatever language it is written.</summary>
/// <param name="Scripts">What makes the tables: the schema, the table <c>attempts</c> where an invariant reads it, and the setup.</param>
/// <param name="Invariants">What must hold, with the query that finds violations.</param>
/// <param name="ReadsAttempts">Whether an invariant asks what callers were told.</param>
/// <param name="Window">Whether some function has a race window.</param>
/// <param name="Crash">Whether some function may die on the way.</param>
internal sealed partial record StressFacts(
    IReadOnlyList<(string Name, string Sql)> Scripts, IReadOnlyList<(string MustHold, string Query)> Invariants, bool ReadsAttempts, bool Window, bool Crash)
{
    /// <summary>How many keys are fought over, one after another. For one more the requests come in a queue: some flaws show only to those who come later.</summary>
    public const int Rounds = 3;

    /// <summary>How many requests fight over each key, where the scenario does not have fewer.</summary>
    private const int MostRequests = 8;

    /// <summary>How long the first waits in the race window; the last waits half as long.</summary>
    public const int WindowMs = 100;

    /// <summary>The environment variable with the connection string.</summary>
    public const string Variable = "STRESS_DATABASE";

    /// <summary>The environment variable with Redis's address, for strategies with leases.</summary>
    public const string RedisVariable = "STRESS_REDIS";

    /// <summary>The table of what callers were told, as far as a caller can know it.</summary>
    private const string Attempts = """
        CREATE TABLE attempts (
          attempt         bigint PRIMARY KEY,
          worker          int    NOT NULL,
          delivery        int    NOT NULL,
          key             text   NOT NULL,
          said            text   NOT NULL,
          sqlstate        text,
          constraint_name text
        )
        """;

    /// <summary>How many requests fight over each key.</summary>
    public required int Requests { get; init; }

    /// <summary>In how many processes the application runs. Where it keeps something in its memory, the test makes so many of those, and spreads requests over them.</summary>
    public required int Instances { get; init; }

    /// <summary>Whether the functions take something of one process.</summary>
    public bool Application { get; private init; }

    /// <summary>Whether the functions take leases in Redis.</summary>
    public bool Leases { get; private init; }

    /// <summary>Where the functions get their connections by themselves: how; null: the test lends each a connection.</summary>
    public ConnectionUse? Connection { get; private init; }

    /// <summary>What the test draws for each request.</summary>
    public IReadOnlyList<PlannedDraw> Given { get; private init; } = [];

    /// <summary>What the test's own code calls things by.</summary>
    private static readonly string[] _taken = ["request", "requests", "answer", "told", "said", "rejected", "error", "key", "attempt", "worker", "delivery", "client", "connection", "app", "on", "schema", "database", "redis"];

    /// <summary>How the test calls what it draws.</summary>
    public static string NameOf(PlannedDraw given) => Naming.Camel(_taken.Contains(given.Input.Name) ? given.Input.Name + "-value" : given.Input.Name);

    /// <summary>Collects them.</summary>
    /// <exception cref="NotExpressibleException">An invariant asks for what only the lab can know.</exception>
    public static StressFacts Of(TakeHomeSubject subject)
    {
        var (scenario, strategy, functions) = subject;
        if (functions.Any(f => f.UsesReplica)) throw new NotExpressibleException("it asks a standby, and a test that is given one server cannot make it one that lags");
        var given = functions.SelectMany(f => f.Given).DistinctBy(g => g.Input.Name).ToList();
        var keys = Rounds + given.Select(g => g.Input.Size).Append(1).Max();
        var reads = scenario.Invariants.Any(i => AttemptsWord().IsMatch(i.Query));
        if (reads && scenario.Invariants.Select(i => LabsOwnWord().Match(i.Query)).FirstOrDefault(m => m.Success) is { } asked)
            throw new NotExpressibleException($"an invariant asks for '{asked.Value}' of the attempts, which only the lab measures");
        var scripts = new List<(string, string)>();
        if (Preamble.Extensions(scenario, strategy) is { Length: > 0 } extensions) scripts.Add(("Extensions", extensions));
        scripts.Add(("Schema", scenario.Schema.Trim()));
        if (reads) scripts.Add(("Attempts", Attempts));
        if (scenario.KeyRows is { } rows) scripts.Add(("Rows", string.Join(";\n", Enumerable.Range(1, keys).Select(n => RowsFor(rows, scenario.Key.For(n))))));
        if (!string.IsNullOrWhiteSpace(strategy.Setup)) scripts.Add(("Setup", strategy.Setup.Trim()));
        return new StressFacts(
            scripts, [.. scenario.Invariants.Select(i => (i.Title, i.Query.Trim().TrimEnd(';')))], reads, functions.Any(f => f.HasWindow), functions.Any(f => f.HasCrash))
        {
            Requests = Math.Min(MostRequests, scenario.Workload?.Workers ?? MostRequests),
            Instances = strategy.Instances,
            Application = functions.Any(f => f.UsesApplication),
            Leases = functions.Any(f => f.UsesRedis),
            Connection = strategy.Connection,
            Given = given,
        };
    }

    /// <summary>What is there for a key before anybody comes, with the key written out.</summary>
    private static string RowsFor(KeyRows rows, string key) => rows.Statement.With(_ => $"'{key.Replace("'", "''", StringComparison.Ordinal)}'");

    [GeneratedRegex(@"\battempts\b", RegexOptions.IgnoreCase)]
    private static partial Regex AttemptsWord();

    [GeneratedRegex(@"\b(retries|started_us|ended_us)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LabsOwnWord();
}
