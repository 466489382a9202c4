using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>What stands at the head of every file, and the words that all languages share.</summary>
internal static class Preamble
{
    /// <summary>What the race window is, for whoever reads the code.</summary>
    public const string WindowComment = "The race window: here others may come in between. A test waits here.";

    /// <summary>What the window's parameter is for.</summary>
    public const string WindowMeaning = "A test may wait here, to hold the race window open.";

    /// <summary>What the crash's parameter is for.</summary>
    public const string CrashMeaning = "A test may throw here, on that delivery: the application dies.";

    /// <summary>What stands before the name of every lease. Tests put their run's own name before it, so that no run waits for another's.</summary>
    public const string LeaseWord = "lease:";

    /// <summary>What a given value is.</summary>
    public static string MeaningOf(string input) => input switch
    {
        "key" => "What the callers fight over.",
        "attempt" => "A number of this call's own.",
        "worker" => "Who calls, from 1.",
        _ => "How often this call has arrived: 1 at first.",
    };

    /// <summary>What a value is that the caller draws and brings along.</summary>
    public static string MeaningOf(Input drawn) => drawn.Generator switch
    {
        Generator.Pick => $"What the caller wants: {Naming.Number(drawn.Size)} different ones, in the caller's order.",
        _ => $"Drawn once for this request, and the same when it arrives again: {KindOf(drawn.Generator)}.",
    };

    /// <summary>Says of a value that is drawn how that is meant; null where the code says it all.</summary>
    public static string? CommentOn(Input drawn) => drawn.Generator switch
    {
        Generator.Hash => $"The first {Naming.Number(drawn.Size)} bits of a hash. The number before it is the lab's seed, so that the lab's values come out.",
        Generator.Counter => "Counted in the memory of this process. Another one counts for itself.",
        _ when drawn.OnEveryDelivery => "Drawn anew whenever the request arrives.",
        _ => null,
    };

    /// <summary>What a lease is, for whoever reads the code.</summary>
    public static string LeaseComment(LeaseRule lease) =>
        $"Others are kept out for {Naming.Number(lease.Length.TotalMilliseconds)} ms, and no longer: nobody says when the time is up.";

    private static string KindOf(Generator generator) => generator switch
    {
        Generator.Uuid4 => "a random UUID",
        Generator.NowMs => "milliseconds since 1970",
        Generator.Clock => "a time",
        _ => "a number",
    };

    /// <summary>What a crash is.</summary>
    public static string CrashComment(int? delivery) =>
        $"The application may die here, {(delivery is { } number ? $"on delivery {Naming.Number(number)}" : "on every delivery")}: nothing more is sent, and the caller hears nothing.";

    /// <summary>Writes the head as comments: what it is, what it is not, and the tables that it needs.</summary>
    public static void Write(CodeText code, TakeHomeSubject subject)
    {
        var (scenario, strategy, _) = subject;
        code.Comment($"{scenario.Title}: {strategy.Title}");
        code.Comment(strategy.Summary);
        foreach (var warning in Warnings(scenario, strategy)) code.Comment(warning);
        code.Comment("");
        code.Comment(strategy.Needs.Postgres > scenario.MinimumPostgres || scenario.MinimumPostgres > Needs.OldestPostgres
            ? $"It needs PostgreSQL {Naming.Number(scenario.NeedsOf(strategy).Postgres)} or newer, and these tables:"
            : "It needs these tables:");
        foreach (var line in TablesOf(scenario, strategy).Split('\n')) code.Comment("  " + line.Replace("*/", "* /", StringComparison.Ordinal), keep: true);
        if (scenario.KeyRows is { } rows) code.Comment("  -- For each key: " + rows.Statement.Written.ReplaceLineEndings(" "), keep: true);
        if (strategy.Connection?.RoleConnections is { } connections) code.Comment($"  -- The role that connects, by ALTER ROLE: CONNECTION LIMIT {Naming.Number(connections)}", keep: true);
        if (strategy.Instances > 1) code.Comment($"  -- The application runs in {Naming.Number(strategy.Instances)} processes.", keep: true);
        code.Gap();
    }

    /// <summary>The tables' SQL: the extensions, the scenario's schema and the strategy's setup.</summary>
    public static string TablesOf(Scenario scenario, Strategy strategy) =>
        string.Join('\n', ((string?[])[Extensions(scenario, strategy), scenario.Schema, strategy.Setup]).Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => s!.Trim().TrimEnd(';') + ";"));

    /// <summary>The statements that install what the tables need; empty where that is nothing.</summary>
    public static string Extensions(Scenario scenario, Strategy strategy) =>
        string.Join(";\n", scenario.NeedsOf(strategy).Extensions.Select(e => $"CREATE EXTENSION IF NOT EXISTS \"{e}\""));

    private static IEnumerable<string> Warnings(Scenario scenario, Strategy strategy)
    {
        var broken = scenario.Invariants.Where(i => strategy.Promises.GetValueOrDefault(i.Name) == Promise.Some).Select(i => $"\"{i.Title}\"").ToList();
        if (broken.Count > 0) yield return $"MIND: under concurrency it breaks {string.Join(" and ", broken)}. It is here to be understood, not to be used.";
    }
}
