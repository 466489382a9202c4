using System.Text;
using RaceLab.Engine.Races;

namespace RaceLab.Cli;

/// <summary>Where a race's time went, for people.</summary>
internal static class TimingRows
{
    /// <summary>Appends numbers, then what has to be said in a sentence.</summary>
    public static void Append(StringBuilder text, TimingNumbers timing)
    {
        RaceTable.Row(text, "Mean latency, ms", timing.MeanLatencyMs);
        RaceTable.Row(text, "Round trips per attempt", timing.RoundTripsPerAttempt);
        if (timing.FirstStatements is { } began)
        {
            RaceTable.Row(text, "First statements, spread, ms", began.SpreadMs);
            text.AppendLine($"  the first worker's {RaceTable.Number(began.FirstMs)} ms after the start barrier, the last one's {RaceTable.Number(began.LastMs)} ms.");
        }

        if (timing.LockWaits is { SampledMs: { } sampled } waits)
        {
            RaceTable.Row(text, "Lock waits sampled, ms", Math.Round(sampled));
            text.AppendLine($"  in all, roughly: {RaceTable.Many(waits.Seen, "waiting statement")} seen at {RaceTable.Many(waits.Looks, "look")}, one every {waits.EveryMs:0} ms.");
        }

        if (timing.Exceptions is { } cost)
        {
            RaceTable.Row(text, "Rejected: answer, ms", cost.AnswerMs);
            RaceTable.Row(text, "  then throw and catch, ms", cost.ThrownMs);
        }

        var pauses = timing.Pauses;
        RaceTable.Row(text, "The lab itself paused, ms", pauses.StalledMs);
        text.AppendLine(
            $"  {RaceTable.Many(pauses.InAll, "pause")} of {ClientPauses.Least.TotalMilliseconds:0} ms or longer; {RaceTable.Many(pauses.Collections, "garbage collection")} took {RaceTable.Number(pauses.CollectedMs)} ms; "
            + $"{pauses.LateBeats} of {RaceTable.Many(pauses.Beats, "heartbeat")} came late; work waited {RaceTable.Number(pauses.PoolWaitMs.P50)} ms for a thread (p99 {RaceTable.Number(pauses.PoolWaitMs.P99)} ms).");
        text.AppendLine();
    }
}
