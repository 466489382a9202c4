using Npgsql;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// A database with a few sessions in it, on which schedules are played one after another: each from the same fresh tables, one statement
/// at a time, with waits read from the lock tables.
/// </summary>
internal sealed partial class Stage : IAsyncDisposable
{
    /// <summary>How often a stage looks whether something that it waits for has come.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>How much longer than a look for deadlocks a schedule waits for a wait to end by itself.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly LabServer _server;
    private readonly List<SteppedSession> _sessions = [];
    private readonly List<PlayedStep> _played = [];
    private readonly InputSource _inputs;
    private readonly RaceRequest _request;
    private readonly StageSettings _settings;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private PermitLease? _permits;
    private Ground? _ground;
    private bool _mayReplay;
    private SteppedSession? _first;

    private Stage(LabServer server, RaceRequest request, StageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        _server = server;
        _request = request;
        _inputs = InputSource.ForSchedule(request);
        _settings = settings;
        _time = time;
        _cancellation = cancellation;
    }

    public IReadOnlyList<SteppedSession> Sessions => _sessions;

    /// <summary>What has been played since the last <see cref="ResetAsync"/>, in the order in which answers came back.</summary>
    public IReadOnlyList<PlayedStep> Played => _played;

    /// <summary>What the statements do, as the server says.</summary>
    /// <exception cref="InvalidOperationException">The stage was not opened to play again.</exception>
    public ProgramFootprint Footprint => _ground!.Footprint ?? throw new InvalidOperationException("Only a stage that plays again asks what statements do.");

    private Ground On => _ground!;

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
        var stage = new Stage(server, request, settings, time, cancellation);
        try
        {
            await stage.OpenAsync().ConfigureAwait(false);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Everything is as it was at the start, and every session's attempt begins anew. All attempts must have ended.</summary>
    /// <param name="always">Another database takes the place of this one, whatever is known of the statements.</param>
    public async Task ResetAsync(bool always = false)
    {
        if (always || !Footprint.KeepsSessions || Footprint.StartOver == StartOver.NewDatabase)
        {
            await RestartAsync(always).ConfigureAwait(false);
            return;
        }

        await On.EmptyPoolsAsync(_cancellation).ConfigureAwait(false);
        await StartOverAsync(always).ConfigureAwait(false);
        foreach (var session in _sessions) await session.StartAsync(Key).ConfigureAwait(false);
    }

    /// <summary>Whatever was played is forgotten, locks and waits included: everything is as it was at the start, and new sessions begin.</summary>
    /// <param name="always">Another database takes the place of this one, whatever is known of the statements.</param>
    public async Task RestartAsync(bool always = false)
    {
        await CloseSessionsAsync().ConfigureAwait(false);
        await StartOverAsync(always).ConfigureAwait(false);
        await OpenSessionsAsync().ConfigureAwait(false);
    }

    /// <summary>What is committed.</summary>
    public Task<Look> CommittedAsync() => On.Onlooker.CommittedAsync(_cancellation);

    /// <summary>What a session would see of the table now.</summary>
    public Task<Look> LookAsync(SteppedSession session) => On.Onlooker.LookAsync(session, _cancellation);

    /// <summary>
    /// Lets a session take its next turn: it sends a statement, or crashes, or its attempt is delivered again. Waits until everybody's answer has come back or
    /// is known to wait for another session.
    /// </summary>
    public async Task TakeTurnAsync(SteppedSession session)
    {
        var closing = On.Application.ClosesConnections && session.Next is { Kind: StepKind.Leave, Gate.Kind: BlockKind.Connection } ? session.ProcessId : null;
        if (session.AwaitsDelivery) _played.Add(await session.DeliverAsync(_played.Count).ConfigureAwait(false));
        else if (session.Next!.Kind == StepKind.Crash) await CrashAsync(session).ConfigureAwait(false);
        else await SendAsync(session).ConfigureAwait(false);
        if (closing is { } process) await On.AwaitEndAsync(process, _cancellation).ConfigureAwait(false);
        _first = session;
        await SettleAsync().ConfigureAwait(false);
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
            _first = stuck;

            // A circle through the application may still have one in the database beside it, which the server ends by itself.
            if (!IsHeldForGood(stuck)) await Task.WhenAny([.. waiting, Task.Delay(On.DeadlockTimeout + Grace, _time, _cancellation)]).ConfigureAwait(false);
            if (!stuck.Pending.IsCompleted) await On.Watcher.CancelAsync(stuck.ProcessId!.Value, _cancellation).ConfigureAwait(false);
        }

        await Task.WhenAny(waiting).ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
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

        var grace = On.DeadlockTimeout + Grace;
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

        await On.Table.WriteAttemptsAsync(attempts, rejections, _cancellation).ConfigureAwait(false);
        var invariants = await On.Table.AskInvariantsAsync(Math.Max(0, _sessions.Count(s => s.Outcome == Outcome.Created) - 1), _cancellation).ConfigureAwait(false);
        var rows = await On.Table.CountRowsAsync(_cancellation).ConfigureAwait(false);
        return new ScheduleResult([.. _played], [.. _sessions.Select(s => s.Outcome)], rows, invariants);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync().ConfigureAwait(false);
        if (_ground is not null) await _ground.DisposeAsync().ConfigureAwait(false);
        if (_loops is not null) await _loops.DisposeAsync().ConfigureAwait(false);
        _permits?.Dispose();
    }

    private async Task OpenAsync()
    {
        if (await _server.FindLackAsync(_request.Scenario.NeedsOf(_request.Strategy), _cancellation).ConfigureAwait(false) is { } lack)
            throw new ServerRefusedException(lack);
        _permits = await _server.Permits.TakeAsync(_request.Workload.Workers + 2, _settings.Use, null, _cancellation).ConfigureAwait(false);
        _ground = await PrepareGroundAsync(null).ConfigureAwait(false);
        await OpenSessionsAsync().ConfigureAwait(false);
    }

    private Task<Ground> PrepareGroundAsync(ProgramFootprint? footprint) =>
        Ground.PrepareAsync(_server, _request, _settings, StartEngineAsync, footprint, _time, _cancellation);

    private async Task OpenSessionsAsync()
    {
        for (var number = 1; number <= _request.Workload.Workers; number++)
        {
            var session = new SteppedSession(number, On.Application.SeatFor(number), _request, _inputs, _settings.RetriesAtMost, _cancellation);
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
        await On.AwaitEndAsync(process, _cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The victim of a deadlock must not depend on how fast a schedule is played. A session looks for a deadlock once, when it has waited for <c>deadlock_timeout</c>;
    /// so before a statement that may close a circle, those who wait for its session, and hold something themselves, are given that time. Then the victim is whoever closes it.
    /// </summary>
    private async Task AwaitDeadlockChecksAsync(SteppedSession session)
    {
        foreach (var waiter in _sessions.Where(s => s is { IsWaiting: true, IsAtGate: false } && s.BlockedBy.Contains(session.Number)))
        {
            var left = On.DeadlockTimeout + _settings.DeadlockCheckTime - waiter.Waited;
            if (left <= TimeSpan.Zero) continue;
            var held = await On.Watcher.LocksOfAsync([waiter.ProcessId!.Value], _cancellation).ConfigureAwait(false);
            if (held.Any(l => l.IsGranted)) await Task.Delay(left, _time, _cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes the answers that have come back, and waits until everybody else is known to wait for another session. What was sent last, or is to be timed out, answers
    /// first, and whoever it let go behind it, in the order in which they began to wait: the victim of a deadlock comes before those who go on for it.
    /// </summary>
    public async Task SettleAsync()
    {
        do await TakeAnswersAsync().ConfigureAwait(false);
        while (await AwaitBrokenCircleAsync().ConfigureAwait(false));
    }

    private async Task TakeAnswersAsync()
    {
        while (await NextReturnedAsync().ConfigureAwait(false) is { } session)
        {
            var next = session.Next!;
            var commits = next.LeavesUnknown;
            var answered = await session.TakeAnswerAsync().ConfigureAwait(false);
            if (session.HasLimitedWaits && answered is { Error.SqlState: PostgresErrorCodes.LockNotAvailable, BlockedBy.Count: 0 })
                answered = answered with { BlockedBy = await HoldersBesideAsync(session).ConfigureAwait(false) };
            if (answered is { Error.SqlState: PostgresErrorCodes.DeadlockDetected, BlockedBy.Count: 0 } && session.Took >= On.DeadlockTimeout) answered = answered with { BlockedBy = OtherEndFrom(session) };
            _mayReplay |= commits && answered.Error is null;
            _played.Add(answered);
            if (next.Sql is { EndsSessions: true }) await MarkEndedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The session whose answer is to be taken next; null where all others are known to wait.</summary>
    private async Task<SteppedSession?> NextReturnedAsync()
    {
        var waiting = _sessions.Where(s => s.IsWaiting).OrderBy(s => s != _first).ThenBy(s => s.SentAfter).ToList();
        for (var i = 0; i < waiting.Count; i++)
        {
            if (!await HasReturnedAsync(waiting[i]).ConfigureAwait(false)) continue;

            // Who was seen waiting a moment ago may have let this one go: on a busy machine a deadlock is broken between two looks.
            for (var before = 0; before < i; before++)
                if (await HasReturnedAsync(waiting[before]).ConfigureAwait(false)) return waiting[before];
            return waiting[i];
        }

        return null;
    }
}
