using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Races;

/// <summary>One concurrent actor of a race: its own seat in the application, its own log, one attempt after another.</summary>
internal sealed class RaceWorker : IAsyncDisposable
{
    private const int MostCuts = 3;
    private static readonly TimeSpan ReconnectPatience = TimeSpan.FromSeconds(10);

    private readonly RaceTrack _track;
    private readonly string[] _keys;
    private readonly AttemptMachine _machine;
    private readonly Draw _draw;
    private readonly string _name;
    private readonly Seat _seat;
    private readonly WireLoop? _loop;

    /// <param name="number">From 0.</param>
    /// <param name="seat">Without a connection yet.</param>
    /// <param name="track">What it shares with the others.</param>
    /// <param name="keys">All key values, by number; shared as well, and gone with the race.</param>
    public RaceWorker(int number, Seat seat, RaceTrack track, string[] keys)
    {
        Number = number;
        _seat = seat;
        _track = track;
        _keys = keys;
        _loop = track.Loops?.Of(number);
        _machine = new AttemptMachine(track.Request.Strategy.Program, number + 1, deliveries: track.Request.Scenario.Deliveries, inputs: track.Inputs);
        _draw = new Draw(track.Request.Workload.Seed, number);
        _name = (number + 1).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>From 0. Statements, roles and the table of attempts count workers from 1, as schedules count sessions.</summary>
    public int Number { get; }

    public WorkerLog Log { get; } = new();

    /// <summary>The server process behind its connection; null while it has none.</summary>
    public int? ProcessId => _seat.Session?.ProcessId;

    /// <summary>What it is doing, for the live picture: a step's index, or one of <see cref="FrameEncoder"/>'s two others.</summary>
    public byte Activity { get; private set; } = FrameEncoder.BetweenAttempts;

    /// <summary>Opens its connection, where it has one for itself: on its loop, so that the connection belongs there.</summary>
    /// <exception cref="ServerRefusedException">It cannot be opened.</exception>
    public async Task OpenAsync()
    {
        if (!_seat.IsDedicated) return;
        if (_loop is not null) await _loop.EnterAsync();
        await _seat.OpenAsync(_track.Aborting).ConfigureAwait(false);
    }

    /// <summary>Makes attempts until the workload is done or the race is told to stop.</summary>
    /// <exception cref="ServerRefusedException">The connection was lost and the server does not take a new one.</exception>
    public async Task RunAsync()
    {
        await _track.Barrier.ConfigureAwait(false);
        if (_loop is not null) await _loop.EnterAsync();
        var workload = _track.Request.Workload;
        for (var attempt = 0; _track.MayBegin(attempt); attempt++)
        {
            var key = _draw.Key(workload, attempt);
            if (workload.ArrivalSpread is { } spread && !await ArriveAsync(spread, attempt).ConfigureAwait(false)) break;
            if (!await AttemptAsync(attempt, key).ConfigureAwait(false)) await ReconnectAsync(_track.Stopping).ConfigureAwait(false);
        }

        Activity = FrameEncoder.Done;
    }

    public ValueTask DisposeAsync() => _seat.DisposeAsync();

    /// <summary>Waits for the others, and then for a time of its own. False where the race was stopped meanwhile.</summary>
    private async Task<bool> ArriveAsync(TimeSpan spread, int attempt)
    {
        try
        {
            await _track.Rendezvous.MeetAsync(_track.Request.Workload.Workers).WaitAsync(_track.Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_track.Stopping.IsCancellationRequested)
        {
            // The others are told as well, and nobody is waited for.
        }

        if (_loop is not null) await _loop.EnterAsync();
        await PauseAsync(_draw.Between(TimeSpan.Zero, spread)).ConfigureAwait(false);
        return _track.MayBegin(attempt);
    }

    /// <summary>One attempt, with as many deliveries as it needs. False where the connection was lost with the last of them.</summary>
    private async ValueTask<bool> AttemptAsync(int attempt, int key)
    {
        var began = _track.Now();
        _machine.Start(_keys[key], _track.NumberOf(attempt, Number).ToString(CultureInfo.InvariantCulture), _name);
        var alive = await DeliverAsync(attempt, key).ConfigureAwait(false);
        while (_machine.AwaitsDelivery && (alive || await ReconnectAsync(_track.Aborting).ConfigureAwait(false)))
        {
            _machine.DeliverAgain();
            alive = await DeliverAsync(attempt, key).ConfigureAwait(false);
        }

        var last = _machine.EndedBy is { } cause ? _track.Rejections.NumberOf(cause) : 0;
        Log.Append(new RaceEvent(
            began, _track.Now(), attempt, key, RaceEvent.AttemptEnded, _machine.Outcome, last, _machine.Retries, (byte)_machine.Delivery, _machine.LeftOpen));
        Activity = FrameEncoder.BetweenAttempts;
        return alive;
    }

    /// <summary>One delivery of an attempt. False where there is no connection behind it.</summary>
    private async ValueTask<bool> DeliverAsync(int attempt, int key)
    {
        var alive = true;
        while (_machine.Next is { } step)
        {
            Activity = (byte)step.Index;
            var start = _track.Now();
            var rejection = 0;
            uint thrown = 0;
            var lost = false;
            long rows = 0;
            if (step.Kind == StepKind.Crash)
            {
                await _seat.DisposeAsync().ConfigureAwait(false);
                _machine.Lost();

                // The application is back before the attempt is: that is part of the crash, and of the attempt's time.
                alive = !_seat.IsDedicated || (_machine.AwaitsDelivery && await ReconnectAsync(_track.Aborting).ConfigureAwait(false));
            }
            else if (step.IsWait)
            {
                await WaitAsync(step).ConfigureAwait(false);
                _machine.Completed();
            }
            else
            {
                var result = await _seat.DoAsync(step, _machine, _track.Aborting).ConfigureAwait(false);

                // Who gave the race up has ended the session, too: that is no refusal of the server's.
                if (result.Kind == StatementEnd.Lost && _track.Aborting.IsCancellationRequested) result = result with { Error = null };
                if (result.Error is { } error) rejection = _track.Rejections.NumberOf(error);
                rows = result.Rows;
                thrown = (uint)result.Thrown.Ticks;
                lost = result.Kind == StatementEnd.Lost;
                Seat.Tell(_machine, result);
                if (lost)
                {
                    await _seat.DisposeAsync().ConfigureAwait(false);
                    alive = !_seat.IsDedicated;
                }
            }

            Log.Append(new RaceEvent(
                start, _track.Now(), attempt, key, (byte)step.Index, lost ? Outcome.Unknown : default, rejection, (int)Math.Min(rows, int.MaxValue), (byte)_machine.Delivery, Thrown: thrown));
        }

        // Whoever has a connection that its driver has closed behind a rejection takes another one before the next attempt, as an application does.
        if (_seat.Session is not { IsGivenUp: true }) return alive;
        await _seat.DisposeAsync().ConfigureAwait(false);
        return !_seat.IsDedicated;
    }

    /// <summary>The workload's pause, or the wait before a retry.</summary>
    private Task WaitAsync(ProgramStep step)
    {
        var workload = _track.Request.Workload;
        return PauseAsync(step.Kind == StepKind.Backoff
            ? _draw.Between(_machine.Backoff!.BackoffLow, _machine.Backoff.BackoffHigh)
            : _draw.Between(workload.PauseLow, workload.PauseHigh));
    }

    /// <summary>Waits; a race that is stopping cuts it short.</summary>
    private async Task PauseAsync(TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero) return;
        if (_loop is not null) await _loop.WaitAsync(wait, _track.Stopping).ConfigureAwait(false);
        else await FullDelay.WaitAsync(wait, _track.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Opens a new session in the place of one that is gone. False where it was given up before.</summary>
    private async Task<bool> ReconnectAsync(CancellationToken giveUp)
    {
        for (var cuts = 0; !giveUp.IsCancellationRequested; cuts++)
        {
            try
            {
                return await FullServer.OutlastAsync(OpenAsync, null, ReconnectPatience, _track.Time, giveUp).ConfigureAwait(false);
            }
            catch (ServerRefusedException cut) when (WasCut(cut) && cuts < MostCuts)
            {
                // A connection may be cut while it is made, as at any other time. Only a server that goes on so has gone away.
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                // Given up while the server had no connection left.
            }
        }

        return false;

        async Task<bool> OpenAsync()
        {
            await _seat.OpenAsync(_track.Aborting).ConfigureAwait(false);
            return true;
        }
    }

    private static bool WasCut(ServerRefusedException refused) =>
        refused.InnerException is NpgsqlException { SqlState: null or PostgresErrorCodes.AdminShutdown };
}

/// <summary>What the workers of one race share.</summary>
internal sealed class RaceTrack
{
    private long _barrierAt;
    private long _deadline = long.MaxValue;

    public required RaceRequest Request { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Cancelled: finish the attempt under way and begin no other.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Cancelled: give up even the statement under way.</summary>
    public required CancellationToken Aborting { get; init; }

    /// <summary>Where workers run, and wait in their race windows; null: on the thread pool.</summary>
    public WireLoops? Loops { get; init; }

    /// <summary>Draws what attempts are given.</summary>
    public required InputSource Inputs { get; init; }

    public Rejections Rejections { get; } = new();

    /// <summary>Where workers meet before each attempt, where the workload says so.</summary>
    public Rendezvous Rendezvous { get; } = new();

    /// <summary>Completes when all workers may start.</summary>
    public Task Barrier => _barrier.Task;

    private readonly TaskCompletionSource _barrier = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the workers go.</summary>
    public void Open()
    {
        _barrierAt = Stopwatch.GetTimestamp();
        if (Request.Workload.Duration is { } duration)
            _deadline = _barrierAt + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        _barrier.SetResult();
    }

    /// <summary>Sends the workers home before they have started.</summary>
    public void CallOff() => _barrier.TrySetCanceled();

    /// <summary>Units of 100 ns since the barrier opened.</summary>
    public uint Now() => (uint)Stopwatch.GetElapsedTime(_barrierAt).Ticks;

    /// <summary>Whether a worker may begin its attempt of that number.</summary>
    public bool MayBegin(int attempt)
    {
        if (Stopping.IsCancellationRequested) return false;
        return Request.Workload.Attempts is { } attempts
            ? attempt < attempts
            : Stopwatch.GetTimestamp() < _deadline && (long)attempt * Request.Workload.Workers < Workload.MaximumTotalAttempts;
    }

    /// <summary>The number of an attempt in the whole race, from 1: what rows carry as <c>@attempt</c>.</summary>
    public long NumberOf(int attempt, int worker) => ((long)attempt * Request.Workload.Workers) + worker + 1;
}
