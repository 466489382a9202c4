using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.TakeHome;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>A strategy that was written in a language.</summary>
internal sealed record Taken(Scenario Scenario, Strategy Strategy, TakeHomeFile File)
{
    public override string ToString() => $"{Scenario.Id}/{Strategy.Id}";

    /// <summary>Every strategy of content, and of the tests' own scenario, that can be said in the language.</summary>
    public static IReadOnlyList<Taken> All(TakeHomeLanguage language) =>
        [.. Everything.Select(s => (s.Scenario, s.Strategy, Result: TakeHomeCode.Write(s.Scenario, s.Strategy, language)))
            .Where(s => s.Result is TakeHomeFile)
            .Select(s => new Taken(s.Scenario, s.Strategy, (TakeHomeFile)s.Result))];

    /// <summary>Content, and a scenario with every construct that content may not use today.</summary>
    public static IEnumerable<(Scenario Scenario, Strategy Strategy)> Everything =>
        TestContent.Scenarios.Concat(Constructs.Value).SelectMany(scenario => scenario.Strategies.Select(strategy => (scenario, strategy)));

    /// <summary>What the tests' server can run.</summary>
    public static async Task<IReadOnlyList<Taken>> RunnableAsync(IEnumerable<Taken> all, LabServer lab, CancellationToken cancellation)
    {
        var runnable = new List<Taken>();
        foreach (var taken in all)
            if (await lab.FindLackAsync(taken.Scenario.NeedsOf(taken.Strategy), cancellation) is null) runnable.Add(taken);
        return runnable;
    }

    /// <summary>Says what is wrong with a stress test's end; null where it is as the strategy promises.</summary>
    public string? Judge(bool passed, string output)
    {
        if (Strategy.IsSound) return passed ? null : $"{this} is sound, and its test failed:\n{output}";
        if (passed) return $"{this} is broken, and its test passed";

        // Nothing is said of its other promises: eight at once for one key is a harsher world than the one that they are made for.
        return Scenario.Invariants.Any(i => Strategy.Promises[i.Name] == Promise.Some && output.Contains($"{i.Title}: not so for", StringComparison.Ordinal))
            ? null
            : $"{this} failed, but not by its flaw:\n{output}";
    }

    private static readonly Lazy<IReadOnlyList<Scenario>> Constructs = new(() =>
    {
        using var catalogue = Catalogue.Open(Path.Combine(Repository, "tests", "RaceLab.TakeHome.Tests", "content"), watch: false);
        Assert.Empty(catalogue.Errors);
        return catalogue.Scenarios;
    });

    /// <summary>The repository's folder.</summary>
    public static string Repository => Path.GetDirectoryName(TestContent.Folder)!;
}
