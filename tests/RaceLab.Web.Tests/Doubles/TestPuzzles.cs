using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Runs and verdicts made by hand, for the repository's own puzzles.</summary>
public static class TestPuzzles
{
    public static Puzzle TwoAccounts => TestContent.SignUp.FindPuzzle("two-accounts")!;

    public static Puzzle Unbreakable => TestContent.SignUp.FindPuzzle("unbreakable")!;

    public static ScheduleResult Duplicate => new(
        [], [Outcome.Created, Outcome.Created], 2, [TestResults.Duplicates(Promise.Some, Verdict.Kept, 1, 1, 1) with { Title = "One row per email" }]);

    public static ScheduleResult OneRow => new(
        [], [Outcome.Created, Outcome.Found], 1, [TestResults.Duplicates(Promise.Some, Verdict.NotShown, 0, 0, 0) with { Title = "One row per email" }]);

    public static NoOrderVerdict Proven => new(NoOrderRuling.Proven, 1_260, 14, [], null);

    public static NoOrderVerdict Refuted => new(NoOrderRuling.Refuted, 6, 3, [.. TwoAccounts.Solution!], null);

    public static NoOrderVerdict Open => new(NoOrderRuling.Open, 6, 3, [], "There are more orders than the lab tries: it gave up after 50000 runs.");
}
