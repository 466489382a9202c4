using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Clusters;
using RaceLab.Web.Hosting;

namespace RaceLab.Hosting.Tests;

/// <summary>Where the tests find things, and whole labs to try.</summary>
internal static class Places
{
    /// <summary>Shared with the engine's tests, so that the template of a cluster is made once.</summary>
    public static string Home { get; } = Path.Combine(Path.GetTempPath(), $"racelab-tests-{Environment.UserName}");

    public static string Repository { get; } = FindRepository();

    public static string Content { get; } = Path.Combine(Repository, "content");

    /// <summary>A PostgreSQL of the tests' own.</summary>
    public static Task<EmbeddedCluster> StartClusterAsync(CancellationToken cancellation) =>
        EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = Home }, NullLogger.Instance, cancellation);

    /// <summary>A lab on a port of its own choice, both its servers on one cluster.</summary>
    public static Task<LabHost> StartLabAsync(EmbeddedCluster cluster, CancellationToken cancellation, params string[] more) =>
        StartLabAsync(cluster.ConnectionString, cluster.ConnectionString, cancellation, more);

    /// <summary>A lab on a port of its own choice, on these servers.</summary>
    public static async Task<LabHost> StartLabAsync(string onLab, string onState, CancellationToken cancellation, params string[] more)
    {
        var lab = await LabHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", $"--RaceLab:Content={Content}", $"--ConnectionStrings:Lab={onLab}", $"--ConnectionStrings:State={onState}", .. more],
            cancellation);
        try
        {
            await lab.App.StartAsync(cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public static HttpClient ClientOf(LabHost lab) => new() { BaseAddress = new Uri(lab.App.Urls.First()) };

    private static string FindRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "RaceLab.sln"))) return at.FullName;
        throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}
