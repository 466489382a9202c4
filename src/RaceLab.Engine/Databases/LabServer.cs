using Microsoft.Extensions.Logging;

namespace RaceLab.Engine.Databases;

/// <summary>The server on which races happen, reached by a connection string, whoever started it.</summary>
public sealed class LabServer : IAsyncDisposable
{
    internal LabServer(ConnectionPermits permits, Version version)
    {
        Permits = permits;
        Version = version;
    }

    /// <summary>Connections that races may use at once.</summary>
    public ConnectionPermits Permits { get; }

    /// <summary>Such as 15.18.</summary>
    public Version Version { get; }

    /// <summary>Connects and makes sure that the server can be used.</summary>
    /// <exception cref="ServerRefusedException">It cannot, with the reason.</exception>
    public static Task<LabServer> OpenAsync(string connectionString, ILoggerFactory logs, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Takes a clean database from the pool, with an empty schema <c>public</c> that belongs to its own restricted role.</summary>
    /// <exception cref="ServerRefusedException">The server is gone, full or will not have it.</exception>
    public Task<RaceDatabase> RentDatabaseAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
