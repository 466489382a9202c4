using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Races;

/// <summary>Where the time went (<see cref="RaceTiming"/>), in milliseconds.</summary>
/// <param name="MeanLatencyMs">Of a whole attempt.</param>
/// <param name="RoundTrips">Over all attempts, as <see cref="RaceTiming.RoundTrips"/> counts them.</param>
/// <param name="RoundTripsPerAttempt">The same for one; 0 where nothing ran.</param>
/// <param name="LockWaits">Estimates of the time in lock waits; null where the table could not be asked.</param>
/// <param name="Exceptions">What rejected statements cost the client; null where none could be timed.</param>
/// <param name="FirstStatements">How nearly at once the workers began; null where nothing was sent.</param>
/// <param name="Pauses">When the lab itself stood still.</param>
/// <param name="Neighbours">Races of the same lab at the same time; null where nobody kept count, as on a terminal.</param>
/// <param name="QueuedMs">How long the race waited for connections; null in older records.</param>
/// <param name="PreparedMs">From there to the start barrier; null likewise.</param>
/// <param name="Outcomes">Latencies of attempts by outcome.</param>
/// <param name="Steps">Latencies of steps by how they ended.</param>
public sealed record TimingNumbers(
    double MeanLatencyMs, long RoundTrips, double RoundTripsPerAttempt, LockWaitNumbers? LockWaits, ExceptionCost? Exceptions, FirstStatements? FirstStatements,
    PauseNumbers Pauses, Neighbours? Neighbours, double? QueuedMs, double? PreparedMs, IReadOnlyList<OutcomeNumbers> Outcomes, IReadOnlyList<StepEndNumbers> Steps)
{
    internal static TimingNumbers? From(RaceResult result)
    {
        if (result.Timing is not { } timing) return null;
        var attempts = result.Attempts.Total;
        return new TimingNumbers(
            RaceDocument.Round(timing.MeanMs),
            timing.RoundTrips,
            attempts == 0 ? 0 : RaceDocument.Round((double)timing.RoundTrips / attempts),
            LockWaitNumbers.From(result.Autopsy, attempts),
            timing.Exceptions is { } cost
                ? cost with { AnswerMs = RaceDocument.Round(cost.AnswerMs), ThrownMs = RaceDocument.Round(cost.ThrownMs), ThrownTotalMs = RaceDocument.Round(cost.ThrownTotalMs) }
                : null,
            timing.FirstStatements is { } began ? new FirstStatements(RaceDocument.Round(began.FirstMs), RaceDocument.Round(began.LastMs)) : null,
            PauseNumbers.From(timing.Pauses),
            timing.Neighbours,
            timing.Queued is { } queued ? RaceDocument.Round(queued.TotalMilliseconds) : null,
            timing.Prepared is { } prepared ? RaceDocument.Round(prepared.TotalMilliseconds) : null,
            [.. timing.Attempts.Select(a => new OutcomeNumbers(a.Outcome, a.Latency.Count, LatencyNumbers.From(a.Latency), a.Histogram))],
            [.. timing.Steps.Select(s => new StepEndNumbers(s.Step, s.End, s.SqlState, s.Latency.Count, LatencyNumbers.From(s.Latency), s.Histogram))]);
    }
}

/// <summary>The time in lock waits: two estimates of the same thing (<see cref="LockWaitTime"/>).</summary>
/// <param name="Looks">How often somebody looked.</param>
/// <param name="EveryMs">How often that was.</param>
/// <param name="Seen">Waiting statements that the looks saw.</param>
/// <param name="SampledMs">Their number times <paramref name="EveryMs"/>, over all workers; null after too few looks.</param>
/// <param name="SampledMsPerAttempt">The same for one attempt.</param>
/// <param name="Inferred">Statements whose times imply a wait.</param>
/// <param name="InferredMs">By how much they took longer than usual.</param>
public sealed record LockWaitNumbers(int Looks, double EveryMs, int Seen, double? SampledMs, double? SampledMsPerAttempt, int Inferred, double InferredMs)
{
    internal static LockWaitNumbers? From(Autopsy? autopsy, long attempts) => autopsy is not { WaitTime: { } time, Looks: var looks } ? null : new LockWaitNumbers(
        looks.Count, RaceDocument.Round(looks.EveryMs), time.Seen, Round(time.SampledMs), attempts == 0 ? 0 : Round(time.SampledMs / attempts),
        time.Inferred, RaceDocument.Round(time.InferredMs));

    private static double? Round(double? ms) => ms is { } known ? RaceDocument.Round(known) : null;
}

/// <summary>Pauses of the client (<see cref="ClientPauses"/>).</summary>
/// <param name="CollectedMs">By the garbage collector, all together.</param>
/// <param name="Collections">Its collections.</param>
/// <param name="StalledMs">The pauses that were noticed, all together.</param>
/// <param name="InAll">How many they were.</param>
/// <param name="Longest">The longest of them.</param>
/// <param name="Beats">Heartbeats.</param>
/// <param name="LateBeats">Those that came late, also where workers went on.</param>
/// <param name="PoolWaitMs">How long work waited for a thread of the pool.</param>
public sealed record PauseNumbers(double CollectedMs, int Collections, double StalledMs, int InAll, IReadOnlyList<ClientPause> Longest, int Beats, int LateBeats, LatencyNumbers PoolWaitMs)
{
    internal static PauseNumbers From(ClientPauses pauses) =>
        new(RaceDocument.Round(pauses.CollectedMs), pauses.Collections, RaceDocument.Round(pauses.StalledMs), pauses.InAll, pauses.Longest, pauses.Beats, pauses.LateBeats, LatencyNumbers.From(pauses.PoolWait));
}

/// <summary>Attempts of one outcome.</summary>
/// <param name="Outcome">How they ended.</param>
/// <param name="Count">How many.</param>
/// <param name="LatencyMs">Over them.</param>
/// <param name="Histogram">In bins of 20 for a factor of ten (<see cref="LogHistogram"/>).</param>
public sealed record OutcomeNumbers(Outcome Outcome, long Count, LatencyNumbers LatencyMs, LogHistogram Histogram);

/// <summary>Runs of a step that ended alike.</summary>
/// <param name="Step">Its name.</param>
/// <param name="End">answered, rejected or lost.</param>
/// <param name="SqlState">For rejected ones.</param>
/// <param name="Count">How many.</param>
/// <param name="LatencyMs">Over them.</param>
/// <param name="Histogram">In bins of 20 for a factor of ten (<see cref="LogHistogram"/>).</param>
public sealed record StepEndNumbers(string Step, StepEnd End, string? SqlState, long Count, LatencyNumbers LatencyMs, LogHistogram Histogram);
