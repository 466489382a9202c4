using System.Text.Json;
using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.TakeHome;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>All strategies in Python: parsed, and, where psycopg is, run by threads on a real server.</summary>
public sealed class PythonTests(TestPostgres postgres)
{
    /// <summary>The system's own: what a distribution's package brings, such as Debian's python3-psycopg, is there.</summary>
    private const string Python = "/usr/bin/python3";

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private const string Parse = """
        import ast, pathlib, sys
        for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
            assert functions and all(f.returns is not None for f in functions), path
            assert all(a.annotation is not None for f in functions for a in f.args.args + f.args.kwonlyargs), path
            compile(tree, str(path), "exec")
            print(path.name)
        """;

    /// <summary>A flaw that needs two requests within a millisecond may not show at once where threads take turns.</summary>
    private const int TriesOfTheBroken = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task EveryStrategy_InPython_IsParsedAndHasItsTypes()
    {
        var all = Taken.All(TakeHomeLanguage.Python);
        using var folder = new GeneratedFolder();
        foreach (var taken in all) folder.Write(Path.Combine(taken.Scenario.Id, taken.File.FileName), taken.File.Text);
        var parsed = await Tool.TryRunAsync("python3", ["-c", Parse, folder.Path], folder.Path, null, Cancellation);
        Assert.SkipWhen(parsed is null, "python3 is not on this machine, and nothing of RaceLab needs it: install it to have the generated Python parsed.");
        Assert.True(parsed!.Exit == 0, parsed.Output);
        Assert.Equal(all.Count, parsed.Told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact(Timeout = 600_000)]
    public async Task Functions_UnderManyThreads_FailOnTheBrokenAndPassOnTheSound()
    {
        var found = await Tool.TryRunAsync(Python, ["-c", "import psycopg, psycopg_pool"], Path.GetTempPath(), null, Cancellation);
        Assert.SkipUnless(found is { Exit: 0 }, $"{Python} has no psycopg with its pool: install them (Debian: python3-psycopg and python3-psycopg-pool) to have the generated Python run.");
        using var folder = new GeneratedFolder();
        var runnable = (await Taken.RunnableAsync(Taken.All(TakeHomeLanguage.Python), postgres.Lab, Cancellation)).Where(IsRunHere).ToList();
        var subjects = runnable.Select(taken =>
        {
            var file = Path.Combine(taken.Scenario.Id, taken.File.FileName);
            folder.Write(file, taken.File.Text);
            return SubjectOf(taken, Path.Combine(folder.Path, file));
        }).ToList();
        folder.Write("subjects.json", JsonSerializer.Serialize(subjects, _json));
        var script = Path.Combine(Taken.Repository, "tests", "RaceLab.TakeHome.Tests", "python", "stress.py");
        await using var redis = await RedisDoor.OpenAsync(postgres.Lab, Cancellation);
        var run = await Tool.RunAsync(Python, [script, "subjects.json", ConnectionInfo(), redis?.Address ?? ""], folder.Path, null, Cancellation);
        Assert.True(run.Exit == 0, run.Output);
        var outcomes = JsonSerializer.Deserialize<List<PythonOutcome>>(run.Told, _json)!.ToDictionary(o => o.Name, o => o.Violations);
        var wrong = runnable.Select(taken => taken.Judge(outcomes[taken.ToString()].Length == 0, outcomes[taken.ToString()])).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Contains(runnable, t => !t.Strategy.IsSound);
    }

    /// <summary>
    /// A standby is not lent here. Where the server refuses connections, psycopg gives no SQLSTATE, which those invariants ask for; and a pool of psycopg's tries again for half a minute.
    /// </summary>
    private static bool IsRunHere(Taken taken) =>
        !taken.Strategy.Program.Services.Contains(LabService.Replica) && taken.Strategy.Connection is not ({ IsServerAbsent: true } or { RoleConnections: not null });

    private static object SubjectOf(Taken taken, string file)
    {
        var subject = TakeHomeCode.SubjectOf(taken.Scenario, taken.Strategy, commitsExplicitly: false);
        var facts = StressFacts.Of(subject);
        return new
        {
            Name = taken.ToString(),
            File = file,
            Functions = subject.Functions.Select(f => PythonWriter.FunctionOf(subject, f)),
            Connects = facts.Connection is not null,
            facts.Instances,
            StressFacts.Rounds,
            Tries = taken.Strategy.IsSound ? 1 : TriesOfTheBroken,
            facts.Requests,
            taken.Scenario.Deliveries,
            Window = StressFacts.WindowMs / 1000.0,
            Key = taken.Scenario.Key.Text,
            Given = facts.Given.ToDictionary(g => Naming.Snake(g.Input.Name), g => g.Input.Size),
            Scripts = facts.Scripts.Select(s => s.Sql),
            Invariants = facts.Invariants.Select(i => new[] { i.MustHold, i.Query }),
            facts.ReadsAttempts,
        };
    }

    /// <summary>The server as libpq wants to be told.</summary>
    private string ConnectionInfo()
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString);
        var parts = new Dictionary<string, string?>
        {
            ["host"] = settings.Host,
            ["port"] = $"{settings.Port}",
            ["user"] = settings.Username,
            ["password"] = settings.Password,
            ["dbname"] = settings.Database ?? settings.Username,
        };
        return string.Join(' ', parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Key}='{p.Value!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'"));
    }

    private sealed record PythonOutcome(string Name, string Violations);
}
