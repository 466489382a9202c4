using System.Diagnostics.CodeAnalysis;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>
/// A study from the moment it was asked for. It belongs to the <see cref="StudyRegistry"/>, not to a page: any number of viewers may come, go and
/// come back. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Races may hold the token for as long as they like; without a timer or a wait handle the source holds nothing to free.")]
public sealed class Study : IRaceProgress
{
    private readonly ChangeSignal _changes = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<StudyRecord> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Study(string id, string owner, StudyPlan plan, DateTimeOffset createdAt)
    {
        Id = id;
        Owner = owner;
        Plan = plan;
        CreatedAt = createdAt;
        Record = StudyRecord.Of(plan);
    }

    /// <summary>Names the study in its permalink; cannot be guessed.</summary>
    public string Id { get; }

    /// <summary>The token of whoever started it: only they may stop it.</summary>
    public string Owner { get; }

    /// <summary>What it does.</summary>
    public StudyPlan Plan { get; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>What is known so far; never changes, but is replaced after each race.</summary>
    public StudyRecord Record { get; private set; }

    /// <summary>The race under way; null before the first and after the last.</summary>
    public StudyRaceNow? Now { get; private set; }

    /// <summary>Completes with the record when the study is over, and never fails: what went wrong is in the record.</summary>
    public Task<StudyRecord> Completion => _over.Task;

    /// <summary>Whether somebody has asked it to end.</summary>
    public bool IsStopping => _stop.IsCancellationRequested;

    internal CancellationToken Stopping => _stop.Token;

    /// <summary>Asks it to end. The race under way is stopped and not counted. Repeating it does nothing.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Waits until something has changed since <paramref name="version"/> (0 at first) and returns the new version, as <see cref="Race.WaitForChangeAsync"/> does.</summary>
    public ValueTask<int> WaitForChangeAsync(int version, CancellationToken cancellation) => _changes.WaitAsync(version, cancellation);

    void IRaceProgress.Queued(int place) => Change(now => now with { QueuePlace = place });

    void IRaceProgress.CrowdedOut() => Change(now => now with { State = RaceState.Queued, IsCrowdedOut = true });

    void IRaceProgress.Entered(RaceState state) => Change(now => now with { State = state, IsCrowdedOut = false });

    void IRaceProgress.Publish(RaceFrame frame)
    {
        // A study is drawn from finished races.
    }

    internal void Begin(int number) => _changes.Change(() => Now = new StudyRaceNow(number, Plan.Races[number]));

    internal void Add(PlannedRace race, RaceResult result) => _changes.Change(() => Record = Record.With(race, result));

    internal void End(StudyEnd end, string? problem)
    {
        _changes.Change(() => (Record, Now) = (Record with { End = end, Problem = problem }, null));
        _over.TrySetResult(Record);
    }

    private void Change(Func<StudyRaceNow, StudyRaceNow> change) => _changes.Change(() => Now = Now is { } now ? change(now) : null);
}

/// <summary>The race that a study is at.</summary>
/// <param name="Number">Which of <see cref="StudyPlan.Races"/>, from 0.</param>
/// <param name="Race">What is raced.</param>
public sealed record StudyRaceNow(int Number, PlannedRace Race)
{
    /// <summary>Where it is in its life.</summary>
    public RaceState State { get; init; } = RaceState.Queued;

    /// <summary>While queued for other races to end: 1 for the next; 0 when it does not wait for them, or it is not known yet.</summary>
    public int QueuePlace { get; init; }

    /// <summary>While queued: whether it waits for other programs that hold the server's connections.</summary>
    public bool IsCrowdedOut { get; init; }
}
