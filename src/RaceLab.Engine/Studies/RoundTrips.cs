using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Studies;

/// <summary>How often an attempt sends something and waits for the answer.</summary>
internal static class RoundTrips
{
    /// <summary>Over all attempts of a race: its steps that are SQL, or a lease. Pauses and what is entered in the application are none.</summary>
    /// <returns>Null where nothing ran.</returns>
    public static double? PerAttempt(StepProgram program, RaceResult result)
    {
        if (result.Attempts.Total == 0) return null;
        var sent = program.Steps.Where(s => s.Sql is not null || s.Gate is { Lease: not null }).Select(s => s.Name).ToHashSet();
        return (double)result.Steps.Where(s => sent.Contains(s.Step)).Sum(s => s.Latency.Count) / result.Attempts.Total;
    }
}
