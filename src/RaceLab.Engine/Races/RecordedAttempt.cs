using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Races;

/// <summary>One attempt as its worker wrote it down when it had ended.</summary>
/// <param name="Attempt">Its number, as the rows have it.</param>
/// <param name="Worker">From 1.</param>
/// <param name="Key">Its contention key.</param>
/// <param name="StartUs">Since the start barrier.</param>
/// <param name="EndUs">Likewise.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="SqlState">Where it ended rejected: why; else null.</param>
/// <param name="Constraint">Where the server named one.</param>
/// <param name="Retries">How often blocks were run again.</param>
/// <param name="Deliveries">How often it arrived: 1 or more.</param>
public readonly record struct RecordedAttempt(
    long Attempt, int Worker, string Key, int StartUs, int EndUs, Outcome Outcome, string? SqlState, string? Constraint, int Retries, int Deliveries);
