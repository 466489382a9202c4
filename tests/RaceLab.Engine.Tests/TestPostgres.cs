using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Tests;
using Testcontainers.PostgreSql;

[assembly: AssemblyFixture(typeof(TestPostgres))]

namespace RaceLab.Engine.Tests;

/// <summary>
/// The one PostgreSQL of this assembly's tests: the server that RACELAB_TEST_POSTGRES names by an administrator's connection string, else a private
/// cluster, else a container.
/// </summary>
public sealed class TestPostgres : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _started = new();
    private LabServer? _lab;
    private string? _connectionString;
    private EmbeddedCluster? _cluster;

    /// <summary>Where the tests' clusters live: not where the user's are. Stays, so that the next run finds the template.</summary>
    public static string Home { get; } = Path.Combine(Path.GetTempPath(), $"racelab-tests-{Environment.UserName}");

    public LabServer Lab => _lab ?? throw new InvalidOperationException("The fixture has not started.");

    public string AdminConnectionString => _connectionString ?? throw new InvalidOperationException("The fixture has not started.");

    /// <summary>A PostgreSQL in a container, not started.</summary>
    /// <exception cref="DockerUnavailableException">No Docker engine answers.</exception>
    public static PostgreSqlContainer BuildContainer() => new PostgreSqlBuilder("postgres:18").WithCommand("-c", "max_connections=260").WithCreateParameterModifier(BindToLoopback).Build();

    /// <summary>Only this machine may connect: a container's ports are open to everybody otherwise.</summary>
    public static void BindToLoopback(CreateContainerParameters container)
    {
        foreach (var binding in container.HostConfig?.PortBindings?.Values.SelectMany(b => b) ?? []) binding.HostIP = "127.0.0.1";
    }

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var named = Environment.GetEnvironmentVariable("RACELAB_TEST_POSTGRES");
        _connectionString = string.IsNullOrEmpty(named) ? await StartAsync(patience.Token) : named;
        var services = LabServices.For(_cluster, new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = Home }, Environment.GetEnvironmentVariable("RACELAB_TEST_REDIS"), NullLoggerFactory.Instance);
        _lab = await LabServer.OpenAsync(_connectionString, services, NullLoggerFactory.Instance, patience.Token);
        _started.Push(_lab);
        _started.Push(services);
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var started)) await started.DisposeAsync();
    }

    private async Task<string> StartAsync(CancellationToken cancellation)
    {
        try
        {
            return await StartClusterAsync(cancellation);
        }
        catch (ServerRefusedException noCluster)
        {
            try
            {
                var container = BuildContainer();
                _started.Push(container);
                await container.StartAsync(cancellation);
                return container.GetConnectionString();
            }
            catch (DockerUnavailableException)
            {
                throw new ServerRefusedException($"The tests find no PostgreSQL: RACELAB_TEST_POSTGRES names none, no Docker engine answers, and a cluster of their own does not start. {noCluster.Message}", noCluster);
            }
        }
    }

    private async Task<string> StartClusterAsync(CancellationToken cancellation)
    {
        _cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Kind = ClusterKind.Lab, Home = Home }, NullLogger.Instance, cancellation);
        _started.Push(_cluster);
        return _cluster.ConnectionString;
    }
}
