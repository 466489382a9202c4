using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>One session of a stepped run: it takes a step when it is told to, and may then wait for another session, or it crashes and waits for a delivery.</summary>
internal sealed class SteppedSession : IAsyncDisposable
{
    private readonly Seat _seat;
    private readonly AttemptMachine _machine;
    private readonly CancellationTokenSource _giveUp;
    private readonly bool _mayBeEnded;
    private Task<StatementResult>? _pending;
    private int[] _blockedBy = [];
    private int[] _blockers = [];
    private long _sentAt;
    private bool _limitsSession;

    /// <param name="number">From 1.</param>
    /// <param name="seat">Its place in the application.</param>
    /// <param name="request">Whose program, and how often an attempt arrives.</param>
    /// <param name="inputs">Draws what attempts are given.</param>
    /// <param name="retriesAtMost">How often a block is run again at most; null: as often as the program says.</param>
    /// <param name="cancellation">Gives up whatever is under way.</param>
    public SteppedSession(int number, Seat seat, RaceRequest request, IInputSource inputs, int? retriesAtMost, CancellationToken cancellation)
    {
        Number = number;
        _mayBeEnded = request.Strategy.Program.Steps.Any(s => s.Sql is { EndsSessions: true });
        _seat = seat;
        _machine = new AttemptMachine(request.Strategy.Program, number, retriesAtMost, request.Scenario.Deliveries, inputs);
        _giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>From 1; also its attempt's number.</summary>
    public int Number { get; }

    /// <summary>The server process behind its connection; null while it has none.</summary>
    public int? ProcessId => _seat.Session?.ProcessId;

    /// <summary>The step that is next, or that waits; null once the attempt has ended, or waits for its next delivery. Pauses and back-offs take no time here and never show.</summary>
    public ProgramStep? Next => _machine.Next;

    public Outcome Outcome => _machine.Outcome;

    public SqlError? Error => _machine.Error;

    /// <summary>The error that the caller met; null where it was answered.</summary>
    public SqlError? EndedBy => _machine.EndedBy;

    public int Retries => _machine.Retries;

    /// <summary>How often the attempt has arrived.</summary>
    public int Delivery => _machine.Delivery;

    /// <summary>Whether the attempt was not answered well and will arrive again: the environment's turn.</summary>
    public bool AwaitsDelivery => _machine.AwaitsDelivery;

    /// <summary>Whether an earlier delivery has kept something, or may have.</summary>
    public bool LeftOpen => _machine.LeftOpen;

    /// <summary>Whether the attempt is over, and no delivery of it will come.</summary>
    public bool HasEnded => Next is null && !AwaitsDelivery;

    /// <summary>Whether a statement was sent and has not come back.</summary>
    public bool IsWaiting => _pending is not null;

    /// <summary>Whether what it does now is in the application: the lock tables know nothing of it.</summary>
    public bool IsAtGate => Next?.Gate is not null;

    /// <summary>Whether a block is being left after an error, so that a transaction around it has failed.</summary>
    public bool IsUndoing => _machine.IsUndoing;

    /// <summary>Whether it goes on in a transaction that has failed: it has swallowed an error there.</summary>
    public bool HasSwallowed { get; private set; }

    /// <summary>Whether its transaction has said how long its statements may wait for a lock.</summary>
    public bool HasLimitedWaits { get; private set; }

    /// <summary>Whether somebody has ended its server process, which it notices with its next statement.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether it could send its next statement now.</summary>
    public bool IsReady => !IsWaiting && Next is not null;

    /// <summary>Whether it could take a turn now, be it that its attempt is delivered again.</summary>
    public bool MayTakeTurn => IsReady || AwaitsDelivery;

    /// <summary>Its next turn as a schedule writes it, be it a delivery; null once the attempt has ended.</summary>
    public ScheduledStep? NextTurn => (Next ?? (AwaitsDelivery ? ProgramStep.Delivery : null)) is { } step ? ScheduledStep.For(Number, step) : null;

    /// <summary>The sessions that the statement under way has had to wait for so far; <see cref="LockHolder.Pool"/> among them.</summary>
    public IReadOnlyList<int> BlockedBy => _blockedBy;

    /// <summary>Those of them that it waits for now.</summary>
    public IReadOnlyList<int> Blockers => _blockers;

    /// <summary>How long the statement under way has been.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(_sentAt);

    /// <summary>How long the last statement that has come back was under way, whenever its answer was taken.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Completes when the statement under way has come back.</summary>
    public Task Pending => _pending ?? Task.CompletedTask;

    /// <summary>How many answers had come back, on the whole stage, when the statement under way was sent.</summary>
    public int SentAfter { get; private set; }

    /// <summary>Whether its connection was lost, other than by a crash or an end that its program asks for.</summary>
    public bool HasLostConnection { get; private set; }

    /// <summary>Whether a transaction of its own is open.</summary>
    public bool IsInTransaction => Next is { } next && (next.InTransaction || next.Kind is StepKind.Commit or StepKind.Rollback);

    /// <summary>Whether the open transaction can see anything: with its first query it has got its snapshot.</summary>
    public bool HasSnapshot { get; private set; }

    /// <summary>Whether a savepoint is open.</summary>
    public bool IsInSavepoint => Next is { InSavepoint: true };

    /// <summary>The level that the open transaction asked for; null: the server's default, or no transaction is open.</summary>
    public IsolationLevel? Isolation { get; private set; }

    /// <summary>The attempt's values by the names of the program's variables; null where nothing was kept yet.</summary>
    public IReadOnlyList<string?> Values => [.. _machine.Values];

    /// <summary>Begins an attempt.</summary>
    public async Task StartAsync(string key)
    {
        await ConnectAsync().ConfigureAwait(false);
        var name = Number.ToString(CultureInfo.InvariantCulture);
        _machine.Start(key, name, name);
        HasSnapshot = false;
        HasLostConnection = false;
        HasLimitedWaits = _limitsSession = false;
        HasSwallowed = false;
        IsEnded = false;
        Isolation = null;
        PassPauses();
    }

    /// <summary>The application dies: its connection drops, and nobody is told anything.</summary>
    public async Task<PlayedStep> CrashAsync(int sentAfter)
    {
        var crashed = new ScheduledStep(Number, Next!.Name);
        await _seat.DisposeAsync().ConfigureAwait(false);
        _machine.Lost();
        HasSnapshot = false;
        HasLimitedWaits = false;
        HasSwallowed = false;
        Isolation = null;
        return new PlayedStep(crashed, [], 0, null, null, sentAfter) { IsSilent = true };
    }

    /// <summary>The attempt arrives once more, at an application that is there again.</summary>
    public async Task<PlayedStep> DeliverAsync(int sentAfter)
    {
        await ConnectAsync().ConfigureAwait(false);
        _machine.DeliverAgain();
        PassPauses();
        return new PlayedStep(ScheduledStep.DeliveryTo(Number), [], 0, null, null, sentAfter);
    }

    public void Send(int sentAfter)
    {
        SentAfter = sentAfter;
        _blockedBy = [];
        _blockers = [];
        _sentAt = Stopwatch.GetTimestamp();
        _pending = DoAsync();

        async Task<StatementResult> DoAsync()
        {
            var result = await _seat.DoAsync(_machine.Next!, _machine, _giveUp.Token).ConfigureAwait(false);
            Took = Stopwatch.GetElapsedTime(_sentAt);
            return result;
        }
    }

    /// <summary>Its server process is gone, by another session's statement; what it held is free. Its program hears of it with its next statement.</summary>
    public async Task HearEndAsync()
    {
        IsEnded = true;
        await _seat.Session!.HearEndAsync(_giveUp.Token).ConfigureAwait(false);
    }

    public void MarkBlocked(int[] sessions)
    {
        _blockers = sessions;
        _blockedBy = [.. _blockedBy.Union(sessions).Order()];
    }

    /// <summary>Takes the answer of a statement that has come back.</summary>
    public async Task<PlayedStep> TakeAnswerAsync()
    {
        var sent = _machine.Next!;
        var result = await _pending!.ConfigureAwait(false);
        _pending = null;
        Seat.Tell(_machine, result);
        if (result.Kind == StatementEnd.Lost)
        {
            HasLostConnection = !(IsEnded || (_mayBeEnded && result.Error is { SqlState: PostgresErrorCodes.AdminShutdown }));
            IsEnded = false;
            await _seat.DisposeAsync().ConfigureAwait(false);
        }

        PassPauses();
        HasLimitedWaits = (IsInTransaction && HasLimitedWaits) || _limitsSession || sent.Sql is { LimitsWaits: true };
        _limitsSession |= sent.Sql is { LimitsWaits: true } && !IsInTransaction;
        HasSwallowed = IsInTransaction && (HasSwallowed || (sent.Kind == StepKind.Statement && result.Kind == StatementEnd.Rejected && !IsUndoing));
        HasSnapshot = IsInTransaction && (HasSnapshot || sent.Sql is { TakesSnapshot: true });
        Isolation = IsInTransaction ? Next!.Isolation ?? Isolation : null; // A COMMIT does not know its transaction's level.
        return new PlayedStep(new ScheduledStep(Number, sent.Name), _blockedBy, result.Rows, result.Error, result.Answer, SentAfter) { Told = result.Told, IsSilent = result is { Kind: StatementEnd.Lost, Error: null } };
    }

    /// <summary>Asks, in its own connection, something that is not of its program. It must not be waiting.</summary>
    public Task<Answer> AskAsync(string sql) => _seat.Session!.AskAsync(sql, _giveUp.Token);

    /// <summary>Gives up a statement that still waits, and closes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        await _giveUp.CancelAsync().ConfigureAwait(false);

        // However it ended, nobody waits for its answer any more; and what follows must be closed all the same.
        await Pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _giveUp.Dispose();
        await _seat.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ConnectAsync()
    {
        if (_seat.Session is { IsGivenUp: true }) await _seat.DisposeAsync().ConfigureAwait(false);
        if (_seat is { IsDedicated: true, Session: null }) await _seat.OpenAsync(_giveUp.Token).ConfigureAwait(false);
    }

    private void PassPauses()
    {
        while (_machine.Next is { IsWait: true }) _machine.Completed();
    }
}
