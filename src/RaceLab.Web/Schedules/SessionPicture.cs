using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A session's program with what has become of each step.</summary>
/// <param name="State">The session.</param>
/// <param name="Role">Its role's name; null where all sessions do the same.</param>
/// <param name="Lines">The steps that concern it.</param>
/// <param name="Standing">What it stands at, in words; null where the next step says it all.</param>
public sealed record SessionPicture(SessionState State, string? Role, IReadOnlyList<SessionLine> Lines, string? Standing)
{
    /// <summary>Draws every session.</summary>
    public static IReadOnlyList<SessionPicture> Of(StepperState state, StepProgram program, Listing listing)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(listing);
        return [.. state.Sessions.Select(session =>
        {
            var role = program.RoleOf(session.Number).Name;
            var latest = LatestOf(state.Turns.Where(t => t.Entry.Whose == session.Number));
            var letGo = LetGoBy(state, session.Number);
            var lines = listing.Lines
                .Where(l => l.Step.Role == role && (l.Step.Sql is not null || l.Step.Gate is not null || l.Step.Kind == StepKind.Crash))
                .Select(l => LineOf(l, session, latest.GetValueOrDefault(l.Step.Index), letGo))
                .Where(l => !l.Line.Step.IsRecovery || l.Standing != LineStanding.NotYet);
            return new SessionPicture(session, role, [.. lines], TurnText.Standing(session, state.Sessions));
        })];
    }

    /// <summary>Each step's latest turn. Where a block is run again, or the whole attempt, what its steps answered before is over.</summary>
    private static Dictionary<int, TakenTurn> LatestOf(IEnumerable<TakenTurn> turns)
    {
        var latest = new Dictionary<int, TakenTurn>();
        foreach (var turn in turns)
        {
            foreach (var later in latest.Keys.Where(k => k >= turn.Step.Index).ToList()) latest.Remove(later);
            if (turn.Step.Kind != StepKind.Delivery) latest[turn.Step.Index] = turn;
        }

        return latest;
    }

    /// <summary>Which sessions went on because of a turn of this one: a wait has two sides.</summary>
    private static ILookup<TakenTurn, int> LetGoBy(StepperState state, int session) => state.Turns
        .Where(t => t.HadToWait && t.ReturnedAt is not null && t.Entry.Whose != session && state.Turns[t.ReturnedAt.Value].Entry.Whose == session)
        .ToLookup(t => state.Turns[t.ReturnedAt!.Value], t => t.Entry.Whose);

    private static SessionLine LineOf(ListingLine line, SessionState session, TakenTurn? turn, ILookup<TakenTurn, int> letGo) => turn switch
    {
        { Result: { } result } when session.Next?.Index != line.Step.Index =>
            new SessionLine(line, result.Error is null ? LineStanding.Done : LineStanding.Rejected, TurnText.Of(result, line.Step, letGo[turn])),
        { Result: null } => new SessionLine(line, LineStanding.Waiting, null),
        _ => new SessionLine(line, session.Next?.Index == line.Step.Index ? LineStanding.Next : LineStanding.NotYet, null),
    };
}

/// <summary>A step of a session.</summary>
/// <param name="Line">The step.</param>
/// <param name="Standing">What has become of it.</param>
/// <param name="Answer">What came back, in words; null: nothing yet.</param>
public sealed record SessionLine(ListingLine Line, LineStanding Standing, string? Answer);

/// <summary>What has become of a step.</summary>
public enum LineStanding
{
    /// <summary>Its turn has not come.</summary>
    NotYet,

    /// <summary>It is the next to be sent.</summary>
    Next,

    /// <summary>It was sent and waits for a lock.</summary>
    Waiting,

    /// <summary>It was answered.</summary>
    Done,

    /// <summary>It was rejected.</summary>
    Rejected,
}
