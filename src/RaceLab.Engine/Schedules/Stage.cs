using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// A database with a few sessions in it, on which schedules are played one after another: each from the same fresh tables, one statement
/// at a time, with waits read from the lock tables.
/// </summary>
internal sealed partial class Stage : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>More than a look for deadlocks takes a server that is not very busy.</summary>
    private static readonly TimeSpan DeadlockCheckTime = TimeSpan.FromMilliseconds(50);

    /// <summary>How much longer than a look for deadlocks a schedule waits for a wait to end by itself.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>How long the server may take to end the connection of a session that crashed.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<SteppedSession> _sessions = [];
    private readonly List<PlayedStep> _played = [];
    private readonly InputSource _inputs;
    private readonly RaceRequest _request;
    private readonly StageSettings _settings;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private PermitLease? _permits;
    private RentedServices? _services;
    private bool _mayReplay;
    private Application? _application;
    private RaceTable? _table;
    private LockWatcher? _watcher;
    private Onlooker? _onlooker;
    private TimeSpan _deadlockTimeout;

    private Stage(RaceRequest request, StageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        _request = request;
        _inputs = InputSource.ForSchedule(request);
        _settings = settings;
        _time = time;
        _cancellation = cancellation;
    }

    public IReadOnlyList<SteppedSession> Sessions => _sessions;

    /// <summary>What has been played since the last <see cref="ResetAsync"/>, in the order in which answers came back.</summary>
    public IReadOnlyList<PlayedStep> Played => _played;

    private string Key => _request.Scenario.Key.For(1);

    /// <summary>Builds the tables and opens the sessions; all of them fight over key 1.</summary>
    /// <param name="server">Where.</param>
    /// <param name="request">The workload says how many sessions.</param>
    /// <param name="settings">How it is played.</param>
    /// <param name="time">Times the looks at the lock tables.</param>
    /// <param name="cancellation">Ends the stage and every statement on it.</param>
    public static async Task<Stage> OpenAsync(
        LabServer server, RaceRequest request, StageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var stage = new Stage(request, settings, time, cancellation);
        try
        {
            await stage.OpenAsync(server).ConfigureAwait(false);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts the tables back to their start and begins every session's attempt anew. All attempts must have ended.</summary>
    public async Task ResetAsync()
    {
        await EmptyPoolsAsync().ConfigureAwait(false);
        await StartOverAsync().ConfigureAwait(false);
        foreach (var session in _sessions) await session.StartAsync(Key).ConfigureAwait(false);
    }

    /// <summary>Whatever was played is forgotten, locks and waits included: the tables are put back to their start, and new sessions begin.</summary>
    public async Task RestartAsync()
    {
        await CloseSessionsAsync().ConfigureAwait(false);
        await StartOverAsync().ConfigureAwait(false);
        await OpenSessionsAsync().ConfigureAwait(false);
    }

    /// <summary>What is committed.</summary>
    public Task<Look> CommittedAsync() => _onlooker!.CommittedAsync(_cancellation);

    /// <summary>What a session would see of the table now.</summary>
    public Task<Look> LookAsync(SteppedSession session) => _onlooker!.LookAsync(session, _cancellation);

    /// <summary>
    /// Lets a session take its next turn: it sends a statement, or crashes, or its attempt is delivered again. Waits until everybody's answer has come back or
    /// is known to wait for another session.
    /// </summary>
    public async Task TakeTurnAsync(SteppedSession session)
    {
        var closing = _application!.ClosesConnections && session.Next is { Kind: StepKind.Leave, Gate.Kind: BlockKind.Connection } ? session.ProcessId : null;
        if (session.AwaitsDelivery) _played.Add(await session.DeliverAsync(_played.Count).ConfigureAwait(false));
        else if (session.Next!.Kind == StepKind.Crash) await CrashAsync(session).ConfigureAwait(false);
        else await SendAsync(session).ConfigureAwait(false);
        if (closing is { } process) await AwaitEndAsync(process).ConfigureAwait(false);
        await SettleAsync(session).ConfigureAwait(false);
    }

    /// <summary>Plays whatever is left, session by session, deliveries included.</summary>
    public async Task FinishAsync()
    {
        while (true)
        {
            if (_sessions.FirstOrDefault(s => s.MayTakeTurn) is { } next) await TakeTurnAsync(next).ConfigureAwait(false);

            // Those who wait for a lease whose holder does not come back are let in by time.
            else if (RunningOut.FirstOrDefault(h => _sessions.Any(s => s.Blockers.Contains(h.Actor) && s.IsWaiting)) is { Actor: > 0 } hold)
                await TakeTurnAsync(ProgramStep.ExpiryOf(hold.Actor)).ConfigureAwait(false);
            else if (!await AwaitReleaseAsync().ConfigureAwait(false)) return;
        }
    }

    /// <summary>
    /// Where every session that has not ended waits: lets the server's deadlock detector, or a statement's time-out, decide who goes first. False where nobody waits.
    /// </summary>
    public async Task<bool> AwaitReleaseAsync()
    {
        var waiting = _sessions.Where(s => s.IsWaiting).Select(s => s.Pending).ToList();
        if (waiting.Count == 0) return false;
        if (Stuck is { } stuck)
        {
            // A circle through the application may still have one in the database beside it, which the server ends by itself.
            if (!stuck.Blockers.Contains(LockHolder.Pool)) await Task.WhenAny([.. waiting, Task.Delay(_deadlockTimeout + Grace, _time, _cancellation)]).ConfigureAwait(false);
            if (!stuck.Pending.IsCompleted) await _watcher!.CancelAsync(stuck.ProcessId!.Value, _cancellation).ConfigureAwait(false);
        }

        await Task.WhenAny(waiting).ConfigureAwait(false);
        await SettleAsync(null).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Where a schedule goes on with a session that still waits: gives the wait the time to end by itself, as a deadlock or a short time-out ends it.
    /// </summary>
    public async Task AwaitAnswerAsync(SteppedSession session)
    {
        if (Stuck is not null)
        {
            await AwaitReleaseAsync().ConfigureAwait(false);
            return;
        }

        var grace = _deadlockTimeout + Grace;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        await Task.WhenAny(session.Pending, Task.Delay(grace, _time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Asks the table. All attempts must have ended.</summary>
    public async Task<ScheduleResult> JudgeAsync()
    {
        var attempts = new List<AttemptRecord>();
        var rejections = new List<SqlError>();
        foreach (var session in _sessions)
        {
            ushort rejection = 0;
            if (session.EndedBy is { } error)
            {
                rejections.Add(error);
                rejection = (ushort)rejections.Count;
            }

            attempts.Add(new AttemptRecord(session.Number, session.Number,
                new RaceEvent(0, 0, 0, 1, RaceEvent.AttemptEnded, session.Outcome, rejection, (ushort)session.Retries, (byte)session.Delivery, session.LeftOpen)));
        }

        await _table!.WriteAttemptsAsync(attempts, rejections, _cancellation).ConfigureAwait(false);
        var invariants = await _table.AskInvariantsAsync(Math.Max(0, _sessions.Count(s => s.Outcome == Outcome.Created) - 1), _cancellation).ConfigureAwait(false);
        var rows = await _table.CountRowsAsync(_cancellation).ConfigureAwait(false);
        return new ScheduleResult([.. _played], [.. _sessions.Select(s => s.Outcome)], rows, invariants);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync().ConfigureAwait(false);
        for (var i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync().ConfigureAwait(false);
        _permits?.Dispose();
    }

    private async Task OpenAsync(LabServer server)
    {
        if (await server.FindLackAsync(_request.Scenario.NeedsOf(_request.Strategy), _cancellation).ConfigureAwait(false) is { } lack)
            throw new ServerRefusedException(lack);
        var count = _request.Workload.Workers;
        _permits = await server.Permits.TakeAsync(count + 2, _settings.Use, null, _cancellation).ConfigureAwait(false);
        var database = await server.RentDatabaseAsync(_cancellation).ConfigureAwait(false);
        _owned.Add(database);
        if (_settings.DeadlockTimeout is { } early) await database.LookForDeadlocksAfterAsync(early, _cancellation).ConfigureAwait(false);
        var settings = new SessionSettings
        {
            SynchronousCommit = false,
            StatementTimeout = _settings.Patience,
            IdleInTransactionTimeout = _settings.Patience + _settings.Patience,
            ApplicationName = $"racelab {_request.Strategy.Id}",
            SimpleQueries = true,
        };
        _watcher = await LockWatcher.OpenAsync(database.WatcherConnectionString, _cancellation).ConfigureAwait(false);
        _owned.Add(_watcher);
        await StartEngineAsync(server, settings.Over(database.ConnectionString).ConnectionString).ConfigureAwait(false);
        _services = await RentedServices.RentAsync(server.Services, _request.Strategy.Program, database, settings, stepped: true, _loops, _cancellation).ConfigureAwait(false);
        _owned.Add(_services);
        var source = settings.SourceFor(database.ConnectionString);
        _owned.Add(source);
        var connection = await source.OpenConnectionAsync(_cancellation).ConfigureAwait(false);
        _owned.Add(connection);
        _deadlockTimeout = await DeadlockTimeoutAsync(connection).ConfigureAwait(false);
        _table = new RaceTable(_request, connection);
        await _table.BuildAsync(_cancellation).ConfigureAwait(false);
        await HoldReplayAsync().ConfigureAwait(false);
        _onlooker = new Onlooker(connection, _request.Scenario.View ?? _request.Scenario.Rows, _settings.KeptRows);
        var strategy = _request.Strategy;
        if (strategy.Connection?.RoleConnections is { } limit) await database.LimitConnectionsAsync(limit + 1, 1, _cancellation).ConfigureAwait(false);
        var connections = new ConnectionSource(_loops, database.ConnectionString, settings, strategy.Connection, _services, strategy.Program, _settings.KeptRows, _time);
        _owned.Add(connections);
        _application = new Application(strategy, connections.OpenAsync);
        _owned.Add(_application);
        await OpenSessionsAsync().ConfigureAwait(false);
    }

    private async Task<TimeSpan> DeadlockTimeoutAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'", connection);
        return TimeSpan.FromMilliseconds((int)(await command.ExecuteScalarAsync(_cancellation).ConfigureAwait(false))!);
    }

    private async Task OpenSessionsAsync()
    {
        for (var number = 1; number <= _request.Workload.Workers; number++)
        {
            var session = new SteppedSession(number, _application!.SeatFor(number), _request, _inputs, _settings.RetriesAtMost, _cancellation);
            _sessions.Add(session);
            await session.StartAsync(Key).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(SteppedSession session)
    {
        if (session.Next!.Kind == StepKind.Statement) await AwaitDeadlockChecksAsync(session).ConfigureAwait(false);
        session.Send(_played.Count);
    }

    /// <summary>A crash is over when the server has noticed: only then has it rolled back and given back the locks, so that a schedule always goes on from the same place.</summary>
    private async Task CrashAsync(SteppedSession session)
    {
        var process = session.ProcessId!.Value;
        _played.Add(await session.CrashAsync(_played.Count).ConfigureAwait(false));
        await AwaitEndAsync(process).ConfigureAwait(false);
    }

    /// <summary>
    /// The victim of a deadlock must not depend on how fast a schedule is played. A session looks for a deadlock once, when it has waited for <c>deadlock_timeout</c>;
    /// so before a statement that may close a circle, those who wait for its session, and hold something themselves, are given that time. Then the victim is whoever closes it.
    /// </summary>
    private async Task AwaitDeadlockChecksAsync(SteppedSession session)
    {
        foreach (var waiter in _sessions.Where(s => s is { IsWaiting: true, IsAtGate: false } && s.BlockedBy.Contains(session.Number)))
        {
            var left = _deadlockTimeout + DeadlockCheckTime - waiter.Waited;
            if (left <= TimeSpan.Zero) continue;
            var held = await _watcher!.LocksOfAsync([waiter.ProcessId!.Value], _cancellation).ConfigureAwait(false);
            if (held.Any(l => l.IsGranted)) await Task.Delay(left, _time, _cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the answers that have come back, and waits until everybody else is known to wait for another session.</summary>
    public Task SettleAsync() => SettleAsync(null);

    /// <summary>What was sent last answers first, and whoever it let go behind it, in the order in which they began to wait.</summary>
    private async Task SettleAsync(SteppedSession? sent)
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var session in _sessions.Where(s => s.IsWaiting).OrderBy(s => s != sent).ThenBy(s => s.SentAfter))
            {
                if (!await HasReturnedAsync(session).ConfigureAwait(false)) continue;
                var next = session.Next!;
                var commits = next.LeavesUnknown;
                var answered = await session.TakeAnswerAsync().ConfigureAwait(false);
                if (session.HasLimitedWaits && answered is { Error.SqlState: PostgresErrorCodes.LockNotAvailable, BlockedBy.Count: 0 })
                    answered = answered with { BlockedBy = await HoldersBesideAsync(session).ConfigureAwait(false) };
                if (answered is { Error.SqlState: PostgresErrorCodes.DeadlockDetected, BlockedBy.Count: 0 } && session.Took >= _deadlockTimeout) answered = answered with { BlockedBy = OtherEndFrom(session) };
                _mayReplay |= commits && answered.Error is null;
                _played.Add(answered);
                changed = true;
                if (next.Sql is { EndsSessions: true }) await MarkEndedAsync().ConfigureAwait(false);
            }
        }
        while (changed && _sessions.Any(s => s.IsWaiting));
    }
}
