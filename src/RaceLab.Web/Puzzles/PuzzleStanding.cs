using System.Globalization;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Puzzles;

/// <summary>Where a learner stands with a puzzle, in words.</summary>
/// <param name="Mood">Which sign stands beside it.</param>
/// <param name="Line">One line, or two sentences.</param>
/// <param name="Goals">What the run must show.</param>
public sealed record PuzzleStanding(PuzzleMood Mood, string Line, IReadOnlyList<GoalLine> Goals)
{
    /// <summary>Puts it into words.</summary>
    /// <param name="puzzle">The puzzle.</param>
    /// <param name="result">The run's result; null while it is under way.</param>
    /// <param name="turns">How many turns were taken.</param>
    /// <param name="hints">How many hints were shown.</param>
    /// <param name="claim">What became of "there is no such order".</param>
    public static PuzzleStanding Of(Puzzle puzzle, ScheduleResult? result, int turns, int hints, NoOrderClaim claim)
    {
        ArgumentNullException.ThrowIfNull(puzzle);
        ArgumentNullException.ThrowIfNull(claim);
        var ending = result is null ? null : Ending.Of(result);
        var goals = GoalCheck.Of(puzzle.Goal).Select(c => new GoalLine(c.Wanted, ending is null ? null : c.IsReachedBy(ending))).ToList();
        var verdict = result is null ? null : PuzzleVerdict.Of(puzzle.Goal, result);
        return (verdict, claim.Verdict) switch
        {
            ({ IsReached: true }, _) => new(PuzzleMood.Solved, $"Solved in {Figures.Count(turns, "turn", "turns")}, {Helped(hints)}.", goals),
            (_, { Ruling: NoOrderRuling.Proven }) => new(PuzzleMood.Solved, $"Solved by saying no, {Helped(hints)}.", goals),
            ({ Missing: { } missing }, _) => new(PuzzleMood.NotReached, $"Not with this order. {missing}", goals),
            _ when turns == 0 => new(PuzzleMood.Open, "Whose turn is it? You decide.", goals),
            _ => new(PuzzleMood.Open, $"{Figures.Count(turns, "turn", "turns")} so far. The goal is judged when every session has ended.", goals),
        };
    }

    /// <summary>Whether a puzzle is solved by a run, or by having said rightly that there is no such order.</summary>
    public static bool IsSolved(Puzzle puzzle, ScheduleResult? result, NoOrderClaim claim) => Of(puzzle, result, 0, 0, claim).Mood == PuzzleMood.Solved;

    /// <summary>What the lab says to "there is no such order", in words.</summary>
    public static string Of(NoOrderVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        var orders = verdict.Orders.ToString("N0", CultureInfo.InvariantCulture);
        return verdict.Ruling switch
        {
            NoOrderRuling.Proven => $"You are right: there is none. The lab went through all {orders} orders: {Figures.Count(verdict.Runs, "run on the server stands", "runs on the server stand")} for them, since many differ only in what nobody can notice.",
            NoOrderRuling.Refuted => $"There is one. The lab found it among the orders that it tried, and it takes {Figures.Count(verdict.Witness.Count, "turn", "turns")}.",
            _ => $"The lab found none, but it cannot rule it out. {verdict.Reason}",
        };
    }

    private static string Helped(int hints) => hints == 0 ? "without a hint" : $"with {Figures.Count(hints, "hint", "hints")}";
}

/// <summary>One thing that the run must show.</summary>
/// <param name="Wanted">What, in words.</param>
/// <param name="IsReached">Whether it does; null while the run is under way.</param>
public sealed record GoalLine(string Wanted, bool? IsReached);

/// <summary>Signs beside a puzzle; each has a colour and a shape.</summary>
public enum PuzzleMood
{
    /// <summary>The run is under way, or has not begun.</summary>
    Open,

    /// <summary>The run is over, and the goal is not reached.</summary>
    NotReached,

    /// <summary>The goal is reached, or it was said rightly that no order reaches it.</summary>
    Solved,
}
