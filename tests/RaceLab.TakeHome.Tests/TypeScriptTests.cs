using System.Collections.Concurrent;
using Npgsql;
using RaceLab.Engine.TakeHome;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>All strategies in TypeScript with their tests for Node, type-checked together and run on a real server.</summary>
public sealed class TypeScriptTests(TestPostgres postgres)
{
    private static readonly string _node = Path.Combine(Taken.Repository, "tests", "RaceLab.TakeHome.Tests", "node");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task StressTests_OfEveryStrategy_FailOnTheBrokenAndPassOnTheSound()
    {
        var tests = Taken.All(TakeHomeLanguage.Node);
        using var folder = new GeneratedFolder();
        folder.Write("package.json", """{ "type": "module" }""");
        folder.Write("tsconfig.json", await File.ReadAllTextAsync(Path.Combine(_node, "tsconfig.json"), Cancellation));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "node_modules"), Path.Combine(_node, "node_modules"));
        foreach (var taken in Taken.All(TakeHomeLanguage.TypeScript).Concat(tests)) folder.Write(Path.Combine("src", taken.Scenario.Id, taken.File.FileName), taken.File.Text);
        var compiled = await Tool.RunAsync("node", ["node_modules/typescript/lib/tsc.js", "-p", "."], folder.Path, null, Cancellation);
        Assert.True(compiled.Exit == 0, compiled.Output);

        await using var database = await ScratchDatabase.MakeAsync(postgres);
        await using var redis = await RedisDoor.OpenAsync(postgres.Lab, Cancellation);
        var environment = new Dictionary<string, string?> { ["STRESS_DATABASE"] = AddressOf(database.ConnectionString), ["STRESS_REDIS"] = redis?.Address };
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            await Taken.RunnableAsync(tests, postgres.Lab, Cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation },
            async (taken, cancellation) =>
            {
                var file = Path.Combine("dist", taken.Scenario.Id, Path.ChangeExtension(taken.File.FileName, ".js"));
                var run = await Tool.RunAsync("node", [file], folder.Path, environment, cancellation);
                if (taken.Judge(run.Exit == 0, run.Output) is { } problem) wrong.Enqueue(problem);
            });
        Assert.True(wrong.IsEmpty, string.Join("\n\n", wrong));
    }

    /// <summary>The server as pg wants to be told.</summary>
    private static string AddressOf(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var password = settings.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "";
        return $"postgres://{Uri.EscapeDataString(settings.Username ?? "postgres")}{password}@localhost:{settings.Port}/{Uri.EscapeDataString(settings.Database ?? "postgres")}?host={Uri.EscapeDataString(settings.Host!)}";
    }
}
