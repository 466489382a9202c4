using RaceLab.Engine.Content;

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

    /// <summary>What a given value is.</summary>
    public static string MeaningOf(string input) => input switch
    {
        "key" => "What the callers fight over.",
        "attempt" => "A number of this call's own.",
        "worker" => "Who calls, from 1.",
        _ => "How often this call has arrived: 1 at first.",
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
        code.Gap();
    }

    /// <summary>The tables' SQL: the scenario's schema and the strategy's setup.</summary>
    public static string TablesOf(Scenario scenario, Strategy strategy) =>
        string.Join('\n', ((string?[])[scenario.Schema, strategy.Setup]).Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => s!.Trim().TrimEnd(';') + ";"));

    private static IEnumerable<string> Warnings(Scenario scenario, Strategy strategy)
    {
        var broken = scenario.Invariants.Where(i => strategy.Promises.GetValueOrDefault(i.Name) == Promise.Some).Select(i => $"\"{i.Title}\"").ToList();
        if (broken.Count > 0) yield return $"MIND: under concurrency it breaks {string.Join(" and ", broken)}. It is here to be understood, not to be used.";
    }
}
