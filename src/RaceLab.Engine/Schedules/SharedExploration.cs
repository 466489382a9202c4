using System.Diagnostics.CodeAnalysis;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Schedules;

/// <summary>An exploration for everybody who asked for it. It belongs to the <see cref="ExplorationShelf"/>, not to a page. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The explorer may hold the token for as long as it likes; without a timer or a wait handle the source holds nothing to free.")]
public sealed class SharedExploration : IProgress<int>
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ExplorationEnd> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private long _began;
    private int _runs;
    private volatile bool _isRunning;

    internal SharedExploration(Scenario scenario, Strategy strategy, int sessions, TimeProvider time)
    {
        Scenario = scenario;
        Strategy = strategy;
        Sessions = sessions;
        _time = time;
    }

    /// <summary>Whose tables and invariants, as they stood in content.</summary>
    public Scenario Scenario { get; }

    /// <summary>Whose program, likewise.</summary>
    public Strategy Strategy { get; }

    /// <summary>2 or 3.</summary>
    public int Sessions { get; }

    /// <summary>False while it waits for others to end.</summary>
    public bool HasBegun => _isRunning;

    /// <summary>How many schedules were executed so far, now and then brought up to date.</summary>
    public int Runs => Volatile.Read(ref _runs);

    /// <summary>For how long it has been running; zero before.</summary>
    public TimeSpan Elapsed => _isRunning ? _time.GetElapsedTime(_began) : TimeSpan.Zero;

    /// <summary>Completes when it is over, and never fails: what went wrong is in the end.</summary>
    public Task<ExplorationEnd> Completion => _over.Task;

    /// <summary>Those who have asked and not left. Only the shelf counts.</summary>
    internal int Waiting { get; set; }

    internal CancellationToken Stopping => _stop.Token;

    void IProgress<int>.Report(int value) => Volatile.Write(ref _runs, value);

    internal bool IsOf(Scenario scenario, Strategy strategy, int sessions) =>
        ReferenceEquals(Scenario, scenario) && ReferenceEquals(Strategy, strategy) && Sessions == sessions;

    internal void Begin()
    {
        _began = _time.GetTimestamp();
        _isRunning = true;
    }

    internal void Stop() => _stop.Cancel();

    internal void End(ExplorationEnd end) => _over.TrySetResult(end);
}

/// <summary>How an exploration ended: one of the two is null.</summary>
/// <param name="Explored">What was found.</param>
/// <param name="Problem">Why nothing was found, in a sentence for whoever asked.</param>
public sealed record ExplorationEnd(Exploration? Explored, string? Problem);

/// <summary>One who asked for an exploration. Disposing it says that they have left; repeating that does nothing.</summary>
public sealed class ExplorationTicket : IDisposable
{
    private Action? _leave;

    internal ExplorationTicket(SharedExploration exploration, Action leave)
    {
        Exploration = exploration;
        _leave = leave;
    }

    /// <summary>What was asked for.</summary>
    public SharedExploration Exploration { get; }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
