using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// A run that a learner steps by hand: says whose turn it is, takes turns back, jumps along the schedule. One loop owns the database and does
/// one thing after another; everybody else sees <see cref="State"/>, which never changes under a reader's eyes.
/// </summary>
/// <remarks>Taking a turn back plays the schedule before it again from fresh tables: nothing can be undone in a database.</remarks>
public sealed partial class Stepper : IAsyncDisposable
{
    /// <summary>The longest schedule: nobody steps further by hand, and a link must not keep a server busy.</summary>
    public const int MaximumTurns = 400;

    /// <summary>How long a statement is shown that waits for what nobody will let go, before its time-out ends it.</summary>
    private static readonly TimeSpan StuckPatience = TimeSpan.FromSeconds(3);

    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly LabServer _server;
    private readonly RaceRequest _request;
    private readonly TimeSpan _idleTime;
    private readonly TimeProvider _time;
    private readonly StepperLog _log;
    private readonly ILogger _journal;
    private Task _loop = Task.CompletedTask;
    private Stage? _stage;
    private DateTimeOffset? _stuckSince;
    private StepperState _state = new();

    internal Stepper(
        LabServer server, RaceRequest request, IReadOnlyList<ScheduledStep> schedule, int position, TimeSpan idleTime, TimeProvider time, ILogger log)
    {
        _server = server;
        _request = request;
        _idleTime = idleTime;
        _time = time;
        _journal = log;
        _log = new StepperLog([.. schedule.Take(MaximumTurns)]);
        _state = new StepperState { Ahead = _log.Ahead, EndsAt = time.GetUtcNow() + idleTime };
        _wishes.Writer.TryWrite(new Wish(null, position, new TaskCompletionSource()));
    }

    /// <summary>Something has changed; the new state is in <see cref="State"/>. Called from any thread.</summary>
    public event Action? Changed;

    /// <summary>The run as it is now.</summary>
    public StepperState State => Volatile.Read(ref _state);

    /// <summary>Lets a session take its next step. Where it cannot, <see cref="StepperState.Notice"/> says why.</summary>
    /// <returns>Done when everybody's answer is there or known to wait for another session.</returns>
    public Task PlayAsync(int session) => WishAsync(new Wish(session, null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));

    /// <summary>Plays one turn, a session's or the environment's. Where it is not the turn that comes next there, <see cref="StepperState.Notice"/> says why.</summary>
    /// <returns>Done when everybody's answer is there or known to wait for another session.</returns>
    public Task PlayAsync(ScheduledStep turn) => WishAsync(new Wish(null, null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)) { Turn = turn });

    /// <summary>Goes to a position on the schedule: forward by playing what is ahead, back by playing everything before it again.</summary>
    /// <param name="position">How many turns are taken there, from 0 to the schedule's length.</param>
    /// <returns>Done when it is there, or cannot get there.</returns>
    public Task GoToAsync(int position) => WishAsync(new Wish(null, position, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));

    /// <summary>Closes the sessions and gives the database back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _end.Dispose();
    }

    internal void Begin(Action ended) => _loop = Task.Run(async () =>
    {
        try
        {
            await RunAsync().ConfigureAwait(false);
        }
        finally
        {
            ended();
        }
    });

    private Task WishAsync(Wish wish)
    {
        if (!_wishes.Writer.TryWrite(wish)) wish.Done.TrySetResult();
        return wish.Done.Task;
    }

    private async Task RunAsync()
    {
        var why = "This page has left the run.";
        Wish? granted = null;
        try
        {
            var settings = new StageSettings { KeptRows = ScheduleRunner.KeptRows, Patience = TimeSpan.FromMinutes(30), Use = PermitUse.Idle, PlaysAgain = true };
            _stage = await Stage.OpenAsync(_server, _request, settings, _time, _end.Token).ConfigureAwait(false);
            while ((granted = await NextAsync().ConfigureAwait(false)) is not null)
            {
                Publish(State with { Phase = StepperPhase.Busy, Notice = null });
                var notice = await GrantAsync(granted).ConfigureAwait(false);
                await ShowAsync(notice, _time.GetUtcNow() + _idleTime).ConfigureAwait(false);
                granted.Done.TrySetResult();
            }

            why = $"Nobody took a turn for {_idleTime.TotalSeconds:0} s, so the sessions were closed and their locks given back.";
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // Whoever stepped has left; there is nobody to tell.
        }
        catch (Exception failure) when (failure is ServerRefusedException or NpgsqlException or TimeoutException or IOException)
        {
            why = failure is ServerRefusedException ? failure.Message : $"The lab server went away in the middle: {failure.Message}";
        }
        catch (Exception failure)
        {
            LogFailure(failure, _request.Scenario.Id, _request.Strategy.Id);
            why = "Something in the lab failed; its log says what. The schedule is kept: it can be played again.";
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
            _wishes.Writer.TryComplete();
            Publish(State with { Phase = StepperPhase.Closed, Notice = why, Ahead = _log.Ahead });

            // Nobody waits for ever: not for what could not be granted any more, nor for what was being granted when the run ended.
            granted?.Done.TrySetResult();
            while (_wishes.Reader.TryRead(out var wish)) wish.Done.TrySetResult();
        }
    }

    /// <summary>Whatever goes wrong with leaving, those who look on must hear that the run is over.</summary>
    private async Task LeaveAsync()
    {
        try
        {
            if (_stage is not null) await _stage.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogFailure(failure, _request.Scenario.Id, _request.Strategy.Id);
        }
    }

    /// <summary>Waits for what is to be done next; null: nobody came in time. Meanwhile a wait may end by itself, as the deadlock detector ends it.</summary>
    private async Task<Wish?> NextAsync()
    {
        var endsAt = State.EndsAt;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var asked = _wishes.Reader.WaitToReadAsync(stop.Token).AsTask();
        var left = endsAt - _time.GetUtcNow();
        var idle = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, stop.Token);
        try
        {
            while (true)
            {
                var answers = _stage!.Sessions.Where(s => s.IsWaiting).Select(s => s.Pending);
                var timeOut = TimeOutAsync(stop.Token);
                await Task.WhenAny([asked, idle, timeOut, .. answers]).ConfigureAwait(false);
                _end.Token.ThrowIfCancellationRequested();
                if (_wishes.Reader.TryRead(out var wish)) return wish;
                if (idle.IsCompleted) return null;
                if (timeOut.IsCompleted) await _stage.AwaitReleaseAsync().ConfigureAwait(false);
                await _stage.SettleAsync().ConfigureAwait(false);
                await ShowAsync(State.Notice, endsAt).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Completes when a statement that nobody can let go has been shown for long enough; never where there is none.</summary>
    private Task TimeOutAsync(CancellationToken stop)
    {
        if (_stage!.Stuck is null)
        {
            _stuckSince = null;
            return Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
        }

        var left = (_stuckSince ??= _time.GetUtcNow()) + StuckPatience - _time.GetUtcNow();
        return left > TimeSpan.Zero ? Task.Delay(left, _time, stop) : Task.CompletedTask;
    }

    private Task<string?> GrantAsync(Wish wish) => wish switch
    {
        { Turn: { IsTimesOwn: true } turn } => TakeTimesTurnAsync(turn),
        { Turn: { } turn } => TakeTurnAsync(turn.Whose, turn),
        { Session: { } session } => TakeTurnAsync(session, null),
        _ => GoAsync(wish.Position!.Value),
    };

    /// <summary>Takes a session's next turn; returns why it cannot be taken, or null.</summary>
    /// <param name="number">The session.</param>
    /// <param name="wanted">The turn that it must be; null: whatever step the session comes to by itself.</param>
    private async Task<string?> TakeTurnAsync(int number, ScheduledStep? wanted)
    {
        if (_stage!.Sessions.FirstOrDefault(s => s.Number == number) is not { } session) return $"There is no session {number}.";
        if (session.IsWaiting) return $"Session {number} still waits with “{session.Next!.Name}”: let the session go on for which it waits.";
        if (session.NextTurn is not { } next) return $"The attempt of session {number} has ended.";
        if (session.AwaitsDelivery && wanted != next) return $"The attempt of session {number} was not answered well: it goes on when it is delivered again ({next}).";
        if (wanted is not null && wanted != next) return $"The next step of session {number} is “{next.Step}”.";
        if (_log.Turns.Count >= MaximumTurns) return $"A schedule has {MaximumTurns} turns at most.";
        _log.Take(number, session.Next ?? ProgramStep.Delivery);
        await _stage.TakeTurnAsync(session).ConfigureAwait(false);
        return null;
    }

    /// <summary>Lets time do something; returns why it cannot, or null.</summary>
    private async Task<string?> TakeTimesTurnAsync(ScheduledStep entry)
    {
        if (_stage!.Environment.FirstOrDefault(turn => turn.Entry == entry).Step is not { } step) return $"{entry} is not possible now: {Stage.WhyNot(entry)}";
        if (_log.Turns.Count >= MaximumTurns) return $"A schedule has {MaximumTurns} turns at most.";
        _log.Take(ScheduledStep.Environment, step);
        await _stage.TakeTurnAsync(step).ConfigureAwait(false);
        return null;
    }

    private async Task<string?> GoAsync(int position)
    {
        position = Math.Clamp(position, 0, _log.Turns.Count + _log.Ahead.Count);
        if (position < _log.Turns.Count)
        {
            _log.Rewind();
            await _stage!.RestartAsync().ConfigureAwait(false);
        }

        while (_log.Turns.Count < position)
        {
            var entry = _log.Ahead[0];
            if (entry.IsTimesOwn)
            {
                if (await TakeTimesTurnAsync(entry).ConfigureAwait(false) is { } impossible) return $"The schedule stops before {entry}. {impossible}";
                await LearnAsync().ConfigureAwait(false);
                continue;
            }

            var session = _stage!.Sessions.FirstOrDefault(s => s.Number == entry.Whose);
            if (session is { IsWaiting: true })
            {
                await _stage.AwaitAnswerAsync(session).ConfigureAwait(false);
                await LearnAsync().ConfigureAwait(false);
            }

            // A rollback that the schedule does not name is played when it comes up.
            var turn = session is { Next.IsRecovery: true, NextTurn: { } recovery } ? recovery : entry;
            if (await TakeTurnAsync(entry.Whose, turn).ConfigureAwait(false) is { } refusal) return $"The schedule stops before {entry}. {refusal}";
            await LearnAsync().ConfigureAwait(false);
            if (turn != entry) position++;
        }

        return null;
    }

    /// <summary>Learns what has happened since the last time: after every turn, since the lock tables do not say since when.</summary>
    private async Task LearnAsync()
    {
        _log.Learn(_stage!.Played);
        foreach (var waiter in _stage.Sessions.Where(s => s.IsWaiting)) _log.NoteWait(waiter);
        _log.Locks.Take(await _stage.LocksAsync().ConfigureAwait(false), _stage.Sessions, _log.Latest());
    }

    private async Task ShowAsync(string? notice, DateTimeOffset endsAt)
    {
        await LearnAsync().ConfigureAwait(false);
        var ended = _stage!.Sessions.All(s => s.HasEnded);
        var result = !ended ? null : State.Result is { } known && known.Played.SequenceEqual(_stage.Played) ? known : await _stage.JudgeAsync().ConfigureAwait(false);
        var sessions = new List<SessionState>();
        foreach (var session in _stage.Sessions)
        {
            var look = await _stage.LookAsync(session).ConfigureAwait(false);
            if (look.Kind == LookKind.Waiting) look = look with { Rows = State.Sessions.FirstOrDefault(s => s.Number == session.Number)?.Sees.Rows };
            sessions.Add(new SessionState(
                session.Number, session.Next, _log.Locks.WaitOf(session), session.HasEnded ? session.Outcome : null, session.Error, session.Retries,
                session.IsInTransaction, session.Values, look)
            {
                Delivery = session.Delivery,
                AwaitsDelivery = session.AwaitsDelivery,
            });
        }

        Publish(new StepperState
        {
            Phase = StepperPhase.Ready,
            Turns = _log.Turns,
            Ahead = _log.Ahead,
            Sessions = sessions,
            Environment = [.. _stage.Sessions.Where(s => s.AwaitsDelivery).Select(s => ScheduledStep.DeliveryTo(s.Number)), .. _stage.Environment.Select(t => t.Entry)],
            Engine = _stage.Engine,
            Committed = await _stage.CommittedAsync().ConfigureAwait(false),
            Locks = _log.Locks.Locks,
            Result = result,
            Notice = notice,
            EndsAt = endsAt,
        });
    }

    private void Publish(StepperState state)
    {
        Volatile.Write(ref _state, state);
        Changed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Stepping {Scenario}/{Strategy} failed")]
    private partial void LogFailure(Exception failure, string scenario, string strategy);

    /// <summary>Something that a learner wants: a session's next step, a certain turn, or a position.</summary>
    private sealed record Wish(int? Session, int? Position, TaskCompletionSource Done)
    {
        public ScheduledStep? Turn { get; init; }
    }
}
