using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Words;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>What came of a turn, and who waits for whom, in words.</summary>
public static class TurnText
{
    private const int ShownValues = 3;

    /// <summary>What a statement came back with: "no rows", "1 row: id = 3", "23505 unique_violation (users_email_key)".</summary>
    public static string Of(PlayedStep played, ProgramStep step)
    {
        ArgumentNullException.ThrowIfNull(played);
        ArgumentNullException.ThrowIfNull(step);
        return played switch
        {
            { Error: { } error } => OfError(error),
            { Told: { } told } => $"told by the call that it waited for: {told.ToString().ToLowerInvariant()}",
            _ when step.Kind == StepKind.Crash => "the connection is gone",
            _ when step.Kind == StepKind.Delivery || step.IsTimesOwn => EnvironmentText.Done(step),
            { Rows: 0 } when step is { Kind: StepKind.Leave, Gate.Lease: not null } => "its lease was no longer there",
            _ when step.Kind != StepKind.Statement => "done",
            { Answer: { } answer } => OfAnswer(answer),
            _ when step.Sql is { TakesSnapshot: false } => "done", // LOCK and SET touch no rows.
            _ => $"{Figures.Count(played.Rows, "row", "rows")} written",
        };
    }

    /// <summary>The same, and which sessions went on because of it.</summary>
    public static string Of(PlayedStep played, ProgramStep step, IEnumerable<int> letGo)
    {
        var sessions = string.Join(" and ", letGo);
        return Of(played, step) + (sessions.Length == 0 ? "" : $", and session {sessions} goes on");
    }

    /// <summary>An error as its condition's name, with the constraint where one is named.</summary>
    public static string OfError(in SqlError error) =>
        $"{error.SqlState} {SqlStates.NameOf(error.SqlState)}".TrimEnd() + (string.IsNullOrEmpty(error.Constraint) ? "" : $" ({error.Constraint})");

    /// <summary>What a session stands at, where that is more than its next step.</summary>
    /// <param name="session">The session.</param>
    /// <param name="all">All of them: some may wait for it.</param>
    public static string? Standing(SessionState session, IReadOnlyList<SessionState> all)
    {
        ArgumentNullException.ThrowIfNull(session);
        var waiting = all.Where(s => s.Wait?.On.Any(h => h.Session == session.Number) == true).Select(s => s.Number).ToList();
        return session switch
        {
            { Outcome: Outcome.Rejected, Error: { } error } => $"its caller got the error {OfError(error)}",
            { Outcome: Outcome.Unknown } => "lost its connection: nobody knows what was kept",
            { Outcome: { } told } => $"told its caller: {told.ToString().ToLowerInvariant()}",
            { AwaitsDelivery: true } => "its caller got no good answer: the attempt will be delivered again",
            { Wait: { } wait } => OfWait(wait),
            _ when waiting.Count > 0 => $"session {string.Join(" and ", waiting)} {(waiting.Count == 1 ? "waits" : "wait")} for it",
            { Delivery: > 1 } => $"this is its {Figures.Ordinal(session.Delivery)} delivery",
            { Next: { } next, Retries: > 0 } when next.Kind == StepKind.Begin => "tries again from the start",
            _ => null,
        };
    }

    /// <summary>"waits for session 1, which took advisory lock 42 with 1.lock".</summary>
    public static string OfWait(LockWait wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        var on = wait.On.Select(h => (h, wait.For) switch
        {
            ({ Session: LockHolder.Pool, TakenAt: { } at }, { } wanted) => $"a connection in the pool, whose session took {LockText.Of(wanted)} with {at}",
            ({ Session: LockHolder.Pool }, _) => LockText.Who(h.Session),
            ({ TakenAt: { } at }, { Kind: GateWords.SingleFlight }) => $"the call that session {h.Session} has been making since {at}",
            ({ TakenAt: { } at }, { Kind: "transactionid" }) => $"the end of session {h.Session}’s transaction, which has been writing since {at}",
            ({ TakenAt: { } at }, { } wanted) => $"session {h.Session}, which took {LockText.Of(wanted)} with {at}",
            (_, { } wanted) => $"session {h.Session}, which is ahead of it in the queue for {LockText.Of(wanted)}",
            _ => $"session {h.Session}",
        });
        return "waits for " + string.Join(" and for ", on);
    }

    private static string OfAnswer(Answer answer)
    {
        if (answer.Total == 0) return "no rows";
        var rows = Figures.Count(answer.Total, "row", "rows");
        if (answer.Total > 1 || answer.Rows is not [var first]) return rows;

        // A function that returns nothing returns it in a row.
        if (first.All(string.IsNullOrEmpty)) return "done";
        var values = answer.Columns.Zip(first, (column, value) => $"{column} = {value ?? "NULL"}").Take(ShownValues);
        return $"{rows}: {string.Join(", ", values)}";
    }
}
