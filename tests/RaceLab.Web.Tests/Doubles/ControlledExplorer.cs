using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>An explorer that finds what the test says, when it says so.</summary>
public sealed class ControlledExplorer : IExplorer
{
    private readonly TaskCompletionSource<IProgress<int>> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<Exploration> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _explorations;

    public int Explorations => Volatile.Read(ref _explorations);

    /// <summary>How many sessions were asked for last.</summary>
    public int Sessions { get; private set; }

    /// <summary>Cancelled where whoever asked has left.</summary>
    public CancellationToken Cancellation { get; private set; }

    /// <summary>What the exploration reports to, once it has been started.</summary>
    public Task<IProgress<int>> Started => _started.Task;

    public void End(Exploration explored) => _end.TrySetResult(explored);

    /// <summary>Ends the exploration under way by an error; the next one begins anew.</summary>
    public void Fail(Exception failure) => Interlocked.Exchange(ref _end, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetException(failure);

    public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int>? progress, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _explorations);
        Sessions = sessions;
        Cancellation = cancellation;
        var end = _end.Task;
        _started.TrySetResult(progress!);
        return end.WaitAsync(cancellation);
    }
}
