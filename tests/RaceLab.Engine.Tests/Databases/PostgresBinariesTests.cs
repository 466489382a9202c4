using RaceLab.Engine.Clusters;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("racelab-bin-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18")]
    [InlineData("postgres (PostgreSQL) 18beta1\n", "18.0")]
    [InlineData("postgres (PostgreSQL) 9.6.24\n", "9.6")]
    public void ParseVersion_OfWhatServersPrint_IsRead(string text, string version) => Assert.Equal(Version.Parse(version), PostgresBinaries.ParseVersion(text));

    [Fact(Timeout = 20_000)]
    public async Task FindAsync_OnThisMachine_FindsAUsableServer()
    {
        var found = await PostgresBinaries.FindAsync(null, Cancellation);
        Assert.True(found.Version.Major >= PostgresBinaries.MinimumMajor);
        Assert.True(File.Exists(found.Initdb));
    }

    [Fact(Timeout = 20_000)]
    public async Task FindAsync_ConfiguredDirectoryWithoutServer_IsRefusedAndNothingElseIsTaken()
    {
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => PostgresBinaries.FindAsync(_directory, Cancellation));
        Assert.Contains(_directory, refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 20_000)]
    public async Task FindAsync_Nowhere_SaysWhatToInstall()
    {
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => PostgresBinaries.FindAsync(null, [_directory], Cancellation));
        Assert.Contains("apt-get install postgresql", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact(Timeout = 20_000)]
    public async Task FindAsync_OnlyAnOldServer_IsRefusedByVersion()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        Pretend("12.22");
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => PostgresBinaries.FindAsync(null, [_directory], Cancellation));
        Assert.Contains("12.22", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("13 or newer", refusal.Message, StringComparison.Ordinal);
    }

    private void Pretend(string version)
    {
        foreach (var name in new[] { "postgres", "initdb" })
        {
            var path = Path.Combine(_directory, name);
            File.WriteAllText(path, $"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
