using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Tests.Schedules;

public sealed class StepWordsTests
{
    [Fact]
    public void Link_WrittenAndRead_IsTheSame()
    {
        var link = new StepLink("sign-up", "check-then-insert", 3, [new(1, "check"), new(3, "check"), new(1, "insert")], 2, "two-accounts", []);
        var read = StepLink.Parse(link.ToString());
        Assert.Equal("?scenario=sign-up&strategy=check-then-insert&puzzle=two-accounts&sessions=3&schedule=1.check,3.check,1.insert&at=2", link.ToString());
        Assert.Equal((link.Scenario, link.Strategy, 3, 2), (read.Scenario, read.Strategy, read.Sessions, read.Position));
        Assert.Equal(link.Schedule, read.Schedule);
        Assert.Empty(read.Refusals);
    }

    [Theory]
    [InlineData("?sessions=9", "asks for “9” sessions")]
    [InlineData("?sessions=two", "asks for “two” sessions")]
    [InlineData("?schedule=1.check,insert", "“insert”, which is no session with a step")]
    [InlineData("?schedule=1.check,3.check", "says 3.check, and there are 2 sessions")]
    [InlineData("?at=-1", "at=-1")]
    [InlineData("?colour=red", "“colour”")]
    [InlineData("?schedule=1.%3Cscript%3E", "no session with a step")]
    public void Link_WithSomethingWrong_IsRefusedInWordsAndKeepsTheRest(string query, string words)
    {
        var link = StepLink.Parse("?scenario=sign-up&" + query[1..]);
        Assert.Contains(words, Assert.Single(link.Refusals), StringComparison.Ordinal);
        Assert.Equal("sign-up", link.Scenario);
        Assert.Equal(query.Contains("schedule=1.check", StringComparison.Ordinal) ? 1 : 0, link.Schedule.Count);
    }

    [Fact]
    public void Link_LongerThanAnybodySteps_IsCut()
    {
        var link = StepLink.Parse("?schedule=" + string.Join(',', Enumerable.Repeat("1.check", Stepper.MaximumTurns + 5)));
        Assert.Equal(Stepper.MaximumTurns, link.Schedule.Count);
        Assert.Contains("more than 400 turns", Assert.Single(link.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public void Turn_ByItsAnswer_IsPutIntoWords()
    {
        Assert.Equal("no rows", Said(new Answer(["id"], [], 0)));
        Assert.Equal("1 row: id = 3, name = NULL", Said(new Answer(["id", "name"], [["3", null]], 1)));
        Assert.Equal("7 rows", Said(new Answer(["id"], [["3"]], 7)));
        Assert.Equal("done", Said(new Answer(["pg_advisory_xact_lock"], [[""]], 1)));
        Assert.Equal("1 row written", Said(null, 1));
        Assert.Equal("40001 serialization_failure", TurnText.OfError(new SqlError("40001", null, "could not serialize")));
    }

    [Fact]
    public void Wait_InTheApplication_SaysForWhomAndWhatFor()
    {
        var on = new LockHolder(1, new ScheduledStep(1, "enter"));
        Assert.Equal("waits for session 1, which took the mutex for a@b.c with 1.enter", TurnText.OfWait(new LockWait(Held(GateWords.Mutex, "a@b.c"), [on])));
        Assert.Equal("waits for the call that session 1 has been making since 1.enter", TurnText.OfWait(new LockWait(Held(GateWords.SingleFlight, "a@b.c"), [on])));
        Assert.Equal("waits for session 1, which took a connection with 1.connect",
            TurnText.OfWait(new LockWait(Held(GateWords.Connection, ""), [new LockHolder(1, new ScheduledStep(1, "connect"))])));
        Assert.Equal("waits for a connection in the pool, whose session took advisory lock 42 with 1.lock",
            TurnText.OfWait(new LockWait(Held("advisory", "42"), [new LockHolder(LockHolder.Pool, new ScheduledStep(1, "lock"))])));
        Assert.Equal("waits for a connection in the pool", TurnText.OfWait(new LockWait(null, [new LockHolder(LockHolder.Pool, null)])));

        static HeldLock Held(string kind, string target) => new(2, kind, target, "ExclusiveLock", false, null);
    }

    [Fact]
    public void Turn_ThatWaitedForASharedCall_SaysWhatItWasTold() =>
        Assert.Equal("told by the call that it waited for: found", TurnText.Of(
            new PlayedStep(new ScheduledStep(2, "enter"), [1], 0, null) { Told = Outcome.Found },
            ProgramCompiler.Compile([new WithinStep(BlockKind.SingleFlight, null, null, ErrorRules.None, [new SayStep(Outcome.Found, null, 1)], 1) { Variable = "key" }], 1).Steps[0]));

    [Fact]
    public void Listing_OfTheApplication_SaysWhatHappensThere()
    {
        var mutex = new WithinStep(BlockKind.Mutex, null, null, ErrorRules.None, [new SayStep(Outcome.Found, null, 1)], 1) { Variable = "key" };
        var pooled = ProgramCompiler.Compile([new RoleSteps(null, [mutex], 1).Over(new ConnectionUse { Pool = 4, Reset = PoolReset.WhenTaken })]);
        Assert.Equal(
            [
                "connect: take a connection of this instance’s pool (4 connections)", "enter: lock the mutex for @key in this instance of the application", "leave: unlock the mutex",
                "disconnect: give the connection back to the pool; its session is reset when it is taken again",
            ],
            Listing.Of(pooled).Lines.Select(l => $"{l.Step.Name}: {string.Concat(l.Pieces.Select(p => p.Text))}"));
    }

    [Fact]
    public void Turn_OfAStatementThatTouchesNoRows_IsDone()
    {
        var step = StepStates.Step("check") with { Sql = SqlText.Parse("LOCK TABLE users IN SHARE MODE") };
        Assert.Equal("done", TurnText.Of(new PlayedStep(new ScheduledStep(1, "lock"), [], 0, null), step));
    }

    [Fact]
    public void Wait_ForARunningTransactionOrInAQueue_SaysWhoseAndSinceWhen()
    {
        var transaction = new HeldLock(2, "transactionid", "734", "ShareLock", false, null);
        Assert.Equal(
            "waits for the end of session 1’s transaction, which has been writing since 1.insert",
            TurnText.OfWait(new LockWait(transaction, [new LockHolder(1, new ScheduledStep(1, "insert"))])));
        var advisory = new HeldLock(3, "advisory", "42", "ExclusiveLock", false, null);
        Assert.Equal(
            "waits for session 1, which took advisory lock 42 with 1.lock and for session 2, which is ahead of it in the queue for advisory lock 42",
            TurnText.OfWait(new LockWait(advisory, [new LockHolder(1, new ScheduledStep(1, "lock")), new LockHolder(2, null)])));
    }

    [Fact]
    public void Timeline_WaitThatLasts_IsABarFromItsTurnToTheOneThatLetItGo()
    {
        var state = StepStates.Waiting;
        var open = TimelinePicture.Of(state, StepStates.Strategy.Program, StepStates.Listing);
        Assert.Equal(new TimelineWait(2, 4, 6, true), Assert.Single(open.Waits));
        Assert.Equal(LineStanding.Waiting, open.Cells[3].Standing);

        var released = state with { Turns = [.. state.Turns.Take(3), StepStates.Done(2, "lock", 3, 1, null, 6, null, 1), .. state.Turns.Skip(4), StepStates.Done(1, "commit", 6)], Ahead = [] };
        Assert.Equal(new TimelineWait(2, 4, 7, false), Assert.Single(TimelinePicture.Of(released, StepStates.Strategy.Program, StepStates.Listing).Waits));
    }

    [Fact]
    public void Timeline_EntryOfAStepThatContentNoLongerHas_IsDrawnAllTheSame()
    {
        var picture = TimelinePicture.Of(StepStates.Waiting with { Ahead = [new(1, "gone")] }, StepStates.Strategy.Program, StepStates.Listing);
        Assert.Null(picture.Cells[^1].Line);
    }

    [Fact]
    public void Session_WhoseBlockIsRunAgain_ForgetsWhatItsStepsAnsweredBefore()
    {
        var state = StepStates.Waiting with
        {
            Turns = [.. StepStates.Waiting.Turns.Where(t => t.Entry.Session == 1), StepStates.Done(1, "begin", 4)],
            Sessions = [StepStates.Session(1, "lock"), StepStates.Waiting.Sessions[1]],
        };
        var lines = SessionPicture.Of(state, StepStates.Strategy.Program, StepStates.Listing)[0].Lines;
        Assert.Equal(
            [LineStanding.Done, LineStanding.Next, LineStanding.NotYet, LineStanding.NotYet, LineStanding.NotYet],
            lines.Select(l => l.Standing));
    }

    [Fact]
    public void Waits_InACircle_AreToldFromThoseThatAreNot()
    {
        var one = new LockWait(null, [new LockHolder(2, null)]);
        var two = new LockWait(null, [new LockHolder(1, null)]);
        Assert.True(WaitPicture.Of(With(one, two)).IsCircle);
        Assert.False(WaitPicture.Of(With(one, null)).IsCircle);

        static StepperState With(LockWait? first, LockWait? second) =>
            new() { Sessions = [StepStates.Session(1, "lock", wait: first), StepStates.Session(2, "lock", wait: second)] };
    }

    [Theory]
    [InlineData(LookKind.NotYet, "No snapshot yet")]
    [InlineData(LookKind.Failed, "has failed")]
    [InlineData(LookKind.Committed, "No transaction is open")]
    [InlineData(LookKind.Snapshot, "without its own changes")]
    [InlineData(LookKind.Unreadable, "locked against every reader")]
    public void Look_OfEachKind_SaysHowFarItCanBeKnown(LookKind kind, string words)
    {
        var rows = kind == LookKind.Snapshot ? StepStates.Rows(["1", "a", "1"]) : null;
        var picture = LookPicture.Of(new Look(kind, rows, "The table is locked against every reader just now."), null);
        Assert.Contains(words, picture.Caption, StringComparison.Ordinal);
        Assert.All(picture.Rows, r => Assert.False(r.IsOwn));
    }

    [Fact]
    public void Verdict_OfOneOrderThatHolds_SaysThatItProvesNothingAboutTheOthers()
    {
        var result = new ScheduleResult([], [Outcome.Created, Outcome.Found], 1,
            [new InvariantResult("duplicates", "One row per email", Promise.Some, Verdict.NotShown, 0, 0, null, new OffendingRows([], [], 0))]);
        var verdict = ScheduleVerdict.Of(result);
        Assert.Equal((VerdictMood.Kept, "This order keeps “One row per email”"), (verdict.Mood, verdict.Headline));
        Assert.Contains("says nothing about the others", verdict.Sentences[^1], StringComparison.Ordinal);
    }

    private static string Said(Answer? answer, long rows = 0) =>
        TurnText.Of(new PlayedStep(new ScheduledStep(1, "check"), [], rows, null, answer), StepStates.Step("check"));
}
