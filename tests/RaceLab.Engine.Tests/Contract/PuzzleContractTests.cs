using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Holds every puzzle of every scenario to what it says: a solution solves it every time, whoever does nothing clever does not, and "none" is proven.</summary>
public class PuzzleContractTests(TestPostgres postgres)
{
    private const int Runs = 5;

    public static TheoryData<string, string> Solvable => Puzzles(p => p.Solution is not null);

    public static TheoryData<string, string> Unsolvable => Puzzles(p => p.Solution is null);

    public static TheoryData<string, string> SolvableAndTried => Puzzles(p => p.Solution is not null && p.CanTryEveryOrder);

    public static TheoryData<string, string> All => Puzzles(_ => true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ScheduleRunner Runner => new(postgres.Lab, TimeProvider.System);

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Solvable))]
    public async Task Solution_Played_ReachesTheGoalEveryTime(string scenarioId, string puzzleId)
    {
        var (scenario, strategy, puzzle) = await FindAsync(scenarioId, puzzleId);
        for (var run = 0; run < Runs; run++)
        {
            var result = await Runner.RunAsync(scenario, strategy, puzzle.Solution!, puzzle.Sessions, Cancellation);
            Assert.Null(PuzzleVerdict.Of(puzzle.Goal, result).Missing);
        }
    }

    /// <summary>A goal that is reached without any thought means nothing.</summary>
    [Theory(Timeout = 60_000)]
    [MemberData(nameof(All))]
    public async Task SessionsOneAfterAnother_Played_DoNotReachTheGoal(string scenarioId, string puzzleId)
    {
        var (scenario, strategy, puzzle) = await FindAsync(scenarioId, puzzleId);
        var result = await Runner.RunAsync(scenario, strategy, [], puzzle.Sessions, Cancellation);
        Assert.NotNull(PuzzleVerdict.Of(puzzle.Goal, result).Missing);
    }

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Unsolvable))]
    public async Task None_EveryOrderTried_IsProven(string scenarioId, string puzzleId)
    {
        var (scenario, strategy, puzzle) = await FindAsync(scenarioId, puzzleId);
        var verdict = NoOrderVerdict.Of(puzzle.Goal, await ExploreAsync(scenario, strategy, puzzle));
        Assert.Equal((NoOrderRuling.Proven, null), (verdict.Ruling, verdict.Reason));
        Assert.True(verdict.Orders > 1, "there is only one order, so there is nothing to look for");
    }

    /// <summary>Whoever says "there is no such order" of a puzzle that has one is shown one that solves it.</summary>
    [Theory(Timeout = 300_000)]
    [MemberData(nameof(SolvableAndTried))]
    public async Task Solvable_EveryOrderTried_IsRefutedByAnOrderThatReachesTheGoal(string scenarioId, string puzzleId)
    {
        var (scenario, strategy, puzzle) = await FindAsync(scenarioId, puzzleId);
        var verdict = NoOrderVerdict.Of(puzzle.Goal, await ExploreAsync(scenario, strategy, puzzle));
        Assert.Equal(NoOrderRuling.Refuted, verdict.Ruling);
        var result = await Runner.RunAsync(scenario, strategy, verdict.Witness, puzzle.Sessions, Cancellation);
        Assert.Null(PuzzleVerdict.Of(puzzle.Goal, result).Missing);
    }

    [Fact]
    public void Content_HasPuzzlesOfBothKinds()
    {
        Assert.NotEmpty(Solvable);
        Assert.NotEmpty(Unsolvable);
    }

    private static TheoryData<string, string> Puzzles(Func<Puzzle, bool> which) =>
        [.. TestContent.Scenarios.SelectMany(s => s.Puzzles.Where(which).Select(p => (s.Id, p.Id)))];

    private async Task<(Scenario Scenario, Strategy Strategy, Puzzle Puzzle)> FindAsync(string scenarioId, string puzzleId)
    {
        var puzzle = TestContent.Scenarios.Single(s => s.Id == scenarioId).FindPuzzle(puzzleId)!;
        var (scenario, strategy) = await TestContent.FindAsync(postgres.Lab, scenarioId, puzzle.Strategy, Cancellation);
        return (scenario, strategy, puzzle);
    }

    private Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, Puzzle puzzle) =>
        new Explorer(postgres.Lab, TimeProvider.System).ExploreAsync(scenario, strategy, puzzle.Sessions, null, Cancellation);
}
