using DotNet.Testcontainers.Builders;
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Tests.Containers;
using Testcontainers.PostgreSql;
using Testcontainers.Redis;

[assembly: AssemblyFixture(typeof(TestContainers))]

namespace RaceLab.Engine.Tests.Containers;

/// <summary>Tests in containers run beside all others, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class InContainers
{
    public const string Name = "containers";
}

/// <summary>A PostgreSQL and a Redis, each in a container, started when a test first asks for them. Where no Docker engine answers, that test is skipped.</summary>
public sealed class TestContainers : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private PostgreSqlContainer? _postgres;
    private RedisContainer? _redis;
    private LabServices? _services;
    private LabServer? _lab;

    /// <summary>An administrator's. The containers have started.</summary>
    public string ConnectionString => _postgres!.GetConnectionString();

    /// <summary>A lab on the container's PostgreSQL, with the other container's Redis.</summary>
    public async Task<LabServer> LabAsync(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation);
        try
        {
            if (_lab is not null) return _lab;
            _postgres ??= TestPostgres.BuildContainer();
            _redis ??= new RedisBuilder("redis:7.4").WithCreateParameterModifier(TestPostgres.BindToLoopback).Build();
            await Task.WhenAll(_postgres.StartAsync(cancellation), _redis.StartAsync(cancellation));
            _services ??= LabServices.For(null, new EmbeddedClusterOptions { Kind = ClusterKind.Lab }, $"redis://{_redis.GetConnectionString()}", NullLoggerFactory.Instance);
            return _lab = await LabServer.OpenAsync(ConnectionString, _services, NullLoggerFactory.Instance, cancellation);
        }
        catch (DockerUnavailableException)
        {
            Assert.Skip("No Docker engine answers on this machine.");
            throw;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_lab is not null) await _lab.DisposeAsync();
        if (_services is not null) await _services.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        _starting.Dispose();
    }
}
