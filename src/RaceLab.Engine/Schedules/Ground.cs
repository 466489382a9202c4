using System.Diagnostics;
using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// What a <see cref="Stage"/> stands on: a database with its tables as they are at the start, the application and the services beside it, a connection that asks the tables and
/// one that watches the locks. Where a schedule leaves behind what cannot be put back, the stage moves to another one.
/// </summary>
internal sealed class Ground : IAsyncDisposable
{
    /// <summary>How long the server may take to end a connection that was closed.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly TimeProvider _time;

    private Ground(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>Asks and resets the tables, as the race's role.</summary>
    public RaceTable Table { get; private set; } = null!;

    /// <summary>Looks at the lock tables, as the lab.</summary>
    public LockWatcher Watcher { get; private set; } = null!;

    /// <summary>Shows what is committed, and what a session sees.</summary>
    public Onlooker Onlooker { get; private set; } = null!;

    /// <summary>What lives in the application.</summary>
    public Application Application { get; private set; } = null!;

    /// <summary>A standby and leases, where the program uses them.</summary>
    public RentedServices Services { get; private set; } = null!;

    /// <summary>How long a session waits before it looks for a deadlock.</summary>
    public TimeSpan DeadlockTimeout { get; private set; }

    /// <summary>What the statements do, as the server says; null where nothing is played a second time.</summary>
    public ProgramFootprint? Footprint { get; private set; }

    /// <summary>Rents a database, builds the tables, and makes everything ready for sessions.</summary>
    /// <param name="server">Where.</param>
    /// <param name="request">The scenario and the strategy.</param>
    /// <param name="settings">How it is played.</param>
    /// <param name="engine">Starts what speaks to PostgreSQL, or hands on what was started; null: Npgsql does.</param>
    /// <param name="footprint">What is known of the statements from an earlier ground.</param>
    /// <param name="time">Times the looks at the lock tables.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server will not have it, or refuses a statement of the content.</exception>
    public static async Task<Ground> PrepareAsync(
        LabServer server, RaceRequest request, StageSettings settings, Func<Ground, string, Task<WireLoops?>> engine, ProgramFootprint? footprint, TimeProvider time, CancellationToken cancellation)
    {
        var ground = new Ground(time) { Footprint = footprint };
        try
        {
            await ground.OpenAsync(server, request, settings, engine, cancellation).ConfigureAwait(false);
            return ground;
        }
        catch
        {
            await ground.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the server has ended a connection that was closed: only then are its locks free, and only then does it not count any more.</summary>
    /// <exception cref="TimeoutException">It does not.</exception>
    public async Task AwaitEndAsync(int process, CancellationToken cancellation)
    {
        var closedAt = Stopwatch.GetTimestamp();
        while (await Watcher.IsThereAsync(process, cancellation).ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(closedAt) > EndPatience)
                throw new TimeoutException($"The server did not end a connection that was closed within {EndPatience.TotalSeconds} s.");
            await Task.Delay(Stage.PollInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What lies in the pools holds what it held: a run that begins anew needs new connections.</summary>
    public async Task EmptyPoolsAsync(CancellationToken cancellation)
    {
        var processes = Application.IdleProcesses.ToList();
        await Application.DisposeAsync().ConfigureAwait(false);
        foreach (var process in processes) await AwaitEndAsync(process, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has the standby, where there is one, replay all that is committed, and no more.</summary>
    public async Task HoldReplayAsync(CancellationToken cancellation)
    {
        if (Services.Standby is { } standby) await standby.ReplayAndHoldAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Closes everything and gives the database back. All sessions must be closed.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync().ConfigureAwait(false);
        _owned.Clear();
    }

    private async Task OpenAsync(LabServer server, RaceRequest request, StageSettings settings, Func<Ground, string, Task<WireLoops?>> engine, CancellationToken cancellation)
    {
        var strategy = request.Strategy;
        var database = await server.RentDatabaseAsync(request.Scenario.NeedsOf(strategy).Extensions, cancellation).ConfigureAwait(false);
        _owned.Add(database);
        if (settings.DeadlockTimeout is { } early) await database.LookForDeadlocksAfterAsync(early, cancellation).ConfigureAwait(false);
        var sessions = new SessionSettings
        {
            SynchronousCommit = false,
            StatementTimeout = settings.Patience,
            IdleInTransactionTimeout = settings.Patience + settings.Patience,
            ApplicationName = $"racelab {strategy.Id}",
            SimpleQueries = true,
            PlansAnew = true,
        };
        Watcher = await LockWatcher.OpenAsync(database.WatcherConnectionString, cancellation).ConfigureAwait(false);
        _owned.Add(Watcher);
        var loops = await engine(this, sessions.Over(database.ConnectionString).ConnectionString).ConfigureAwait(false);
        Services = await RentedServices.RentAsync(server.Services, strategy.Program, database, sessions, stepped: true, loops, cancellation).ConfigureAwait(false);
        _owned.Add(Services);
        var source = sessions.SourceFor(new NpgsqlConnectionStringBuilder(database.ConnectionString) { IncludeErrorDetail = true }.ConnectionString);
        _owned.Add(source);
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        _owned.Add(connection);
        DeadlockTimeout = await DeadlockTimeoutAsync(connection, cancellation).ConfigureAwait(false);
        Table = new RaceTable(request, connection);
        await Table.BuildAsync(cancellation).ConfigureAwait(false);
        if (settings.PlaysAgain) Footprint ??= await ProgramFootprint.ReadAsync(request.Scenario, strategy, connection, cancellation).ConfigureAwait(false);
        await HoldReplayAsync(cancellation).ConfigureAwait(false);
        Onlooker = new Onlooker(connection, request.Scenario.View ?? request.Scenario.Rows, settings.KeptRows);
        if (strategy.Connection?.RoleConnections is { } limit) await database.LimitConnectionsAsync(limit + 1, 1, cancellation).ConfigureAwait(false);
        var connections = new ConnectionSource(loops, database.ConnectionString, sessions, strategy.Connection, Services, strategy.Program, settings.KeptRows, _time);
        _owned.Add(connections);
        Application = new Application(strategy, connections.OpenAsync);
        _owned.Add(Application);
    }

    private static async Task<TimeSpan> DeadlockTimeoutAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand("SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'", connection);
        await using var disposing = command.ConfigureAwait(false);
        return TimeSpan.FromMilliseconds((int)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!);
    }
}
