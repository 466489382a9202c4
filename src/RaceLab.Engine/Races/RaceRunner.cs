using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Applications;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Races;

/// <summary>
/// Runs races on a lab server: permits, a database, connections and prepared statements first; then the start barrier; then the table's
/// own answer. Races run inside the lab's process: <c>docs/rooms/races.md</c> says why.
/// </summary>
public sealed class RaceRunner : IRaceRunner
{
    /// <summary>How long any race may take from its barrier on, whatever its workload asks for.</summary>
    public static readonly TimeSpan MaximumElapsed = TimeSpan.FromMinutes(5);

    /// <summary>How long a stopped race waits for attempts under way before it cancels their statements.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    /// <summary>How often viewers get a frame.</summary>
    public static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a race waits for connections that other programs hold before it gives up.</summary>
    public static readonly TimeSpan CrowdPatience = FullServer.Patience;

    private const int OpeningAtOnce = 16;

    private readonly LabServer _server;
    private readonly TimeProvider _time;
    private readonly ILogger<RaceRunner> _log;
    private readonly RaceLimits _limits;
    private readonly RaceJudge _judge;

    /// <summary>Makes a runner.</summary>
    /// <param name="server">Where races happen.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For what goes wrong.</param>
    /// <param name="limits">How much a race may have; null for the defaults.</param>
    public RaceRunner(LabServer server, TimeProvider time, ILogger<RaceRunner> log, RaceLimits? limits = null)
    {
        _server = server;
        _time = time;
        _log = log;
        _limits = limits ?? new RaceLimits();
        _judge = new RaceJudge(server, time, log);
    }

    /// <inheritdoc/>
    public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        using var span = RaceMeter.Traces.StartActivity("race");
        span?.SetTag("scenario", request.Scenario.Id).SetTag("strategy", request.Strategy.Id).SetTag("workers", request.Workload.Workers);
        var result = await QueueAndRaceAsync(request, progress, stop).ConfigureAwait(false);
        span?.SetTag("end", RaceMeter.WordFor(result.End)).SetTag("attempts", result.Attempts.Total);
        if (result.End is RaceEnd.Interrupted or RaceEnd.Refused) span?.SetStatus(ActivityStatusCode.Error, result.Problem);
        return result;
    }

    private async Task<RaceResult> QueueAndRaceAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        try
        {
            ThrowClock.Start();
            using var permits = await QueueAsync(request, progress, stop).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var letIn = _time.GetUtcNow() - permits.Held;
            progress.Entered(RaceState.Preparing);

            // The permits are kept while strangers fill the server: whoever is next in the queue would find it as full.
            var result = await FullServer.OutlastAsync(
                () => RaceWithPermitsAsync(request, progress, stop), progress.CrowdedOut, CrowdPatience, _time, stop).ConfigureAwait(false);
            return result.Timing is { } timing ? result with { Timing = timing with { Queued = permits.Waited, Prepared = result.StartedAt - letIn } } : result;
        }
        catch (StatementRefusedException refused)
        {
            _log.LogWarning(refused, "A race of {Strategy} could not start", request.Strategy.Id);
            return RaceResults.Refused(request, _time.GetUtcNow(), $"The race could not be prepared. {refused.Message}") with { Refused = refused.Refused };
        }
        catch (ServerRefusedException refused)
        {
            _log.LogWarning(refused, "A race of {Strategy} could not start", request.Strategy.Id);
            return RaceResults.Refused(request, _time.GetUtcNow(), refused.Message);
        }
        catch (NpgsqlException failure)
        {
            _log.LogWarning(failure, "A race of {Strategy} could not start", request.Strategy.Id);
            return RaceResults.Refused(request, _time.GetUtcNow(), $"The race could not be prepared: {failure.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return RaceResults.Refused(request, _time.GetUtcNow(), "It was stopped before its workers started.") with { End = RaceEnd.Stopped };
        }
    }

    private async Task<PermitLease> QueueAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        using var span = RaceMeter.Traces.StartActivity("queue");
        var use = request.Alone ? PermitUse.Alone : PermitUse.Load;
        return await _server.Permits.TakeAsync(request.Workload.Workers + 1, use, progress.Queued, stop).ConfigureAwait(false);
    }

    private async Task<RaceResult> RaceWithPermitsAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        if (request.Strategy.Program.Steps.Count is var steps and > RaceEvent.MostSteps)
            return RaceResults.Refused(request, _time.GetUtcNow(), $"This strategy has {steps} steps, those that begin and end its blocks included, and a race has room for {RaceEvent.MostSteps}. Write fewer.");
        if (await _server.FindLackAsync(request.Scenario.NeedsOf(request.Strategy), stop).ConfigureAwait(false) is { } lack)
            return RaceResults.Refused(request, _time.GetUtcNow(), lack);
        await using var database = await _server.RentDatabaseAsync(request.Scenario.NeedsOf(request.Strategy).Extensions, stop).ConfigureAwait(false);
        var settings = new SessionSettings
        {
            SynchronousCommit = request.Workload.SynchronousCommit,
            ApplicationName = $"racelab {request.Strategy.Id}",
        };

        // Under a name of its own: whoever looks at the server's sessions can tell the lab's count from the workers.
        await using var own = (settings with { ApplicationName = "racelab table" }).SourceFor(database.ConnectionString);
        await using var loops = request.Workload.Engine == RaceEngine.Wire ? WireLoops.Start(WireLoops.CountFor(request.Workload.Workers, Environment.ProcessorCount)) : null;
        await using var services = await RentedServices.RentAsync(_server.Services, request.Strategy.Program, database, settings, stepped: false, loops, stop).ConfigureAwait(false);
        await using (var connection = await own.OpenConnectionAsync(stop).ConfigureAwait(false))
            await new RaceTable(request, connection).BuildAsync(stop).ConfigureAwait(false);

        // The race window of those who read from a standby is how far it is behind.
        if (services.Standby is { } standby) await standby.ReplayBehindAsync(request.Workload.PauseHigh, stop).ConfigureAwait(false);
        var use = request.Strategy.Connection;
        if (use?.RoleConnections is { } limit) await database.LimitConnectionsAsync(limit, 0, stop).ConfigureAwait(false);
        await using var connections = new ConnectionSource(
            loops, database.ConnectionString, settings with { StatementTimeout = use?.StatementTimeout ?? settings.StatementTimeout }, use, services, request.Strategy.Program, 0, _time);
        await using var application = new Application(request.Strategy, connections.OpenAsync);
        return await RaceInAsync(database, own, application, loops, request, progress, stop).ConfigureAwait(false);
    }

    private async Task<RaceResult> RaceInAsync(
        RaceDatabase database, NpgsqlDataSource own, Application application, WireLoops? loops, RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var aborting = new CancellationTokenSource();
        await using var grace = ending.Token.Register(() => aborting.CancelAfter(StopGrace)).ConfigureAwait(false);
        var track = new RaceTrack
        {
            Request = request,
            Time = _time,
            Stopping = ending.Token,
            Aborting = aborting.Token,
            Loops = loops,
            Inputs = InputSource.ForRace(request, _time),
        };

        var workers = await OpenWorkersAsync(application, track, stop).ConfigureAwait(false);
        await using var sampler = await LockSampler.OpenAsync(database.WatcherConnectionString, stop).ConfigureAwait(false);
        var size = new SizeWatch(_limits.MegabytesPerRace, EndAtOnceAsync);
        var aggregator = new RaceAggregator(track, workers);
        DateTimeOffset startedAt;
        ServerRefusedException? interrupted;
        (IReadOnlyList<ClientPause> Pauses, ClientPauses Summary) stood;
        try
        {
            progress.Entered(RaceState.Running);
            startedAt = _time.GetUtcNow();
            (interrupted, stood) = await RunWatchedAsync(database, sampler, size, track, workers, aggregator, ending, progress).ConfigureAwait(false);
        }
        finally
        {
            await Parallel.ForEachAsync(workers, CancellationToken.None, static (worker, _) => worker.DisposeAsync()).ConfigureAwait(false);
            await application.DisposeAsync().ConfigureAwait(false);
        }

        progress.Entered(RaceState.Counting);
        var outOfTime = ending.IsCancellationRequested && !stop.IsCancellationRequested;
        var last = aggregator.NextFrame(RaceState.Counting, (uint)aggregator.Elapsed.Ticks);
        progress.Publish(last);
        var result = RaceResults.Of(track, aggregator, startedAt, _server.Version, last.Snapshot, stood.Summary) with
        {
            End = interrupted is not null ? RaceEnd.Interrupted : stop.IsCancellationRequested || outOfTime ? RaceEnd.Stopped : RaceEnd.Finished,
            Problem = interrupted is not null ? await _judge.ExplainAsync("during the race", interrupted).ConfigureAwait(false) : size.Problem ?? (stop.IsCancellationRequested ? "It was stopped; the verdict is about the attempts that ran until then."
                : outOfTime ? $"It was ended after {MaximumElapsed.TotalMinutes} minutes, the longest that a race may take; the verdict is about the attempts that ran until then."
                : null),
            Refused = (interrupted as StatementRefusedException)?.Refused,
        };
        if (interrupted is null) result = await _judge.JudgeAsync(database, own, track, aggregator, sampler, stood.Pauses, result).ConfigureAwait(false);
        if (result.End == RaceEnd.Interrupted) aggregator.Recording.Close(null, aggregator.CountsLive);
        progress.Recorded(aggregator.Recording);
        return result;

        async Task EndAtOnceAsync()
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await aborting.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<RaceWorker>> OpenWorkersAsync(Application application, RaceTrack track, CancellationToken stop)
    {
        var workers = new RaceWorker?[track.Request.Workload.Workers];
        var keys = track.Request.Scenario.Key.UpTo(track.Request.Workload.Keys);
        var options = new ParallelOptions { MaxDegreeOfParallelism = OpeningAtOnce, CancellationToken = stop };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, workers.Length), options, async (number, _) =>
            {
                var worker = workers[number] = new RaceWorker(number, application.SeatFor(number + 1), track, keys);
                await worker.OpenAsync().ConfigureAwait(false);
            }).ConfigureAwait(false);
            return workers!;
        }
        catch
        {
            foreach (var worker in workers)
                if (worker is not null) await worker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The run, with the lock tables looked at from outside, and the lab itself watched.</summary>
    private async Task<(ServerRefusedException? Interrupted, (IReadOnlyList<ClientPause> Pauses, ClientPauses Summary) Stood)> RunWatchedAsync(
        RaceDatabase database, LockSampler sampler, SizeWatch size, RaceTrack track, IReadOnlyList<RaceWorker> workers, RaceAggregator aggregator, CancellationTokenSource ending, IRaceProgress progress)
    {
        using var ended = new CancellationTokenSource();
        var looking = Task.Run(async () =>
        {
            await track.Barrier.ConfigureAwait(false);
            await sampler.RunAsync(track, workers, size, ended.Token).ConfigureAwait(false);
        }, CancellationToken.None);
        try
        {
            var running = RunWorkersAsync(database, track, workers, aggregator, ending, progress);
            using var watch = ClientWatch.Start(() => TimeSpan.FromTicks(track.Now()));
            var interrupted = await running.ConfigureAwait(false);
            return (interrupted, watch.Stop(aggregator.Movement));
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await looking.ConfigureAwait(false);
        }
    }

    /// <summary>From the barrier to the last attempt. Returns why the race was interrupted, or null.</summary>
    private async Task<ServerRefusedException?> RunWorkersAsync(
        RaceDatabase database, RaceTrack track, IReadOnlyList<RaceWorker> workers, RaceAggregator aggregator, CancellationTokenSource ending, IRaceProgress progress)
    {
        using var span = RaceMeter.Traces.StartActivity("run");
        using var limit = _time.CreateTimer(_ => ending.Cancel(), null, MaximumElapsed, Timeout.InfiniteTimeSpan);
        var running = Task.WhenAll(workers.Select(worker => RunWorkerAsync(worker, ending)));
        track.Open();
        progress.Publish(aggregator.NextFrame(RaceState.Running, 0));
        using var ticks = new PeriodicTimer(FrameInterval, _time);
        var givenUp = false;
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, ticks.WaitForNextTickAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
            aggregator.Drain();
            if (running.IsCompleted) break;
            progress.Publish(aggregator.NextFrame(RaceState.Running, track.Now()));
            if (givenUp || !track.Aborting.IsCancellationRequested) continue;
            givenUp = true;
            await GiveUpAsync(database).ConfigureAwait(false);
        }

        var problems = await running.ConfigureAwait(false);
        aggregator.Drain();
        return problems.FirstOrDefault(p => p is not null);
    }

    /// <summary>Ends the sessions of workers who still wait for an answer.</summary>
    private async Task GiveUpAsync(RaceDatabase database)
    {
        try
        {
            await database.EndSessionsAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
        {
            _log.LogWarning(failure, "The sessions of a stopped race could not be ended: their statements are left to their time-out");
        }
    }

    private async Task<ServerRefusedException?> RunWorkerAsync(RaceWorker worker, CancellationTokenSource ending)
    {
        try
        {
            await worker.RunAsync().ConfigureAwait(false);
            return null;
        }
        catch (ServerRefusedException gone)
        {
            _log.LogWarning("Worker {Worker} cannot go on: {Reason}", worker.Number, gone.Message);
            await ending.CancelAsync().ConfigureAwait(false);
            return gone;
        }
        catch
        {
            // A fault of the lab: the others must not go on without this one.
            await ending.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            // Whoever waits for the worker must not go on on the loop of the wire engine.
            await Task.Yield();
        }
    }
}
