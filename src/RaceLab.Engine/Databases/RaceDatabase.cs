namespace RaceLab.Engine.Databases;

/// <summary>A database that one race has for itself. Disposing it gives it back to the pool.</summary>
public sealed class RaceDatabase : IAsyncDisposable
{
    internal RaceDatabase(string name, string connectionString)
    {
        Name = name;
        ConnectionString = connectionString;
    }

    /// <summary>Its name on the server.</summary>
    public string Name { get; }

    /// <summary>Connects as the race's own restricted role, without pooling.</summary>
    public string ConnectionString { get; }

    /// <summary>
    /// Connects as the lab, to look at catalogues from outside (<c>pg_stat_activity</c>, <c>pg_locks</c>, <c>pg_blocking_pids</c>). Never used
    /// to read what the race's role can write.
    /// </summary>
    public string WatcherConnectionString => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
