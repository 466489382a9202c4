using System.Diagnostics;

namespace RaceLab.Engine.Races;

/// <summary>
/// A wait that is never shorter than it was to be, and a millisecond longer at most where a processor is free. <see cref="Task.Delay(TimeSpan)"/> drops fractions of a millisecond and
/// counts the whole ones on a clock that goes in steps of some four: waits end early, and those of many workers end together, so that who races whom would be that clock's doing.
/// One thread counts them all instead.
/// </summary>
public static class FullDelay
{
    private static readonly PriorityQueue<TaskCompletionSource, long> Waiting = new();

    static FullDelay() => new Thread(Count) { IsBackground = true, Name = "racelab delay" }.Start();

    /// <summary>Waits for as long as asked, rounded up to the next millisecond.</summary>
    /// <param name="wait">How long at least; nothing is waited for where it is not positive.</param>
    /// <param name="cancellation">Cuts the wait short.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        if (wait <= TimeSpan.Zero) return Task.CompletedTask;
        var until = Stopwatch.GetTimestamp() + (long)Math.Ceiling(wait.TotalSeconds * Stopwatch.Frequency);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Waiting)
        {
            Waiting.Enqueue(over, until);

            // Only who is first now changes for how long the thread sleeps.
            if (Waiting.Peek() == over) Monitor.Pulse(Waiting);
        }

        return over.Task.WaitAsync(cancellation);
    }

    private static void Count()
    {
        lock (Waiting)
        {
            while (true)
            {
                if (!Waiting.TryPeek(out var over, out var until)) Monitor.Wait(Waiting);
                else if (until - Stopwatch.GetTimestamp() is > 0 and var left) Monitor.Wait(Waiting, (int)Math.Min(Math.Ceiling(left * 1000d / Stopwatch.Frequency), int.MaxValue));
                else
                {
                    Waiting.Dequeue();
                    over.SetResult();
                }
            }
        }
    }
}
