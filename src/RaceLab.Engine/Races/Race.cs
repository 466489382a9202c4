using System.Diagnostics.CodeAnalysis;

namespace RaceLab.Engine.Races;

/// <summary>
/// A race from the moment it was asked for. It belongs to the <see cref="RaceRegistry"/>, not to a page: any number of viewers may
/// come, go and come back. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Viewers and workers may hold the token for as long as they like; without a timer or a wait handle the source holds nothing to free.")]
public sealed class Race : IRaceProgress
{
    private readonly ChangeSignal _changes = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<RaceResult> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;

    internal Race(string id, string owner, RaceRequest request, TimeProvider time)
    {
        _time = time;
        Id = id;
        Owner = owner;
        Request = request;
        CreatedAt = time.GetUtcNow();
    }

    /// <summary>Names the race in its permalink; cannot be guessed.</summary>
    public string Id { get; }

    /// <summary>The token of whoever started it: only they may stop it.</summary>
    public string Owner { get; }

    /// <summary>What is raced.</summary>
    public RaceRequest Request { get; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Where it is in its life.</summary>
    public RaceState State { get; private set; } = RaceState.Queued;

    /// <summary>While queued: 1 for the next race to start; 0 when not known yet.</summary>
    public int QueuePlace { get; private set; }

    /// <summary>While queued: whether it waits for other programs that hold the server's connections, and not for other races of this lab.</summary>
    public bool IsCrowdedOut { get; private set; }

    /// <summary>The newest frame, or null before the first.</summary>
    public RaceFrame? Frame { get; private set; }

    /// <summary>How it ended, once <see cref="State"/> is <see cref="RaceState.Over"/>.</summary>
    public RaceResult? Result { get; private set; }

    /// <summary>The log of a race that is over, for its track; null before, and when newer races have taken its room (<see cref="RaceRegistry.MostRecordedEvents"/>).</summary>
    public RaceRecording? Recording { get; private set; }

    /// <summary>Completes with the result when the race is over, and never fails: what went wrong is in the result.</summary>
    public Task<RaceResult> Completion => _over.Task;

    internal CancellationToken Stopping => _stop.Token;

    /// <summary>From when to when it has used the machine: not while it is queued. Null before, and until it is over.</summary>
    internal (DateTimeOffset? From, DateTimeOffset? To) Busy { get; private set; }

    /// <summary>Asks the race to end. Attempts under way are finished first. Repeating it does nothing.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>
    /// Waits until something has changed since <paramref name="version"/> (0 at first) and returns the new version. A slow viewer that
    /// comes back late gets the newest state and nothing of what it missed: there is no queue to grow.
    /// </summary>
    public ValueTask<int> WaitForChangeAsync(int version, CancellationToken cancellation) => _changes.WaitAsync(version, cancellation);

    void IRaceProgress.Queued(int place) => _changes.Change(() => QueuePlace = place);

    void IRaceProgress.CrowdedOut() => _changes.Change(() => (State, IsCrowdedOut, Busy) = (RaceState.Queued, true, default));

    void IRaceProgress.Entered(RaceState state) => _changes.Change(() => (State, IsCrowdedOut, Busy) = (state, false, (Busy.From ?? _time.GetUtcNow(), null)));

    void IRaceProgress.Recorded(RaceRecording recording) => _changes.Change(() => Recording = recording);

    internal void ForgetRecording() => _changes.Change(() => Recording = null);

    void IRaceProgress.Publish(RaceFrame frame) => _changes.Change(() => Frame = frame);

    internal void End(RaceResult result)
    {
        _changes.Change(() =>
        {
            Result = result;
            Busy = (Busy.From, _time.GetUtcNow());
            State = RaceState.Over;
        });
        _over.TrySetResult(result);
    }
}

/// <summary>Where a runner reports what its race is doing.</summary>
public interface IRaceProgress
{
    /// <summary>The race waits for connections.</summary>
    /// <param name="place">1 for the next race to start.</param>
    void Queued(int place);

    /// <summary>The race is queued again: other programs, of which this lab knows nothing, hold the server's connections.</summary>
    void CrowdedOut();

    /// <summary>The race is in a new part of its life.</summary>
    void Entered(RaceState state);

    /// <summary>A new frame for the viewers.</summary>
    void Publish(RaceFrame frame);

    /// <summary>The whole log, once nothing more comes.</summary>
    void Recorded(RaceRecording recording)
    {
        // Not everybody has a use for it.
    }
}

/// <summary>Runs races.</summary>
public interface IRaceRunner
{
    /// <summary>
    /// Runs one race to its end. Everything that can go wrong with a race comes back as a result
    /// (<see cref="RaceEnd.Interrupted"/>, <see cref="RaceEnd.Refused"/>); an exception is a fault in the lab.
    /// </summary>
    /// <param name="request">A valid request.</param>
    /// <param name="progress">Told what happens. A race that has to wait has its place in the queue before the first time that this method gives its thread back.</param>
    /// <param name="stop">Ends the race: attempts under way are finished, then the table is asked.</param>
    Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop);
}
