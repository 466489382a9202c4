namespace RaceLab.Engine.Databases;

/// <summary>A database that one race has for itself. Disposing it gives it back to the pool, which cleans it.</summary>
public sealed class RaceDatabase : IAsyncDisposable
{
    private readonly DatabasePool _pool;
    private readonly PooledDatabase _database;
    private int _returned;

    internal RaceDatabase(DatabasePool pool, PooledDatabase database)
    {
        _pool = pool;
        _database = database;
    }

    /// <summary>Its name on the server, and that of its role.</summary>
    public string Name => _database.Name;

    /// <summary>Connects as the race's own restricted role, without pooling.</summary>
    public string ConnectionString => _database.RaceConnectionString;

    /// <summary>
    /// Connects as the lab, to look at catalogues from outside (<c>pg_stat_activity</c>, <c>pg_locks</c>, <c>pg_blocking_pids</c>). Never used
    /// to read what the race's role can write. Pooled, at most <see cref="LabServer.WatchersPerDatabase"/> at once.
    /// </summary>
    public string WatcherConnectionString => _database.WatcherConnectionString;

    /// <summary>
    /// Has sessions that are opened from now on look for deadlocks when they have waited so long, where the lab may say so
    /// (<see href="https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-DEADLOCK-TIMEOUT">deadlock_timeout</see> is a superuser's).
    /// </summary>
    public Task LookForDeadlocksAfterAsync(TimeSpan wait, CancellationToken cancellation) => _pool.LookForDeadlocksAfterAsync(_database, wait, cancellation);

    /// <summary>Lets the race's role have only so many connections at once, until the database is given back.</summary>
    /// <param name="connections">How many; -1: as many as the server has.</param>
    /// <param name="open">How many it has and keeps.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task LimitConnectionsAsync(int connections, int open, CancellationToken cancellation) => _database.LimitConnectionsAsync(connections, open, cancellation);

    /// <summary>Installs extensions, which the race's role may use and may not install, until the database is given back.</summary>
    internal Task InstallAsync(IReadOnlyList<string> extensions, CancellationToken cancellation) => _database.InstallAsync(extensions, cancellation);

    /// <summary>Ends all sessions of the race's role, whatever they are doing.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TimeoutException">There are always new ones.</exception>
    public Task EndSessionsAsync(CancellationToken cancellation) => _database.EndSessionsAsync(cancellation);

    /// <summary>
    /// Ends what is still connected as the race's role, empties the database and gives it back. Never throws: a database that cannot be cleaned is dropped.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0) await _pool.ReturnAsync(_database).ConfigureAwait(false);
    }
}
