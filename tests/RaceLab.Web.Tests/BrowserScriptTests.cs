using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RaceLab.Web.Tests;

public sealed class BrowserScriptTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("frame.test.mjs")]
    [InlineData("track.test.mjs")]
    public async Task Script_InTheBrowser_ReadsWhatTheLabWrites(string tests)
    {
        var token = Xunit.TestContext.Current.CancellationToken;
        using var node = Process.Start(new ProcessStartInfo("node", ["--test", Path.Combine(Folder(), tests)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = node.StandardOutput.ReadToEndAsync(token);
        var complained = node.StandardError.ReadToEndAsync(token);
        await node.WaitForExitAsync(token);
        Assert.True(node.ExitCode == 0, await said + await complained);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
