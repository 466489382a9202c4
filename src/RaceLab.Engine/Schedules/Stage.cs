using Npgsql;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// A database with a few sessions in it, on which schedules are played one after another: each from the same fresh tables, one statement
/// at a time, with waits read from the lock tables.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<SteppedSession> _sessions = [];
    private readonly List<PlayedStep> _played = [];
    private readonly RaceRequest _request;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private IDisposable? _permits;
    private NpgsqlDataSource? _source;
    private RaceTable? _table;
    private LockWatcher? _watcher;

    private Stage(RaceRequest request, TimeProvider time, CancellationToken cancellation)
    {
        _request = request;
        _time = time;
        _cancellation = cancellation;
    }

    public IReadOnlyList<SteppedSession> Sessions => _sessions;

    /// <summary>What has been played since the last <see cref="ResetAsync"/>, in the order in which answers came back.</summary>
    public IReadOnlyList<PlayedStep> Played => _played;

    private string Key => _request.Scenario.Key.For(1);

    /// <summary>Builds the tables and opens the sessions; all of them fight over key 1.</summary>
    public static async Task<Stage> OpenAsync(
        LabServer server, RaceRequest request, int? retriesAtMost, TimeProvider time, CancellationToken cancellation)
    {
        var stage = new Stage(request, time, cancellation);
        try
        {
            await stage.OpenAsync(server, retriesAtMost).ConfigureAwait(false);
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
        await _table!.ResetAsync(_cancellation).ConfigureAwait(false);
        _played.Clear();
        foreach (var session in _sessions) session.Start(Key);
    }

    /// <summary>Sends a session's next statement, and waits until everybody's has come back or is known to wait for another session.</summary>
    public async Task SendAsync(SteppedSession session)
    {
        session.Send();
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Plays whatever is left, session by session.</summary>
    public async Task FinishAsync()
    {
        while (true)
        {
            if (_sessions.FirstOrDefault(s => s.IsReady) is { } ready) await SendAsync(ready).ConfigureAwait(false);
            else if (!await AwaitReleaseAsync().ConfigureAwait(false)) return;
        }
    }

    /// <summary>
    /// Where every session that has not ended waits: lets the server's deadlock detector, or a timeout, decide who goes first. False where nobody waits.
    /// </summary>
    public async Task<bool> AwaitReleaseAsync()
    {
        var waiting = _sessions.Where(s => s.IsWaiting).Select(s => s.Pending).ToList();
        if (waiting.Count == 0) return false;
        await Task.WhenAny(waiting).ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Asks the table. All attempts must have ended.</summary>
    public async Task<ScheduleResult> JudgeAsync()
    {
        var attempts = new List<AttemptRecord>();
        var rejections = new List<SqlError>();
        foreach (var session in _sessions)
        {
            ushort rejection = 0;
            if (session is { Outcome: Outcome.Rejected, Error: { } error })
            {
                rejections.Add(error);
                rejection = (ushort)rejections.Count;
            }

            attempts.Add(new AttemptRecord(session.Number, session.Number,
                new RaceEvent(0, 0, 0, 1, RaceEvent.AttemptEnded, session.Outcome, rejection, (ushort)session.Retries)));
        }

        await _table!.WriteAttemptsAsync(attempts, rejections, ["", Key], _cancellation).ConfigureAwait(false);
        var extra = Math.Max(0, _sessions.Count(s => s.Outcome == Outcome.Created) - 1);
        var invariants = await _table.AskInvariantsAsync(extra, _cancellation).ConfigureAwait(false);
        var rows = await _table.CountRowsAsync(_cancellation).ConfigureAwait(false);
        return new ScheduleResult([.. _played], [.. _sessions.Select(s => s.Outcome)], rows, invariants);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync().ConfigureAwait(false);
        for (var i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync().ConfigureAwait(false);
        _permits?.Dispose();
    }

    private async Task OpenAsync(LabServer server, int? retriesAtMost)
    {
        if (await server.FindLackAsync(_request.Scenario.NeedsOf(_request.Strategy), _cancellation).ConfigureAwait(false) is { } lack)
            throw new ServerRefusedException(lack);
        var count = _request.Workload.Workers;
        _permits = await server.Permits.TakeAsync(count + 2, null, _cancellation).ConfigureAwait(false);
        var database = await server.RentDatabaseAsync(_cancellation).ConfigureAwait(false);
        _owned.Add(database);
        _source = new SessionSettings { SynchronousCommit = false, ApplicationName = $"racelab {_request.Strategy.Id}" }.SourceFor(database.ConnectionString);
        _owned.Add(_source);
        var connection = await _source.OpenConnectionAsync(_cancellation).ConfigureAwait(false);
        _owned.Add(connection);
        _table = new RaceTable(_request, connection);
        await _table.BuildAsync(_cancellation).ConfigureAwait(false);
        _watcher = await LockWatcher.OpenAsync(database.WatcherConnectionString, _cancellation).ConfigureAwait(false);
        _owned.Add(_watcher);
        for (var number = 1; number <= count; number++)
        {
            var session = await NpgsqlSession.OpenAsync(_source, _request.Strategy.Program, _cancellation).ConfigureAwait(false);
            _sessions.Add(new SteppedSession(number, session, _request.Strategy.Program, retriesAtMost, _cancellation));
        }

        foreach (var session in _sessions) session.Start(Key);
    }

    private async Task SettleAsync()
    {
        bool changed;
        do
        {
            changed = false;
            foreach (var session in _sessions.Where(s => s.IsWaiting))
            {
                if (!await HasReturnedAsync(session).ConfigureAwait(false)) continue;
                _played.Add(await session.TakeAnswerAsync().ConfigureAwait(false));
                changed = true;
            }
        }
        while (changed && _sessions.Any(s => s.IsWaiting));
    }

    private async Task<bool> HasReturnedAsync(SteppedSession session)
    {
        while (!session.Pending.IsCompleted)
        {
            await Task.WhenAny(session.Pending, Task.Delay(PollInterval, _time, _cancellation)).ConfigureAwait(false);
            _cancellation.ThrowIfCancellationRequested();
            if (session.Pending.IsCompleted) return true;
            var blockers = await _watcher!.BlockersOfAsync(session.ProcessId, _cancellation).ConfigureAwait(false);
            var sessions = _sessions.Where(s => blockers.Contains(s.ProcessId)).Select(s => s.Number).ToArray();
            if (sessions.Length == 0 || session.Pending.IsCompleted) continue;
            session.MarkBlocked(sessions);
            return false;
        }

        return true;
    }
}
