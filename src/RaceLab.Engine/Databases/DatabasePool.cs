using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>
/// The databases that races have for themselves. CREATE DATABASE takes a tenth of a second and much of the disk, so that some are made
/// before the first race; later ones only when more races run at once than ever before.
/// </summary>
internal sealed class DatabasePool(NpgsqlDataSource admin, NpgsqlConnectionStringBuilder target, bool superuser, bool utf8, string prefix, bool dropAtEnd, ILogger log) : IAsyncDisposable
{
    private const int Ahead = 4;
    private const int MostIdle = 16;

    private readonly Lock _gate = new();
    private readonly Stack<PooledDatabase> _idle = new();
    private readonly HashSet<PooledDatabase> _all = [];
    private readonly SemaphoreSlim _making = new(1);
    private readonly CancellationTokenSource _closing = new();
    private Task _makingAhead = Task.CompletedTask;
    private int _made;

    /// <summary>Begins to make the first databases in the background.</summary>
    public void MakeAhead() => _makingAhead = Task.Run(MakeAheadAsync);

    /// <summary>A clean database; made now where none is left.</summary>
    public async Task<RaceDatabase> RentAsync(CancellationToken cancellation)
    {
        if (TryTakeIdle() is { } idle) return new RaceDatabase(this, idle);
        await _making.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // While this caller waited, one may have been made or given back.
            return new RaceDatabase(this, TryTakeIdle() ?? await MakeAsync(cancellation).ConfigureAwait(false));
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            throw new ServerRefusedException(ServerWords.Describe(failure, target), failure);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Has new sessions of a database's role look for deadlocks earlier, until it is given back. Only a superuser may: elsewhere nothing happens.</summary>
    public Task LookForDeadlocksAfterAsync(PooledDatabase database, TimeSpan wait, CancellationToken cancellation) =>
        superuser ? database.LookForDeadlocksAfterAsync(wait, cancellation) : Task.CompletedTask;

    /// <summary>Takes a database back, clean, or drops it. Never throws.</summary>
    public async Task ReturnAsync(PooledDatabase database)
    {
        database.ClearWatchers();
        if (_closing.IsCancellationRequested) return;
        try
        {
            await database.CleanAsync(superuser, _closing.Token).ConfigureAwait(false);
            lock (_gate)
            {
                if (_idle.Count < MostIdle && !_closing.IsCancellationRequested)
                {
                    _idle.Push(database);
                    return;
                }
            }
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            log.LogWarning(failure, "Database {Database} could not be cleaned and is dropped", database.Name);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The lab ends, and drops every database in a moment.
            return;
        }

        await DropAsync(database).ConfigureAwait(false);
    }

    /// <summary>Ends the pool. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _makingAhead.ConfigureAwait(false);
        await _making.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        List<PooledDatabase> all;
        lock (_gate)
        {
            all = [.. _all];
            _idle.Clear();
        }

        foreach (var database in all)
        {
            database.ClearWatchers();
            if (dropAtEnd && !await DropAsync(database).ConfigureAwait(false)) break; // It would be asked once for each.
        }

        _making.Dispose();
        _closing.Dispose();
    }

    private PooledDatabase? TryTakeIdle()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(LabServer));
            return _idle.TryPop(out var database) ? database : null;
        }
    }

    private async Task MakeAheadAsync()
    {
        try
        {
            while (true)
            {
                await _making.WaitAsync(_closing.Token).ConfigureAwait(false);
                try
                {
                    if (_made >= Ahead) return;
                    var database = await MakeAsync(_closing.Token).ConfigureAwait(false);
                    lock (_gate) _idle.Push(database);
                }
                finally
                {
                    _making.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The lab ends before it has made them all.
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            log.LogWarning(failure, "No databases could be made ahead; the next race tries again");
        }
    }

    // By whoever holds _making.
    private async Task<PooledDatabase> MakeAsync(CancellationToken cancellation)
    {
        var database = new PooledDatabase($"{prefix}{++_made}", target);
        lock (_gate) _all.Add(database);
        try
        {
            await AdminTarget.WithConnectionAsync(admin, connection => database.CreateAsync(connection, superuser, utf8, cancellation), cancellation).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await DropAsync(database).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Drops a database and its role; where the server has no connection left, it is given time. False: the server does not answer, or has still none.</summary>
    private async Task<bool> DropAsync(PooledDatabase database)
    {
        try
        {
            await FullServer.OutlastAsync(
                () => AdminTarget.WithConnectionAsync(admin, database.DropAsync, CancellationToken.None), null, FullServer.Patience, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            lock (_gate) _all.Remove(database);
            return true;
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            log.LogWarning("Database {Database} and its role could not be dropped: {Problem}", database.Name, failure.Message);
            return failure is PostgresException && !FullServer.IsCauseOf(failure);
        }
    }
}
