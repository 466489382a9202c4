using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>What a finished run shows, whether it was stepped, played or explored: all that a puzzle's goal may ask about.</summary>
/// <param name="Rows">Rows that the attempts left behind.</param>
/// <param name="Broken">Names of the violated invariants.</param>
/// <param name="Told">What the callers were told, sorted: which session was told what does not matter.</param>
/// <param name="SqlStates">SQLSTATEs of rejected statements, handled ones included, each as often as it came; 08006 for a connection that went without a word.</param>
/// <param name="Waits">Whether a statement had to wait for another session.</param>
public sealed record Ending(long Rows, IReadOnlySet<string> Broken, IReadOnlyList<Outcome> Told, IReadOnlyList<string> SqlStates, bool Waits)
{
    /// <summary>Of a run whose every attempt has ended.</summary>
    public static Ending Of(ScheduleResult result) => new(
        result.Rows,
        result.Invariants.Where(i => i.Violations > 0).Select(i => i.Name).ToHashSet(),
        [.. result.Outcomes.Order()],
        [.. result.Played.Where(p => p.Error is not null || p.IsSilent).Select(p => p.Error?.SqlState ?? AttemptMachine.ConnectionFailure)],
        result.Played.Any(p => p.BlockedBy.Count > 0));

    /// <summary>Of every run that ended in this way.</summary>
    public static Ending Of(ExploredOutcome outcome) => new(
        outcome.Rows,
        outcome.Violations.Where(v => v.Value > 0).Select(v => v.Key).ToHashSet(),
        [.. outcome.Told.Select(t => Enum.Parse<Outcome>(t, ignoreCase: true)).Order()],
        outcome.SqlStates,
        outcome.Waits);
}
