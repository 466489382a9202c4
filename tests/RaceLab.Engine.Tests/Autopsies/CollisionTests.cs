using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Autopsies;

public class CollisionTests
{
    [Fact]
    public void Rejection_ByAConstraint_IsTheOneWhoseRowIsThere()
    {
        // Worker 1 was faster, but rolled back: the row belongs to worker 3.
        var log = new Told(Told.Naive)
            .Attempt(1, 1, Outcome.Failed, false, "insert 0 10 1")
            .Attempt(2, 2, Outcome.Rejected, false, "check 5 15 0", "insert 20 40 !23505")
            .Attempt(3, 3, Outcome.Created, true, "insert 12 30 1");
        var finding = Of(Told.Naive, log, 2, []);
        Assert.Equal((3, Evidence.Rows, 30L), (finding.With!.Worker, finding.Evidence, finding.WithRun!.Value.EndUs));
    }

    [Fact]
    public void Rejection_OfADeadlocksVictim_IsTheOneThatWasSeenInItsWay()
    {
        var log = new Told(Told.Locked)
            .Attempt(1, 1, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "commit 900 910")
            .Attempt(2, 2, Outcome.Rejected, false, "begin 0 1", "lock 10 500 !40P01")
            .Attempt(3, 3, Outcome.Created, true, "begin 0 1", "lock 4 490 1", "commit 495 499");
        var waits = WaitFindings.OfSeen(Told.Locked, [new SeenWait(2, 100, "advisory", [1])], log);
        var finding = Of(Told.Locked, log, 2, waits);
        Assert.Equal((1, Evidence.Sampled, 3L), (finding.With!.Worker, finding.Evidence, finding.WithRun!.Value.EndUs));
    }

    [Fact]
    public void Rejection_ThatNobodySaw_IsInferredFromWhatOverlapped()
    {
        var log = new Told(Told.Locked)
            .Attempt(1, 1, Outcome.Created, true, "begin 0 1", "insert 2 8 1", "commit 9 12")
            .Attempt(2, 2, Outcome.Rejected, false, "begin 5 6", "insert 10 20 !40001")
            .Attempt(3, 3, Outcome.Created, true, "begin 30 31", "insert 32 33 1", "commit 34 35");
        var finding = Of(Told.Locked, log, 2, []);
        Assert.Equal((1, Evidence.Inferred), (finding.With!.Worker, finding.Evidence));
    }

    [Fact]
    public void Rejection_OfAnAttemptThatWasAlone_HasNobody()
    {
        var log = new Told(Told.Naive).Attempt(1, 1, Outcome.Rejected, false, "insert 0 10 !22001");
        Assert.Null(Of(Told.Naive, log, 1, []).With);
    }

    [Fact]
    public void Waits_SeenAtTwoLooks_AreOneWithWhoHeldWhat()
    {
        var log = new Told(Told.Locked)
            .Attempt(1, 1, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "pause 3 300", "insert 301 310 1", "commit 311 320")
            .Attempt(2, 2, Outcome.Found, false, "begin 4 5", "lock 6 330 1", "check 331 340 1", "commit 341 350");
        var wait = Assert.Single(WaitFindings.OfSeen(Told.Locked, [new SeenWait(2, 50, "advisory", [1]), new SeenWait(2, 100, "advisory", [1])], log));

        Assert.Equal((2, 2, "advisory", Evidence.Sampled), (wait.Worker, wait.Looks, wait.On, wait.Evidence));
        Assert.Equal("lock", Told.Locked.Steps[wait.Run.Step].Name);
        var holder = Assert.Single(wait.Holders);
        Assert.Equal((1, 1L, "lock"), (holder.Worker, holder.Attempt, Told.Locked.Steps[holder.Took!.Value.Step].Name));
    }

    [Fact]
    public void Waits_WhereTheLogHasNoStatement_AreLeftOut()
    {
        var log = new Told(Told.Locked).Attempt(1, 1, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "pause 3 300", "commit 311 320");
        Assert.Empty(WaitFindings.OfSeen(Told.Locked, [new SeenWait(1, 100, "advisory", []), new SeenWait(1, 900, "advisory", []), new SeenWait(7, 100, "advisory", [])], log));
    }

    [Fact]
    public void Waits_ThatTimesImply_NameTheLastThatLetGo()
    {
        var log = new Told(Told.Locked)
            .Attempt(1, 1, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "insert 90 95 1", "commit 100 110")
            .Attempt(2, 2, Outcome.Found, false, "begin 0 1", "lock 4 112 1", "check 113 120 1", "commit 121 130")
            .Attempt(3, 3, Outcome.Found, false, "begin 0 1", "lock 5 135 1", "check 136 140 1", "commit 141 150");
        var step = Told.Locked.FindStep("lock")!.Index;
        var waits = WaitFindings.Implied(Told.Locked, log.Stories, new Dictionary<int, int> { [step] = 50 }, []).ToList();

        Assert.Equal([(2, 1), (3, 2)], waits.Select(w => (w.Worker, w.Holders[0].Worker)));
        Assert.All(waits, w => Assert.Equal(Evidence.Inferred, w.Evidence));
        Assert.Empty(WaitFindings.Implied(Told.Locked, log.Stories, new Dictionary<int, int> { [step] = 200 }, []));

        // The client stood still from 113 us on: worker 2 had its answer before, worker 3 had not.
        ClientPause[] pauses = [new(1, 3, PauseCause.Processor), new(113, 130, PauseCause.ThreadPool), new(400, 900, PauseCause.Processor)];
        Assert.Equal(2, Assert.Single(WaitFindings.Implied(Told.Locked, log.Stories, new Dictionary<int, int> { [step] = 50 }, pauses)).Worker);
    }

    private static RejectionFinding Of(StepProgram program, Told log, long attempt, IReadOnlyList<WaitFinding> waits)
    {
        var story = log.Find(attempt)!;
        return RejectionFindings.Of(program, story, story.Steps[^1], log, waits);
    }
}
