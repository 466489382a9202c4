namespace RaceLab.Engine.Races;

/// <summary>Where the workers of a race wait for each other, again and again: whoever comes last sends all of them on. Thread-safe.</summary>
internal sealed class Rendezvous
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _there;

    /// <summary>Comes, and completes when all have come.</summary>
    /// <param name="workers">How many come, the same for everybody.</param>
    public Task MeetAsync(int workers)
    {
        TaskCompletionSource all;
        lock (_gate)
        {
            all = _all;
            if (++_there < workers) return all.Task;
            _there = 0;
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        all.SetResult();
        return all.Task;
    }
}
