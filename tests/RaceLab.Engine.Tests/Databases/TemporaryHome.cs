using System.Diagnostics;
using RaceLab.Engine.Clusters;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>A home for clusters of one test, which is skipped where this machine has no server programs, with the tests' template in it so that nothing waits for initdb.</summary>
internal sealed class TemporaryHome : IDisposable
{
    private TemporaryHome(string path) => Path = path;

    public string Path { get; }

    public string Runs => System.IO.Path.Combine(Path, "run");

    public EmbeddedClusterOptions Lab => new() { Kind = ClusterKind.Lab, Home = Path };

    public EmbeddedClusterOptions State => new() { Kind = ClusterKind.State, Home = Path };

    /// <summary>Short, because sockets lie below it, and passable, because the server may run as another user.</summary>
    public static TemporaryHome Make(string? owner = null, bool warm = true)
    {
        ServerPrograms.SkipWhereThereAreNone();
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"rl-{Guid.NewGuid():N}"[..12]);
        Run("install", owner is null ? ["-d", "-m", "0711", path] : ["-d", "-m", "0700", "-o", owner, path]);
        if (warm && Directory.Exists(System.IO.Path.Combine(TestPostgres.Home, "templates")))
            Run("cp", ["-a", System.IO.Path.Combine(TestPostgres.Home, "templates"), path]);
        return new TemporaryHome(path);
    }

    public void Dispose()
    {
        // A guardian may be removing the same files at this moment.
        for (var tries = 0; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < 1000)
            {
                Thread.Yield();
            }
        }
    }

    private static void Run(string command, string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
