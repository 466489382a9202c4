using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>
/// All studies of this lab: starts them, runs their races one after another, each alone on the lab server, keeps them while they run and for a while
/// after, and hands finished ones to an archive. Between its races others have their turn. One owner has one unfinished study at most. Thread-safe.
/// </summary>
public sealed class StudyRegistry : IAsyncDisposable
{
    /// <summary>How many finished studies are kept in memory; older ones come from the archive.</summary>
    public const int KeptInMemory = 20;

    /// <summary>After so many races in a row that gave no verdict a study ends: the next would not either.</summary>
    public const int FailuresInARow = 3;

    private readonly ConcurrentDictionary<string, Study> _studies = new();
    private readonly ConcurrentQueue<string> _finished = new();
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private readonly Lock _starting = new();
    private readonly IRaceRunner _runner;
    private readonly IStudyArchive _archive;
    private readonly TimeProvider _time;
    private readonly ILogger<StudyRegistry> _log;
    private readonly RaceLimits _limits;
    private readonly RaceMeter? _meter;
    private bool _closed;

    /// <summary>Makes a registry.</summary>
    /// <param name="runner">Runs the races.</param>
    /// <param name="archive">Keeps the studies.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For what nobody else is told.</param>
    /// <param name="limits">How much one person may have; null for the defaults.</param>
    /// <param name="meter">Told of every race; null where nothing is measured.</param>
    public StudyRegistry(IRaceRunner runner, IStudyArchive archive, TimeProvider time, ILogger<StudyRegistry> log, RaceLimits? limits = null, RaceMeter? meter = null)
    {
        _runner = runner;
        _archive = archive;
        _time = time;
        _log = log;
        _limits = limits ?? new RaceLimits();
        _meter = meter;
    }

    /// <summary>Starts a study and returns at once; it runs and ends by itself.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="owner">Who asks: a token that only they have.</param>
    /// <exception cref="RaceRefusedException">It cannot be run (<see cref="StudyPlan.FindProblem"/>), asks for too much, or this owner has one under way.</exception>
    public Study Start(StudyPlan plan, string owner)
    {
        if (plan.FindProblem() is { } problem) throw new RaceRefusedException(problem);
        if (plan.Races.Max(r => r.Workload.Workers) is var workers && workers > _limits.WorkersPerRace)
            throw new RaceRefusedException($"This lab allows {_limits.WorkersPerRace} workers in a race, and {workers} were asked for. Use fewer.");
        var study = new Study(RaceRegistry.NewId(), owner, plan, _time.GetUtcNow());
        lock (_starting)
        {
            if (_closed) throw new RaceRefusedException("The lab is shutting down. Start it again, then run the study.");
            if (_studies.Values.Any(s => s.Owner == owner && !s.Completion.IsCompleted))
                throw new RaceRefusedException("You have a comparison or sweep that is not over yet. Wait for it, or stop it.");
            _studies[study.Id] = study;
            _running[study.Id] = Task.Run(() => RunAsync(study));
        }

        return study;
    }

    /// <summary>A study that is running or was kept in memory, or null.</summary>
    public Study? Find(string id) => _studies.GetValueOrDefault(id);

    /// <summary>A finished study of which only the record is left, or null.</summary>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now.</exception>
    public Task<ArchivedStudy?> FindArchivedAsync(string id, CancellationToken cancellation) => _archive.FindAsync(id, cancellation);

    /// <summary>Stops a study for its owner.</summary>
    /// <returns>False where there is no such study, or it belongs to somebody else.</returns>
    public bool TryStop(string id, string owner)
    {
        if (Find(id) is not { } study || study.Owner != owner) return false;
        study.Stop();
        return true;
    }

    /// <summary>Deletes a study that is over, for its owner: its record, and what is in memory of it.</summary>
    /// <returns>False where there is no such study, it is not over, or it belongs to somebody else; then nothing was deleted.</returns>
    /// <exception cref="ArchiveUnavailableException">The archive cannot be asked just now; nothing was deleted.</exception>
    public async Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation)
    {
        if (Find(id) is { } study && (study.Owner != owner || !study.Completion.IsCompleted)) return false;

        // It may be over and not kept yet: deleted too early, it would come back.
        if (_running.TryGetValue(id, out var keeping)) await keeping.WaitAsync(cancellation).ConfigureAwait(false);
        var deleted = await _archive.DeleteAsync(id, owner, cancellation).ConfigureAwait(false);
        return _studies.TryRemove(id, out _) || deleted;
    }

    /// <summary>Stops every study and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_starting) _closed = true;
        foreach (var study in _studies.Values) study.Stop();
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    private async Task RunAsync(Study study)
    {
        var (end, problem) = await RaceAllAsync(study).ConfigureAwait(false);
        _log.LogInformation("Study {Study}, a {Kind} of {Scenario}: {End} after {Races} of {Planned} races. {Problem}",
            study.Id, study.Plan.Kind, study.Plan.Scenario.Id, end, study.Record.Races.Count, study.Plan.Races.Count, problem);
        study.End(end, problem);
        var record = study.Record;
        try
        {
            await _archive.SaveAsync(
                new ArchivedStudy(study.Id, study.Owner, study.CreatedAt, record.Kind, record.Scenario, record.Words(), end, record.ToJson()), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ArchiveUnavailableException unavailable)
        {
            _log.LogWarning(unavailable, "Study {Study} could not be kept in the state database", study.Id);
        }

        _finished.Enqueue(study.Id);
        lock (_starting) _running.TryRemove(study.Id, out _);
        while (_finished.Count > KeptInMemory && _finished.TryDequeue(out var oldest)) _studies.TryRemove(oldest, out _);
    }

    private async Task<(StudyEnd End, string? Problem)> RaceAllAsync(Study study)
    {
        try
        {
            using var late = new CancellationTokenSource(StudyPlan.MaximumElapsed, _time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(study.Stopping, late.Token);
            var failures = 0;
            for (var number = 0; number < study.Plan.Races.Count; number++)
            {
                var race = study.Plan.Races[number];
                study.Begin(number);
                var result = await RaceAsync(study, race, ending.Token).ConfigureAwait(false);

                // A race that was cut short is not like the others, so it is not among them.
                if (ending.IsCancellationRequested) return CutShort(study, number);
                study.Add(race, result);
                failures = result.End is RaceEnd.Interrupted or RaceEnd.Refused ? failures + 1 : 0;
                if (failures == FailuresInARow)
                    return (StudyEnd.Failed, $"It ended after {number + 1} of {study.Plan.Races.Count} races, since {failures} in a row gave no verdict. The last of them: {result.Problem}");
            }

            return (StudyEnd.Finished, null);
        }
        catch (Exception fault)
        {
            _log.LogError(fault, "Study {Study} ended by a fault of the lab", study.Id);
            return (StudyEnd.Failed, "The lab itself failed. Its log says why; please report it.");
        }
    }

    private static (StudyEnd End, string Problem) CutShort(Study study, int done) => study.IsStopping
        ? (StudyEnd.Stopped, $"It was stopped after {done} of {study.Plan.Races.Count} races.")
        : (StudyEnd.OutOfTime, $"It was ended after {StudyPlan.MaximumElapsed.TotalMinutes:F0} minutes, the longest that a study may take, with {done} of {study.Plan.Races.Count} races done.");

    private async Task<RaceResult> RaceAsync(Study study, PlannedRace race, CancellationToken stop)
    {
        var request = new RaceRequest(study.Plan.Scenario, race.Strategy, race.Workload) { Alone = true };
        _meter?.Started(request);
        var result = await _runner.RunAsync(request, study, stop).ConfigureAwait(false);
        _meter?.Finished(result);
        return result;
    }
}
