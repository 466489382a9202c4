namespace RaceLab.Cli.Tests;

public sealed class TakeHomeCommandTests
{
    private const string TakeHome = "take-home --scenario sign-up --strategy check-then-insert ";

    [Theory(Timeout = 30_000)]
    [InlineData("csharp", "public static class CheckThenInsert")]
    [InlineData("typescript", "export async function checkThenInsert(")]
    [InlineData("python", "def check_then_insert(")]
    [InlineData("psql", "\\set ON_ERROR_STOP on")]
    [InlineData("xunit", "public sealed class CheckThenInsertStressTests")]
    [InlineData("node", "import { checkThenInsert } from './check-then-insert.js';")]
    public async Task TakeHome_EachLanguage_PrintsTheFileAndNeedsNoServer(string language, string expected)
    {
        var lab = new FakeLab();
        var (code, output, error) = await lab.RunAsync(TakeHome + $"--language {language}", TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
        Assert.False(lab.Opened);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(TakeHome, "Say which language with --language: there is csharp, typescript, python, psql, xunit, node.")]
    [InlineData(TakeHome + "--language phyton", "There is no language 'phyton'; the nearest is 'python'.")]
    [InlineData("take-home --language psql", "Say which scenario with --scenario: there is sign-up.")]
    public async Task TakeHome_BadInput_SaysWhatWouldBeRight(string arguments, string expected)
    {
        var (code, output, error) = await new FakeLab().RunAsync(arguments, TestContext.Current.CancellationToken);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
