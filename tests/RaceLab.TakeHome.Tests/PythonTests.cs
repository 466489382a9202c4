using RaceLab.Engine.TakeHome;

namespace RaceLab.TakeHome.Tests;

/// <summary>All strategies in Python are at least Python.</summary>
public sealed class PythonTests
{
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
}
