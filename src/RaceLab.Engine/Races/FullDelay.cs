namespace RaceLab.Engine.Races;

/// <summary>
/// A wait that is never shorter than it was to be. <see cref="Task.Delay(TimeSpan)"/> drops fractions of a millisecond and counts the whole ones on a clock that goes in steps of
/// some four: a delay may be over milliseconds early, and a race window would be narrower than the page says.
/// </summary>
public static class FullDelay
{
    /// <summary>Waits for as long as asked or, by the steps of that clock, some milliseconds longer.</summary>
    /// <param name="wait">How long at least; nothing is waited for where it is not positive.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Cuts the wait short.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var left = wait; left > TimeSpan.Zero; left = wait - time.GetElapsedTime(started))
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellation).ConfigureAwait(false);
    }
}
