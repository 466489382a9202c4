using RaceLab.Benchmarks.Circuits;
using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>The lab's own runner, recording as it always does, in this process, where nothing else happens meanwhile.</summary>
internal sealed class LabContender(IRaceRunner runner, RaceRequest request) : IContender
{
    /// <inheritdoc/>
    public string Name => WorkloadText.FormatEngine(request.Workload.Engine);

    /// <inheritdoc/>
    public async Task<Round> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        var meter = new Meter();
        var result = await runner.RunAsync(request with { Workload = request.Workload with { Duration = IContender.Uncounted + length } }, meter, cancellation).ConfigureAwait(false);

        // What this race leaves behind must not be cleared away while somebody else is measured.
        GC.Collect();
        cancellation.ThrowIfCancellationRequested();
        Judge(result);
        return new Round(meter.PerSecond(result), meter.Used.TotalMicroseconds / result.Attempts.Total) { Result = result };
    }

    /// <summary>Whether a race ended as races should.</summary>
    /// <exception cref="LabException">It did not.</exception>
    internal static void Judge(RaceResult result)
    {
        var wrong = result switch
        {
            { End: not RaceEnd.Finished } => result.Problem,
            { Attempts.Total: 0 } => "nobody made an attempt",
            { Attempts: { Rejected: > 0 } or { Failed: > 0 } or { Unknown: > 0 } } => $"attempts went wrong: {result.Attempts}",
            { Reconciliation: not { Holds: true } } => $"the books do not balance: {result.Reconciliation}",
            _ when result.Invariants.FirstOrDefault(i => i.Verdict == Verdict.Broken) is { } broken => $"'{broken.Title}' was broken {broken.Violations} times",
            _ => null,
        };
        if (wrong is not null) throw new LabException($"A race of {result.Strategy} on {result.Engine} with {result.Workload.Workers} workers is worth nothing: {wrong}");
    }

    /// <summary>Notes when the time that counts begins, and this process's processor time from the start barrier to the end of the last attempt.</summary>
    private sealed class Meter : IRaceProgress
    {
        private TimeSpan _before;
        private FrameHead? _from;

        public TimeSpan Used { get; private set; }

        /// <summary>Attempts per second from the first frame behind the uncounted time to the end.</summary>
        public double PerSecond(RaceResult result) => _from is { } from && result.Elapsed.TotalMilliseconds > from.ElapsedMs
            ? (result.Attempts.Total - from.Attempts) / (result.Elapsed.TotalSeconds - (from.ElapsedMs / 1000d))
            : throw new LabException($"A race of {result.Strategy} on {result.Engine} was over before anything counted.");

        public void Queued(int place)
        {
            // It is alone here.
        }

        public void CrowdedOut()
        {
            // The server is its own.
        }

        public void Entered(RaceState state)
        {
            if (state == RaceState.Running) _before = Environment.CpuUsage.TotalTime;
            if (state == RaceState.Counting) Used = Environment.CpuUsage.TotalTime - _before;
        }

        public void Publish(RaceFrame frame)
        {
            if (_from is null && FrameHead.Read(frame.Delta) is { State: RaceState.Running } head && head.ElapsedMs >= IContender.Uncounted.TotalMilliseconds) _from = head;
        }
    }
}
