using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Schedules;

/// <summary>What came of a schedule.</summary>
/// <param name="Played">Every step in the order in which answers came back, those that the schedule did not name included.</param>
/// <param name="Outcomes">What each session's attempt ended as; the first is session 1.</param>
/// <param name="Rows">Rows that the attempts left behind.</param>
/// <param name="Invariants">Asked of the table afterwards.</param>
public sealed record ScheduleResult(
    IReadOnlyList<PlayedStep> Played, IReadOnlyList<Outcome> Outcomes, long Rows, IReadOnlyList<InvariantResult> Invariants);

/// <summary>One statement as it was played.</summary>
/// <param name="Step">Which session sent which step.</param>
/// <param name="BlockedBy">The sessions that it had to wait for, from the lock tables; empty where it did not wait.</param>
/// <param name="Rows">Rows returned or affected.</param>
/// <param name="Error">The server's error, or null.</param>
/// <param name="Answer">The rows that it returned, where the schedule was asked to keep them; null for a statement that returns none.</param>
/// <param name="SentAfter">How many answers had come back when it was sent: less than its own place in the list where others answered while it waited.</param>
public sealed record PlayedStep(ScheduledStep Step, IReadOnlyList<int> BlockedBy, long Rows, SqlError? Error, Answer? Answer = null, int SentAfter = 0)
{
    /// <summary>Of a turn that waited for a shared call in the application: what it was told by it.</summary>
    public Outcome? Told { get; init; }

    /// <summary>Whether the connection went without a word, by a crash or by itself.</summary>
    public bool IsSilent { get; init; }
}

/// <summary>A schedule cannot be played: the step that it names is not the session's next, or the session still waits for a lock.</summary>
/// <param name="at">The entry that cannot be played.</param>
/// <param name="message">Why, in a sentence.</param>
public sealed class InfeasibleScheduleException(ScheduledStep at, string message) : Exception(message)
{
    /// <summary>The entry that cannot be played.</summary>
    public ScheduledStep At { get; } = at;
}
