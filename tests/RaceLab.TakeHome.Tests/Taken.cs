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
        var (flaws, others) = (Titles(Promise.Some), Titles(Promise.None));
        if (!flaws.Any(output.Contains)) return $"{this} failed, but not by its flaw:\n{output}";
        return others.FirstOrDefault(output.Contains) is { } wrong ? $"{this} also broke '{wrong}':\n{output}" : null;
    }

    private List<string> Titles(Promise promise) =>
        [.. Scenario.Invariants.Where(i => Strategy.Promises[i.Name] == promise).Select(i => $"{i.Title}: not so for")];

    private static readonly Lazy<IReadOnlyList<Scenario>> Constructs = new(() =>
    {
        using var catalogue = Catalogue.Open(Path.Combine(Repository, "tests", "RaceLab.TakeHome.Tests", "content"), watch: false);
        Assert.Empty(catalogue.Errors);
        return catalogue.Scenarios;
    });

    /// <summary>The repository's folder.</summary>
    public static string Repository => Path.GetDirectoryName(TestContent.Folder)!;
}
