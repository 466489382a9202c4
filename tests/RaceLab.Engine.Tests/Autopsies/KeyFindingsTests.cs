using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Autopsies;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Autopsies;

public class KeyFindingsTests(TestPostgres postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_TwoThatBothSawNothing_NamesLooksWritesAndWindows()
    {
        var log = new Told(Told.Naive)
            .Attempt(3, 3, Outcome.Created, true, "check 1100 1204 0", "insert 1400 1498 1")
            .Attempt(7, 7, Outcome.Created, true, "check 1150 1250 0", "insert 1260 1311 1");
        var finding = Assert.Single(KeyFindings.Of(Told.Naive, [new DoubledKey("thing-1", [3, 7])], log));

        Assert.Equal([7, 3], finding.Winners.Select(w => w.Story.Worker));
        Assert.Equal([1311L, 1498], finding.Winners.Select(w => w.Write!.Value.EndUs));
        Assert.Equal([(1250L, 1260L), (1204L, 1400L)], finding.Winners.Select(w => w.Window!.Value));
        Assert.Equal("2.check,1.check,1.insert,2.insert", string.Join(',', finding.Order));
        Assert.Equal(2, finding.Sessions);
    }

    [Fact]
    public void Of_AWinnerThatWasToldFailed_IsFoundByItsRowAndTheOneToldCreatedIsNot()
    {
        // Attempt 1 wrote first and was told so, but its row is gone: the rows belong to 2, whose answer was lost, and to 3.
        var log = new Told(Told.Naive)
            .Attempt(1, 1, Outcome.Created, false, "check 10 20 0", "insert 30 40 1")
            .Attempt(2, 2, Outcome.Unknown, true, "check 15 25 0", "insert 50 60 1")
            .Attempt(3, 3, Outcome.Created, true, "check 18 28 0", "insert 70 80 1");
        var finding = Assert.Single(KeyFindings.Of(Told.Naive, [new DoubledKey("thing-1", [3, 2])], log));
        Assert.Equal([2L, 3], finding.Winners.Select(w => w.Story.Attempt));
    }

    [Fact]
    public void Of_AnAttemptThatWasRunAgain_TellsOfTheRunThatWasKept()
    {
        var log = new Told(Told.Locked)
            .Attempt(1, 1, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "check 4 5 0", "insert 6 7 1", "commit 8 9 !40001", "begin 20 21", "lock 22 23 1", "check 24 25 0", "insert 26 27 1", "commit 28 29")
            .Attempt(2, 2, Outcome.Created, true, "begin 0 1", "lock 2 3 1", "check 4 5 0", "insert 10 11 1", "commit 12 13");
        var finding = Assert.Single(KeyFindings.Of(Told.Locked, [new DoubledKey("thing-1", [1, 2])], log));

        Assert.Equal([(2L, 5L, 11L, 13L), (1L, 25L, 27L, 29L)], finding.Winners.Select(w => (w.Story.Attempt, w.Look!.Value.EndUs, w.Write!.Value.EndUs, w.VisibleUs!.Value)));
    }

    [Fact]
    public void Of_TwoRowsOfOneAttempt_AreOneWinnerWithTwoRows()
    {
        var program = SmallScenario.CrashingBehindTheInsert(new Workload()).Strategy.Program;
        var log = new Told(program).Attempt(4, 1, Outcome.Unknown, true, "check 0 1 0", "insert 2 3 1", "crash 4 9", "check 10 11 0 2", "insert 12 13 1 2", "crash 14 15 0 2");
        var finding = Assert.Single(KeyFindings.Of(program, [new DoubledKey("thing-1", [4, 4])], log));

        var winner = Assert.Single(finding.Winners);
        Assert.Equal((2, 12L, 11L), (winner.Rows, winner.Write!.Value.StartUs, winner.Look!.Value.EndUs));
        Assert.Empty(finding.Order);
    }

    [Fact]
    public void Of_AttemptsBeyondTheLog_AreCountedAndNotTold()
    {
        var log = new Told(Told.Naive).Attempt(1, 1, Outcome.Created, true, "check 0 1 0", "insert 2 3 1");
        var finding = Assert.Single(KeyFindings.Of(Told.Naive, [new DoubledKey("thing-1", [1, 99])], log));
        Assert.Equal((2, 1), (finding.Rows, finding.Winners.Count));
    }

    [Fact]
    public void Of_ManyKeys_ComeByTheirSecondRow()
    {
        var log = new Told(Told.Naive)
            .Attempt(1, 1, Outcome.Created, true, "insert 0 10 1").Attempt(2, 2, Outcome.Created, true, "insert 0 90 1")
            .Attempt(3, 1, Outcome.Created, true, "insert 20 30 1").Attempt(4, 2, Outcome.Created, true, "insert 91 95 1")
            .Attempt(5, 1, Outcome.Created, true, "insert 31 35 1").Attempt(6, 3, Outcome.Created, true, "insert 0 40 1");
        var findings = KeyFindings.Of(Told.Naive, [new DoubledKey("a", [1, 2]), new DoubledKey("b", [3, 4]), new DoubledKey("c", [5, 6])], log);
        Assert.Equal(["c", "a", "b"], findings.Select(f => f.Key));
        Assert.All(findings, f => Assert.Null(f.Winners[0].Look));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_AnOrderThatWasStepped_TellsThatOrder()
    {
        // Session 2 is the obvious loser: it looks last. It is the one that writes first.
        var request = SmallScenario.Naive(new Workload());
        var played = await PlayAsync(request, "1.check", "2.check", "2.insert", "1.insert");
        var log = new Told(request.Strategy.Program);
        foreach (var session in played.Played.Select((step, at) => (Step: step, At: at)).GroupBy(p => p.Step.Step.Session))
            log.Attempt(session.Key, session.Key, played.Outcomes[session.Key - 1], true, [.. session.Select(p => $"{p.Step.Step.Step} {p.At * 10} {(p.At * 10) + 5} {p.Step.Rows}")]);

        var finding = Assert.Single(KeyFindings.Of(request.Strategy.Program, [new DoubledKey("thing-1", [1, 2])], log));
        Assert.Equal([2, 1], finding.Winners.Select(w => w.Story.Worker));
        Assert.Equal([0, 0], finding.Winners.Select(w => w.Look!.Value.Rows));
        Assert.Equal("2.check,1.check,1.insert,2.insert", string.Join(',', finding.Order));
    }

    [Fact(Timeout = 120_000)]
    public async Task Of_ARace_ItsOrderPlayedByTheSchedulesMakesTheDuplicateAgain()
    {
        var request = SmallScenario.Naive(new Workload { Workers = 4, Keys = 3, Attempts = 3, Duration = null, PauseLow = TimeSpan.FromMilliseconds(20), PauseHigh = TimeSpan.FromMilliseconds(30) });
        var result = await new RaceRunner(postgres.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance).RunAsync(request, new Quiet(), Cancellation);

        var autopsy = result.Autopsy!;
        Assert.Equal(result.Invariants[0].Violations, autopsy.KeysInAll);
        Assert.NotEmpty(autopsy.Keys);
        Assert.All(autopsy.Keys, k => Assert.Equal(k.Rows, k.Winners.Sum(w => w.Rows)));
        foreach (var key in autopsy.Keys.Where(k => k.Order.Count > 0))
        {
            var played = await PlayAsync(request, key.Sessions, [.. key.Order.Select(o => o.ToString())]);
            Assert.True(played.Invariants[0].Excess > 0, string.Join(',', key.Order));
        }
    }

    private Task<ScheduleResult> PlayAsync(RaceRequest request, params string[] schedule) => PlayAsync(request, 2, schedule);

    private Task<ScheduleResult> PlayAsync(RaceRequest request, int sessions, params string[] schedule)
    {
        var steps = schedule.Select(s => ScheduledStep.TryParse(s, out var step) ? step : throw new FormatException(s)).ToList();
        return new ScheduleRunner(postgres.Lab, TimeProvider.System).RunAsync(request.Scenario, request.Strategy, steps, sessions, Cancellation);
    }
}
