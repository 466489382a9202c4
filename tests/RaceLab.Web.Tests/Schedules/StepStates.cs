using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Web.Races;
using RaceLab.Web.Tests.Doubles;

namespace RaceLab.Web.Tests.Schedules;

/// <summary>Moments of stepped runs of the advisory lock, as the engine tells them.</summary>
internal static class StepStates
{
    public static Strategy Strategy { get; } = TestContent.SignUp.FindStrategy("advisory-lock")!;

    public static Listing Listing { get; } = Listing.Of(Strategy.Program);

    public static ProgramStep Step(string name) => Strategy.Program.FindStep(name)!;

    public static Answer Rows(params string?[][] rows) => new(["attempt", "key", "id"], rows, rows.Length);

    public static TakenTurn Done(int session, string step, int at, long rows = 0, Answer? answer = null, int? returnedAt = null, SqlError? error = null, params int[] blockedBy) =>
        new(new ScheduledStep(session, step), Step(step), new PlayedStep(new ScheduledStep(session, step), blockedBy, rows, error, answer), blockedBy, returnedAt ?? at);

    public static SessionState Session(int number, string? next, Outcome? outcome = null, LockWait? wait = null, Look? sees = null, SqlError? error = null) =>
        new(number, next is null ? null : Step(next), wait, outcome, error, 0, next is not (null or "begin"), [], sees ?? new Look(LookKind.Committed, null));

    /// <summary>Session 1 has the lock and has inserted, session 2 waits for it since the fourth turn; one turn was taken back.</summary>
    public static StepperState Waiting { get; } = new()
    {
        Phase = StepperPhase.Ready,
        Turns =
        [
            Done(1, "begin", 0),
            Done(1, "lock", 1, 1, new Answer(["pg_advisory_xact_lock"], [[""]], 1)),
            Done(2, "begin", 2),
            new TakenTurn(new ScheduledStep(2, "lock"), Step("lock"), null, [1], null),
            Done(1, "check", 4, 0, new Answer(["id"], [], 0)),
            Done(1, "insert", 5, 1),
        ],
        Ahead = [new ScheduledStep(1, "commit")],
        Sessions =
        [
            Session(1, "commit", sees: new Look(LookKind.Own, Rows(["1", "learner-1@example.com", "1"]))),
            Session(2, "lock", wait: new LockWait(
                new HeldLock(2, "advisory", "42", "ExclusiveLock", false, new ScheduledStep(2, "lock")),
                [new LockHolder(1, new ScheduledStep(1, "lock"))]), sees: new Look(LookKind.Waiting, null)),
        ],
        Committed = new Look(LookKind.Committed, Rows()),
        Locks =
        [
            new HeldLock(1, "relation", "table users", "RowExclusiveLock", true, new ScheduledStep(1, "insert")),
            new HeldLock(1, "advisory", "42", "ExclusiveLock", true, new ScheduledStep(1, "lock")),
            new HeldLock(2, "advisory", "42", "ExclusiveLock", false, new ScheduledStep(2, "lock")),
        ],
    };
}
