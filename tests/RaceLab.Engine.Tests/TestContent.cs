using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;

namespace RaceLab.Engine.Tests;

/// <summary>The repository's own content, read once.</summary>
internal static class TestContent
{
    /// <summary>The folder <c>content</c> of this repository.</summary>
    public static string Folder { get; } = FindFolder();

    private static readonly Lazy<Catalogue> Read = new(() =>
    {
        // What was read stays where it is when the catalogue no longer looks for changes.
        using var catalogue = Engine.Content.Catalogue.Open(Folder, watch: false);
        Assert.Empty(catalogue.Errors);
        Assert.NotEmpty(catalogue.Scenarios);
        return catalogue;
    });

    /// <summary>All of it.</summary>
    public static Catalogue Catalogue => Read.Value;

    public static IReadOnlyList<Scenario> Scenarios => Catalogue.Scenarios;

    /// <summary>A strategy of content; where the server lacks what it needs, the test is skipped with the reason.</summary>
    public static async Task<(Scenario Scenario, Strategy Strategy)> FindAsync(LabServer lab, string scenarioId, string strategyId, CancellationToken cancellation)
    {
        var scenario = Scenarios.Single(s => s.Id == scenarioId);
        var strategy = scenario.FindStrategy(strategyId)!;
        var lack = await lab.FindLackAsync(scenario.NeedsOf(strategy), cancellation);
        Assert.SkipWhen(lack is not null, lack ?? "");
        return (scenario, strategy);
    }

    private static string FindFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "RaceLab.sln"))) return Path.Combine(at.FullName, "content");
        }

        throw new DirectoryNotFoundException("The tests run outside the repository, so there is no content to test.");
    }
}
