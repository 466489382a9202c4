using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Tests.Races;

namespace RaceLab.Engine.Tests.Schedules;

public class PuzzleVerdictTests(TestPostgres postgres)
{
    private static readonly Ending Plain = new(1, new HashSet<string>(), [Outcome.Created, Outcome.Found], [], false);

    private static readonly Invariant OneRow = new("duplicates", "One row per email", "", LiveCount.None);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, PuzzleGoal, string, string> Goals => new()
    {
        { "breaks", new PuzzleGoal { Breaks = OneRow }, "“One row per email” is broken", "“One row per email” still holds" },
        { "raises", new PuzzleGoal { Raises = "40P01" }, "a statement is rejected with 40P01", "Nobody was rejected with 40P01" },
        { "waits", new PuzzleGoal { Waits = true }, "somebody has to wait", "Nobody had to wait" },
        { "one answer", new PuzzleGoal { Told = [Outcome.Failed] }, "one caller is told “failed”", "It takes one caller who is told “failed”" },
        { "answers", new PuzzleGoal { Told = [Outcome.Created, Outcome.Created] }, "two callers are told “created”", "It takes two callers who are told “created”" },
        { "rows", new PuzzleGoal { Rows = 3 }, "three rows are left", "It takes three rows" },
    };

    [Theory]
    [MemberData(nameof(Goals))]
    public void Of_RunThatShowsNothingSpecial_SaysWhatIsMissingAndHowItEnded(string what, PuzzleGoal goal, string wanted, string missing)
    {
        Assert.Equal(wanted, Assert.Single(GoalCheck.Of(goal)).Wanted);
        var verdict = PuzzleVerdict.Of(goal, Plain);
        Assert.False(verdict.IsReached, what);
        Assert.Equal($"{missing}; the run ended with one row, and the callers were told created and found.", verdict.Missing);
    }

    [Theory]
    [MemberData(nameof(Goals))]
    public void Of_RunThatShowsIt_IsReached(string what, PuzzleGoal goal, string wanted, string missing)
    {
        _ = (wanted, missing);
        var ending = new Ending(3, new HashSet<string> { "duplicates" }, [Outcome.Created, Outcome.Created, Outcome.Failed], ["23505", "40P01"], true);
        var verdict = PuzzleVerdict.Of(goal, ending);
        Assert.True(verdict.IsReached, what);
        Assert.Null(verdict.Missing);
    }

    [Fact]
    public void Of_NobodyMayWait_IsReachedWhenNobodyDoes()
    {
        var goal = new PuzzleGoal { Waits = false };
        Assert.True(PuzzleVerdict.Of(goal, Plain).IsReached);
        Assert.StartsWith("Somebody had to wait; ", PuzzleVerdict.Of(goal, Plain with { Waits = true }).Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_GoalOfSeveralParts_NeedsAllOfThemAndNamesThoseThatAreMissing()
    {
        var goal = new PuzzleGoal { Waits = true, Rows = 1, Raises = "40001" };
        var verdict = PuzzleVerdict.Of(goal, Plain);
        Assert.Equal("Nobody was rejected with 40001, and nobody had to wait; the run ended with one row, and the callers were told created and found.", verdict.Missing);
        Assert.True(PuzzleVerdict.Of(goal, Plain with { Waits = true, SqlStates = ["40001"] }).IsReached);
    }

    [Fact]
    public void Of_AnswerGivenTooSeldom_IsNotReached()
    {
        var goal = new PuzzleGoal { Told = [Outcome.Found, Outcome.Found] };
        Assert.False(PuzzleVerdict.Of(goal, Plain).IsReached);
        Assert.True(PuzzleVerdict.Of(goal, Plain with { Told = [Outcome.Created, Outcome.Found, Outcome.Found] }).IsReached);
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_PlayedDeadlock_ShowsItsSqlstateAndTheWait()
    {
        var request = SmallScenario.Request(new Workload(), Promise.None, null,
            new WithinStep(BlockKind.Transaction, null, null, ErrorRules.None,
            [
                SmallScenario.Sql("first", "SELECT pg_advisory_xact_lock(@attempt::bigint)"),
                SmallScenario.Sql("second", "SELECT pg_advisory_xact_lock(3 - @attempt::bigint)"),
                new SayStep(Outcome.Found, null, 1),
            ], 1));
        var goal = new PuzzleGoal { Raises = "40P01", Waits = true, Rows = 0, Told = [Outcome.Rejected] };
        var runner = new ScheduleRunner(postgres.Lab, TimeProvider.System);

        var apart = await runner.RunAsync(request.Scenario, request.Strategy, [], 2, Cancellation);
        Assert.Equal(
            "Nobody was rejected with 40P01, and nobody had to wait, and it takes one caller who is told “rejected”; the run ended with no rows, and the callers were told found and found.",
            PuzzleVerdict.Of(goal, apart).Missing);

        var order = "1.begin 1.first 2.begin 2.first 1.second 2.second".Split(' ').Select(s => new ScheduledStep(s[0] - '0', s[2..])).ToList();
        var together = await runner.RunAsync(request.Scenario, request.Strategy, order, 2, Cancellation);
        Assert.Null(PuzzleVerdict.Of(goal, together).Missing);

        var explored = await new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(request.Scenario, request.Strategy, 2, null, Cancellation);
        Assert.Equal(NoOrderRuling.Refuted, NoOrderVerdict.Of(goal, explored).Ruling);
    }

    [Fact]
    public void NoOrder_EveryOrderTriedAndNoneReachesTheGoal_IsProven()
    {
        var verdict = NoOrderVerdict.Of(new PuzzleGoal { Raises = "40P01" }, Explored(Outcomes([], 4), Outcomes(["23505"], 5)));
        Assert.Equal((NoOrderRuling.Proven, 9, 7, null), (verdict.Ruling, (int)verdict.Orders, verdict.Runs, verdict.Reason));
        Assert.Empty(verdict.Witness);
    }

    [Fact]
    public void NoOrder_OneReachesTheGoal_IsRefutedByTheShortest()
    {
        var verdict = NoOrderVerdict.Of(new PuzzleGoal { Raises = "23505" }, Explored(Outcomes([], 1), Outcomes(["23505", "23505"], 3), Outcomes(["23505"], 2)));
        Assert.Equal((NoOrderRuling.Refuted, 2), (verdict.Ruling, verdict.Witness.Count));
    }

    [Fact]
    public void NoOrder_NotEveryOrderTried_IsOpenUnlessOneReachesTheGoal()
    {
        var explored = Explored(Outcomes(["23505"], 2)) with { IsComplete = false };
        var verdict = NoOrderVerdict.Of(new PuzzleGoal { Raises = "40P01" }, explored);
        Assert.Equal(NoOrderRuling.Open, verdict.Ruling);
        Assert.Equal("There are more orders than the lab tries: it gave up after 7 runs.", verdict.Reason);
        Assert.Equal(NoOrderRuling.Refuted, NoOrderVerdict.Of(new PuzzleGoal { Raises = "23505" }, explored).Ruling);
    }

    [Fact]
    public void NoOrder_AnAttemptWasGivenUpForItsRetries_SaysNothingOfWhatItWouldHaveEndedAs()
    {
        var cut = Outcomes(["40001", "40001", "40001"], 4);
        var explored = Explored(Outcomes(["40001"], 2), cut) with { RetriesCut = true };

        var verdict = NoOrderVerdict.Of(new PuzzleGoal { Rows = 7 }, explored);
        Assert.Equal(NoOrderRuling.Open, verdict.Ruling);
        Assert.Contains("more than 2 times", verdict.Reason, StringComparison.Ordinal);

        // Being rejected is what the cut itself did: as a witness it would be none.
        Assert.Equal(NoOrderRuling.Open, NoOrderVerdict.Of(new PuzzleGoal { Rows = 9 }, Explored(Outcomes([], 2), cut with { Rows = 9 }) with { RetriesCut = true }).Ruling);
        Assert.Equal(NoOrderRuling.Refuted, NoOrderVerdict.Of(new PuzzleGoal { Raises = "40001" }, explored).Ruling);
        Assert.Equal(NoOrderRuling.Proven, NoOrderVerdict.Of(new PuzzleGoal { Rows = 7 }, Explored(Outcomes(["40001", "40001"], 2)) with { RetriesCut = true }).Ruling);
    }

    private static ExploredOutcome Outcomes(string[] states, int turns) => new(
        1, new Dictionary<string, long> { ["duplicates"] = 0 }, ["created", "found"], states, false, turns, 1,
        [.. Enumerable.Repeat(new ScheduledStep(1, "check"), turns)]);

    private static Exploration Explored(params ExploredOutcome[] outcomes) => new()
    {
        Scenario = "things",
        Strategy = "small",
        Sessions = 2,
        Orders = outcomes.Sum(o => (int)o.Orders) + 3,
        Infeasible = 3,
        Schedules = [],
        Runs = 7,
        Outcomes = outcomes,
        Invariants = [],
        Elapsed = TimeSpan.Zero,
        PostgresVersion = "15",
        Engine = RaceEngine.Wire,
        RetriesAtMost = Explorer.RetriesAtMost,
        RetriesCut = false,
        IsComplete = true,
    };
}
