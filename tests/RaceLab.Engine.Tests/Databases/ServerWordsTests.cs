using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

public sealed class ServerWordsTests
{
    [Theory]
    [InlineData("2026-05-04 03:02:01.000 UTC [7] LOG:  starting\n2026-05-04 03:02:01.001 UTC [7] FATAL:  could not create lock file: No space left on device\n", "could not create lock file: No space left on device.")]
    [InlineData("creating directory ... initdb: error: could not create directory \"x\": Permission denied\n", "could not create directory \"x\": Permission denied.")]
    [InlineData("FATAL:  could not extend file: No space left on device\nPANIC:  cannot abort transaction 1\ninitdb: removing contents\n", "could not extend file: No space left on device.")]
    [InlineData("cp: error copying 'a' to 'b': No space left on device\n", "cp: error copying 'a' to 'b': No space left on device.")]
    [InlineData("", "it gave no reason.")]
    public void FirstError_InAProgramsOutput_IsTheCauseInASentence(string output, string expected) => Assert.Equal(expected, ServerWords.FirstError(output));
}
