using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace RaceLab.Engine.Races;

/// <summary>
/// All races of this lab: starts them, keeps them while they run and for a while after, and hands finished ones to an archive. Thread-safe.
/// </summary>
public sealed class RaceRegistry : IAsyncDisposable
{
    /// <summary>How many races of one owner may be unfinished at once.</summary>
    public const int UnfinishedPerOwner = 4;

    /// <summary>How many finished races are kept in memory; older ones come from the archive.</summary>
    public const int KeptInMemory = 200;

    /// <summary>How many events the kept races' logs have together, about 96 MB where somebody looks at all of them; beyond it the oldest logs go, and those races keep their summaries.</summary>
    public const int MostRecordedEvents = 3_000_000;

    private readonly ConcurrentDictionary<string, Race> _races = new();
    private readonly ConcurrentQueue<string> _finished = new();
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private readonly Lock _starting = new();
    private readonly IRaceRunner _runner;
    private readonly IRaceArchive _archive;
    private readonly TimeProvider _time;
    private readonly ILogger<RaceRegistry> _log;
    private readonly RaceLimits _limits;
    private readonly RaceMeter? _meter;
    private TaskCompletionSource _entered = new();
    private bool _closed;

    /// <summary>Makes a registry.</summary>
    /// <param name="runner">Runs its races.</param>
    /// <param name="archive">Keeps them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For what nobody else is told.</param>
    /// <param name="limits">How much one person may have; null for the defaults.</param>
    /// <param name="meter">Told of every race; null where nothing is measured.</param>
    public RaceRegistry(IRaceRunner runner, IRaceArchive archive, TimeProvider time, ILogger<RaceRegistry> log, RaceLimits? limits = null, RaceMeter? meter = null)
    {
        _limits = limits ?? new RaceLimits();
        _meter = meter;
        _runner = runner;
        _archive = archive;
        _time = time;
        _log = log;
        _entered.SetResult();
    }

    /// <summary>Starts a race and returns at once; it queues, runs and ends by itself.</summary>
    /// <param name="request">What to race.</param>
    /// <param name="owner">Who asks: a token that only they have.</param>
    /// <exception cref="RaceRefusedException">The workload is out of range, or this owner has too many unfinished races.</exception>
    public Race Start(RaceRequest request, string owner)
    {
        if (request.Workload.Validate().FirstOrDefault() is { } problem) throw new RaceRefusedException(problem.Message);
        if (request.Workload.Workers > _limits.WorkersPerRace)
            throw new RaceRefusedException($"This lab allows {_limits.WorkersPerRace} workers in a race, and {request.Workload.Workers} were asked for. Use fewer.");
        Race race;
        lock (_starting)
        {
            race = new Race(NewId(), owner, request, _time);
            if (_closed) throw new RaceRefusedException("The lab is shutting down. Start it again, then run the race.");
            if (_races.Values.Count(r => r.Owner == owner && r.State != RaceState.Over) >= _limits.UnfinishedPerOwner)
                throw new RaceRefusedException($"You have {_limits.UnfinishedPerOwner} races that are not over yet. Wait for one, or stop one.");
            _races[race.Id] = race;
            _meter?.Started(request);
            _running[race.Id] = RunInTurnAsync(race, _entered, _entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return race;
    }

    /// <summary>A race that is running or was kept in memory, or null.</summary>
    public Race? Find(string id) => _races.GetValueOrDefault(id);

    /// <summary>A finished race of which only the record is left, or null.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    public Task<ArchivedRace?> FindArchivedAsync(string id, CancellationToken cancellation) => _archive.FindAsync(id, cancellation);

    /// <summary>Stops a race for its owner.</summary>
    /// <returns>False where there is no such race, or it belongs to somebody else.</returns>
    public bool TryStop(string id, string owner)
    {
        if (Find(id) is not { } race || race.Owner != owner) return false;
        race.Stop();
        return true;
    }

    /// <summary>Deletes a race that is over, for its owner: its record, and what is in memory of it.</summary>
    /// <returns>False where there is no such race, it is not over, or it belongs to somebody else; then nothing was deleted.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now; nothing was deleted.</exception>
    public async Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation)
    {
        var race = Find(id);
        if (race is not null && (race.Owner != owner || race.State != RaceState.Over)) return false;

        // It may be over and not kept yet: deleted too early, it would come back.
        if (_running.TryGetValue(id, out var keeping)) await keeping.WaitAsync(cancellation).ConfigureAwait(false);
        var deleted = await _archive.DeleteAsync(id, owner, cancellation).ConfigureAwait(false);
        return _races.TryRemove(id, out _) || deleted;
    }

    /// <summary>Makes the logs of races that are over small, until somebody looks at one again.</summary>
    public void PackRecordings()
    {
        foreach (var race in _races.Values) race.Recording?.Pack();
    }

    /// <summary>Stops every race and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_starting) _closed = true;
        foreach (var race in _races.Values) race.Stop();
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    private void ForgetOldRecordings()
    {
        long events = 0;
        foreach (var race in _races.Values.Where(r => r.Recording is not null).OrderByDescending(r => r.CreatedAt))
        {
            events += race.Recording?.Events ?? 0;
            if (events > MostRecordedEvents) race.ForgetRecording();
        }
    }

    /// <summary>For a permalink: cannot be guessed.</summary>
    internal static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    /// <summary>A runner has its place in the queue when it first waits, and threads begin in any order: so the next race may ask only when this one has asked.</summary>
    private async Task RunInTurnAsync(Race race, TaskCompletionSource before, TaskCompletionSource entered)
    {
        await before.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var running = RunAsync(race);
        entered.SetResult();
        await running.ConfigureAwait(false);
    }

    private async Task RunAsync(Race race)
    {
        RaceResult result;
        try
        {
            result = await _runner.RunAsync(race.Request, race, race.Stopping).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _log.LogError(fault, "Race {Race} ended by a fault of the lab", race.Id);
            result = RaceResults.Refused(race.Request, _time.GetUtcNow(), "The lab itself failed, so there is no verdict. Its log says why; please report it.");
        }

        if (result.Timing is { } timing) result = result with { Timing = timing with { Neighbours = Surroundings.Of(race, result, _races.Values, _time.GetUtcNow()) } };
        _meter?.Finished(result);
        _log.LogInformation(
            "Race {Race} of {Scenario}, {Strategy}, {Workers} workers: {End} after {ElapsedMs:F0} ms, {Attempts} attempts, {Rejected} rejected statements. {Problem}",
            race.Id, result.Scenario, result.Strategy, result.Workload.Workers, RaceMeter.WordFor(result.End), result.Elapsed.TotalMilliseconds,
            result.Attempts.Total, result.Rejections.Sum(r => r.Count), result.Problem);
        race.End(result);
        try
        {
            await _archive.SaveAsync(new ArchivedRace(race.Id, race.Owner, race.CreatedAt, result), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ArchiveUnavailableException unavailable)
        {
            _log.LogWarning(unavailable, "Race {Race} could not be kept in the state database", race.Id);
        }

        _finished.Enqueue(race.Id);
        lock (_starting) _running.TryRemove(race.Id, out _);
        ForgetOldRecordings();
        while (_finished.Count > _limits.KeptInMemory && _finished.TryDequeue(out var oldest)) _races.TryRemove(oldest, out _);
    }
}

/// <summary>Keeps the records of finished races.</summary>
public interface IRaceArchive
{
    /// <summary>Keeps a race.</summary>
    /// <exception cref="ArchiveUnavailableException">It could not be kept.</exception>
    Task SaveAsync(ArchivedRace race, CancellationToken cancellation);

    /// <summary>The race of that id, or null.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation);

    /// <summary>Deletes a race for its owner.</summary>
    /// <returns>False where there is no such race, or it belongs to somebody else.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation);
}

/// <summary>A finished race as it is kept.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="Owner">The token of whoever started it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Result">How it ended.</param>
public sealed record ArchivedRace(string Id, string Owner, DateTimeOffset CreatedAt, RaceResult Result);

/// <summary>The archive cannot be reached: it is unknown whether it has a race.</summary>
/// <param name="message">What happened, for the person who asked.</param>
/// <param name="cause">The driver's exception.</param>
public sealed class ArchiveUnavailableException(string message, Exception cause) : Exception(message, cause);
