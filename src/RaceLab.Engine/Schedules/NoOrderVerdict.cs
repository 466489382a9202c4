using System.Numerics;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Schedules;

/// <summary>What an exploration says to "there is no order that reaches this goal".</summary>
/// <param name="Ruling">Whether it is so.</param>
/// <param name="Orders">How many orders were tried, all in all.</param>
/// <param name="Runs">How many executed schedules stand for them.</param>
/// <param name="Witness">Where there is such an order, the shortest that was found; otherwise empty.</param>
/// <param name="Reason">Where nothing is known, why not, in a sentence; otherwise null.</param>
public sealed record NoOrderVerdict(NoOrderRuling Ruling, BigInteger Orders, int Runs, IReadOnlyList<ScheduledStep> Witness, string? Reason)
{
    /// <summary>Decides from an exploration of the puzzle's strategy with as many sessions as the puzzle has.</summary>
    public static NoOrderVerdict Of(PuzzleGoal goal, Exploration explored)
    {
        var orders = explored.Orders - explored.Infeasible;
        var known = explored.Outcomes.Where(o => !MayBeCut(o, explored)).ToList();
        if (known.Where(o => PuzzleVerdict.Of(goal, Ending.Of(o)).IsReached).MinBy(o => o.Witness.Count) is { } reached)
            return new NoOrderVerdict(NoOrderRuling.Refuted, orders, explored.Runs, reached.Witness, null);
        var reason = !explored.IsComplete ? $"There are more orders than the lab tries: it gave up after {explored.Runs} runs."
            : known.Count < explored.Outcomes.Count ? $"In some orders a session tried again more than {explored.RetriesAtMost} times, which is as far as the lab follows it."
            : null;
        return new NoOrderVerdict(reason is null ? NoOrderRuling.Proven : NoOrderRuling.Open, orders, explored.Runs, [], reason);
    }

    /// <summary>
    /// Exploring follows fewer retries than playing does. An attempt that was given up for that had one rejected statement for each retry and one more, so
    /// an end with fewer rejections was not cut short.
    /// </summary>
    private static bool MayBeCut(ExploredOutcome outcome, Exploration explored) => explored.RetriesCut && outcome.SqlStates.Count > explored.RetriesAtMost;
}

/// <summary>What is known of "there is no such order".</summary>
public enum NoOrderRuling
{
    /// <summary>Every order was tried, and none reaches the goal.</summary>
    Proven,

    /// <summary>There is one.</summary>
    Refuted,

    /// <summary>None was found, but not everything was tried.</summary>
    Open,
}
