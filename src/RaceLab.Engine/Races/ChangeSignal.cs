namespace RaceLab.Engine.Races;

/// <summary>
/// Tells any number of viewers that something has changed, without a queue: whoever comes late learns once that there is something newer. Thread-safe.
/// </summary>
internal sealed class ChangeSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _version;

    /// <summary>Makes a change, one at a time, and tells of it.</summary>
    /// <param name="change">Short; must not throw.</param>
    public void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            _version++;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Waits until something has changed since <paramref name="version"/> (0 at first).</summary>
    /// <returns>The new version.</returns>
    public async ValueTask<int> WaitAsync(int version, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_version != version) return _version;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
