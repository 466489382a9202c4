using RaceLab.Engine.Races;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>A runner whose races do what the test says, when it says so.</summary>
public sealed class ControlledRunner : IRaceRunner
{
    private readonly TaskCompletionSource<IRaceProgress> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RaceResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _races;

    public int Races => Volatile.Read(ref _races);

    public bool StopsByItself { get; init; } = true;

    /// <summary>What the race reports to, once it has been started.</summary>
    public Task<IRaceProgress> Started => _started.Task;

    public void End(RaceResult result) => _end.TrySetResult(result);

    public async Task<RaceResult> RunAsync(RaceRequest request, IRaceProgress progress, CancellationToken stop)
    {
        Interlocked.Increment(ref _races);
        _started.TrySetResult(progress);
        if (StopsByItself)
            stop.Register(() => _end.TrySetResult(TestResults.Flawed(request.Workload) with { End = RaceEnd.Stopped, Problem = "Stopped by whoever started it." }));
        return await _end.Task;
    }
}
