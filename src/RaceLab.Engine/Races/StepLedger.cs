using System.Runtime.InteropServices;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>Keeps the latencies of all steps' runs apart by how they ended. Used by a race's aggregator alone.</summary>
internal sealed class StepLedger
{
    private readonly StepProgram _program;
    private readonly long[] _roundTrips;
    private readonly List<uint>[] _answered;
    private readonly List<uint>[] _lost;
    private readonly Dictionary<(int Step, int Rejection), List<uint>> _rejected = [];
    private readonly List<uint> _untilThrown = [];
    private readonly List<uint> _thrown = [];

    public StepLedger(StepProgram program)
    {
        _program = program;
        _answered = [.. program.Steps.Select(_ => new List<uint>())];
        _lost = [.. program.Steps.Select(_ => new List<uint>())];
        _roundTrips = [.. program.Steps.Select(s => (long)RoundTripsOf(s))];
    }

    /// <summary>As <see cref="RaceTiming.RoundTrips"/> counts them.</summary>
    public long RoundTrips { get; private set; }

    /// <summary>What was lost to exceptions.</summary>
    public ExceptionCost? Exceptions => _thrown.Count == 0 ? null : new ExceptionCost(
        _thrown.Count, Summarize([_untilThrown]).P50Ms, Summarize([_thrown]).P50Ms, _thrown.Sum(t => (long)t) / (double)TimeSpan.TicksPerMillisecond);

    /// <summary>How often a step sends something and waits for the answer.</summary>
    public static int RoundTripsOf(ProgramStep step) => step.Sql is not null || step.Gate is { Lease: not null } ? 1 : 0;

    public void Take(in RaceEvent step)
    {
        var latency = step.End - step.Start;
        RoundTrips += _roundTrips[step.Step];
        if (step.Rejection > 0)
        {
            ref var of = ref CollectionsMarshal.GetValueRefOrAddDefault(_rejected, (step.Step, step.Rejection), out _);
            (of ??= []).Add(latency);
        }
        else if (step.Outcome == Outcome.Unknown)
        {
            _lost[step.Step].Add(latency);
        }
        else
        {
            _answered[step.Step].Add(latency);
        }

        if (step.Thrown == 0) return;
        _thrown.Add(step.Thrown);
        _untilThrown.Add(latency - step.Thrown);
    }

    /// <summary>Each step that ran, in reading order.</summary>
    public IReadOnlyList<StepLatency> Summarize() =>
    [
        .. _program.Steps
            .Select(step => new StepLatency(step.Name, Summarize([_answered[step.Index], _lost[step.Index], .. _rejected.Where(r => r.Key.Step == step.Index).Select(r => r.Value)])))
            .Where(step => step.Latency.Count > 0),
    ];

    /// <summary>The same, apart by how runs ended.</summary>
    /// <param name="kinds">The kinds of rejection; number n is at n - 1.</param>
    public IReadOnlyList<StepTimes> Distribute(IReadOnlyList<SqlError> kinds) =>
    [
        .. _program.Steps.SelectMany(step => (StepTimes[])
        [
            Times(step, StepEnd.Answered, null, [_answered[step.Index]]),
            .. _rejected.Where(r => r.Key.Step == step.Index).GroupBy(r => kinds[r.Key.Rejection - 1].SqlState, r => r.Value)
                .OrderBy(state => state.Key, StringComparer.Ordinal).Select(state => Times(step, StepEnd.Rejected, state.Key, state)),
            Times(step, StepEnd.Lost, null, [_lost[step.Index]]),
        ]).Where(times => times.Latency.Count > 0),
    ];

    private static StepTimes Times(ProgramStep step, StepEnd end, string? sqlState, IEnumerable<List<uint>> latencies)
    {
        var all = Together(latencies);
        return new StepTimes(step.Name, end, sqlState, Percentiles.Summarize(all), LogHistogram.Of(all));
    }

    private static LatencySummary Summarize(IEnumerable<List<uint>> latencies) => Percentiles.Summarize(Together(latencies));

    private static uint[] Together(IEnumerable<List<uint>> latencies) => [.. latencies.SelectMany(l => l)];
}
