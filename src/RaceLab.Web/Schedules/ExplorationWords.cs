using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Words;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>What came out of an exploration, what it proves and what it does not, for somebody who sees their first one.</summary>
public static class ExplorationWords
{
    private const int MostRowCounts = 3;

    /// <summary>Orders that can happen, as far as they were tried.</summary>
    public static BigInteger Tried(Exploration explored)
    {
        ArgumentNullException.ThrowIfNull(explored);
        return explored.Outcomes.Aggregate(BigInteger.Zero, (sum, o) => sum + o.Orders);
    }

    /// <summary>Orders that break an invariant.</summary>
    public static BigInteger Breaking(Exploration explored)
    {
        ArgumentNullException.ThrowIfNull(explored);
        return explored.Outcomes.Where(o => o.IsViolation).Aggregate(BigInteger.Zero, (sum, o) => sum + o.Orders);
    }

    /// <summary>What stands below the big number of orders that break something: "of 6 orders end with two rows".</summary>
    public static string BelowTheNumber(Exploration explored) => $"of {Subject(explored)} {Ending(explored, broken: true, Breaking(explored).IsOne)}";

    /// <summary>The headline, in exact numbers, and what is to be said about them.</summary>
    /// <param name="explored">What was found.</param>
    /// <param name="countsRetries">Whether turns of blocks that were run again are among those whose orders were counted (<see cref="OrderBound.CountsRetries"/>).</param>
    public static VerdictText VerdictOf(Exploration explored, bool countsRetries = false)
    {
        ArgumentNullException.ThrowIfNull(explored);
        var sentences = explored.Invariants.Select(i => About(i, explored)).ToList();
        if (!explored.IsComplete)
        {
            sentences.Insert(0, $"Not every order was tried: after {Figures.Count(explored.Runs, "run", "runs")} the lab stopped, as it always does then. The numbers are about the orders that were tried.");
        }
        else if (explored.Infeasible > 0)
        {
            sentences.Add($"On paper there are {Figures.Count(explored.Orders)} orders. Waiting makes {Figures.Count(explored.Infeasible)} of them impossible: a session whose turn it is would still be waiting for a lock.");
        }
        else
        {
            sentences.Add("Waiting makes no order impossible here.");
        }

        if (countsRetries)
        {
            sentences.Add(
                $"The count includes the turns of blocks that were run again after an error, up to {Figures.Count(explored.RetriesAtMost, "time", "times")} in each session: "
                + "the steps alone have far fewer orders.");
        }

        if (explored.InEveryOrder.Count > 0)
            sentences.Add($"It is not known of every step what it does, so that no order stands for another one here ({string.Join("; ", explored.InEveryOrder)}).");
        sentences.Add(
            $"{Figures.Count(explored.Runs, "run on the server stood", "runs on the server stood")} for all {Figures.Count(Tried(explored))}: "
            + $"orders that differ only in what nobody can notice were run once. It took {Figures.Time(TimeSpan.FromMilliseconds(Math.Round(explored.Elapsed.TotalMilliseconds)))} on {EngineWords.Name(explored.Engine)}.");
        return new VerdictText(Mood(explored), Headline(explored), sentences);
    }

    /// <summary>What is certain now.</summary>
    public static IReadOnlyList<string> Proved(Exploration explored)
    {
        ArgumentNullException.ThrowIfNull(explored);
        var postgres = $"PostgreSQL {explored.PostgresVersion}";
        return
        [
            .. explored.Invariants.Select(invariant => (invariant.Orders.IsZero, explored.IsComplete) switch
            {
                (false, _) => $"{Sessions(explored)} can break “{invariant.Title}” on this {postgres}. Luck decides only how often: the orders above do it every time.",
                (true, true) => $"No order of these statements of {Sessions(explored)} breaks “{invariant.Title}” on this {postgres}.",
                _ => $"Nothing about “{invariant.Title}”: no order that was tried breaks it, and one that was not tried may.",
            }).Select(Sentence),
            "Pauses do not matter: an order is an order, however long the sessions wait in between.",
        ];
    }

    /// <summary>What is not, though one may be tempted to think so.</summary>
    public static IReadOnlyList<string> NotProved(Exploration explored)
    {
        ArgumentNullException.ThrowIfNull(explored);
        return
        [
            $"What other numbers of sessions do. {(explored.Sessions == 2 ? "A third one may find a way that two have not: try three." : "A fourth one may find another way.")}",
            "What other programs do that write to the same tables. Here there is only this one.",
            NotTried.HalfDone,
            NotTried.SixthExecution,
            "What other versions and settings of PostgreSQL do, and what happens when something crashes elsewhere.",
            $"What more retries would bring: here a block is run again {Figures.Word(explored.RetriesAtMost)} {Plural.Noun(explored.RetriesAtMost, "time")} at most."
                + (explored.RetriesCut ? " That limit was met: some attempt was given up that in a race would have been tried again." : " That limit was not met."),
        ];
    }

    private static string Headline(Exploration explored)
    {
        var (tried, breaking) = (Tried(explored), Breaking(explored));
        if (breaking.IsZero) return $"{Subject(explored)}{(tried.IsOne ? ", and it" : ", all of them")} {Ending(explored, broken: false, tried.IsOne)}";
        if (breaking == tried) return $"{Subject(explored)}{(tried.IsOne ? ", and it" : ", all of them")} {Ending(explored, broken: true, tried.IsOne)}";
        return $"{Subject(explored)}, {Figures.Count(breaking)} of them {Ending(explored, broken: true, breaking.IsOne)}";
    }

    private static string Subject(Exploration explored)
    {
        var kind = !explored.IsComplete ? "tried " : explored.Infeasible > 0 ? "possible " : "";
        return Figures.Count(Tried(explored), $"{kind}order", $"{kind}orders");
    }

    /// <summary>How orders end: by the number of rows where that tells them from the others, else by the invariants.</summary>
    private static string Ending(Exploration explored, bool broken, bool one)
    {
        var rows = RowsOf(broken);
        var others = RowsOf(false);
        if (rows.Count is > 0 and <= MostRowCounts && (!broken || (others.Count > 0 && !rows.Intersect(others).Any())))
            return $"{(one ? "ends" : "end")} with {string.Join(" or ", rows.Select(Figures.Word))} {(rows is [1] ? "row" : "rows")}";
        var invariants = broken && explored.Invariants.Any(i => i.Orders > 0) ? explored.Invariants.Where(i => i.Orders > 0).ToList() : [.. explored.Invariants];
        var which = invariants is [var only] ? $"“{only.Title}”" : broken ? "what must hold" : "all that must hold";
        return $"{(broken ? "break" : "keep")}{(one ? "s" : "")} {which}";

        List<long> RowsOf(bool violating) => [.. explored.Outcomes.Where(o => o.IsViolation == violating).Select(o => o.Rows).Distinct().Order()];
    }

    private static VerdictMood Mood(Exploration explored) => explored.Invariants switch
    {
        var all when all.Any(i => i.Verdict == Verdict.Broken) => VerdictMood.Broken,
        var all when all.Any(i => i.Promise == Promise.Some && i.Orders > 0) => VerdictMood.Shown,
        _ when !explored.IsComplete => VerdictMood.None,
        var all when all.Any(i => i.Verdict == Verdict.NotShown) => VerdictMood.NotShown,
        _ => VerdictMood.Kept,
    };

    private static string About(ExploredInvariant invariant, Exploration explored) => (invariant.Orders.IsZero, invariant.Promise) switch
    {
        (false, Promise.Some) => $"{Orders(invariant)} “{invariant.Title}”. That is this strategy’s flaw, and below is every way into it.",
        (false, _) => $"{Orders(invariant)} “{invariant.Title}”, and this strategy promises that none does. The strategy’s text or this lab is wrong. Please report it.",
        (true, Promise.Some) => $"No order of {Sessions(explored)} that was tried breaks “{invariant.Title}”, though this strategy is known to: it may take more sessions.",
        _ => $"“{invariant.Title}” holds in every one of them, as the strategy promises.",
    };

    private static string Orders(ExploredInvariant invariant) => Figures.Count(invariant.Orders, "order breaks", "orders break");

    private static string Sessions(Exploration explored) => $"{Figures.Word(explored.Sessions)} sessions";

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
