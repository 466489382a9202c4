using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Tests;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace RaceLab.Engine.Tests;

/// <summary>
/// The one PostgreSQL of this assembly's tests: a private cluster, or the server that RACELAB_TEST_POSTGRES names by an administrator's connection string.
/// </summary>
public sealed class TestPostgres : IAsyncLifetime
{
    private EmbeddedCluster? _cluster;
    private LabServer? _lab;
    private string? _connectionString;

    /// <summary>Where the tests' clusters live: not where the user's are. Stays, so that the next run finds the template.</summary>
    public static string Home { get; } = Path.Combine(Path.GetTempPath(), $"racelab-tests-{Environment.UserName}");

    public LabServer Lab => _lab ?? throw new InvalidOperationException("The fixture has not started.");

    public string AdminConnectionString => _connectionString ?? throw new InvalidOperationException("The fixture has not started.");

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        _connectionString = Environment.GetEnvironmentVariable("RACELAB_TEST_POSTGRES");
        if (string.IsNullOrEmpty(_connectionString))
        {
            _cluster = await EmbeddedCluster.StartAsync(
                new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = Home }, NullLogger.Instance, patience.Token);
            _connectionString = _cluster.ConnectionString;
        }

        _lab = await LabServer.OpenAsync(_connectionString, NullLoggerFactory.Instance, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_lab is not null) await _lab.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}
