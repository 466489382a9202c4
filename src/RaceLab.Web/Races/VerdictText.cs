using RaceLab.Engine.Content;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>What came out of a race, in words for somebody who sees their first one.</summary>
/// <param name="Mood">Which sign stands beside it.</param>
/// <param name="Headline">A few words.</param>
/// <param name="Sentences">What happened, in order.</param>
public sealed record VerdictText(VerdictMood Mood, string Headline, IReadOnlyList<string> Sentences)
{
    /// <summary>Puts a result into words.</summary>
    public static VerdictText Of(RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var sentences = new List<string>();
        if (result.End is RaceEnd.Interrupted or RaceEnd.Refused)
        {
            sentences.Add(result.Problem ?? "The lab does not say why.");
            if (result.End == RaceEnd.Interrupted)
                sentences.Add($"{Figures.Count(result.Attempts.Total, "attempt", "attempts")} had ended by then. The table could not be asked, so nothing can be said about it.");
            return new VerdictText(
                VerdictMood.None, result.End == RaceEnd.Interrupted ? "Interrupted: no verdict" : "The race did not start", sentences);
        }

        var (mood, headline) = Overall(result.Invariants);
        if (result.End == RaceEnd.Stopped)
            sentences.Add(result.Problem ?? "It was stopped; the verdict is about the attempts that ran until then.");
        sentences.AddRange(result.Invariants.Select(i => About(i, result)));
        if (result.End == RaceEnd.Finished && result.Problem is { } remark) sentences.Add(remark);
        return new VerdictText(mood, headline, sentences);
    }

    /// <summary>The sentence about one invariant.</summary>
    public static string About(InvariantResult invariant, RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(invariant);
        ArgumentNullException.ThrowIfNull(result);
        var title = $"“{invariant.Title}”";
        return (invariant.Verdict, invariant.Promise) switch
        {
            (Verdict.NotShown, _) =>
                $"{Sentence(title)} held in this race, which proves nothing: the flaw is there, and this time nobody ran into it. Add workers, lengthen the pause or take fewer keys, and run again.",
            (Verdict.Broken, _) =>
                $"This strategy promises {title}, and {Violated(invariant)}. A sound strategy never does that: the strategy’s text or this lab is wrong. Please report it.",
            (_, Promise.Some) =>
                $"{Sentence(title)} does not hold: {Violated(invariant)}. That is this strategy’s flaw, and this race has shown it.",
            _ => $"{Sentence(title)} holds for every key, after {Figures.Count(result.Attempts.Total, "attempt", "attempts")}{Left(result)}.",
        };
    }

    private static (VerdictMood Mood, string Headline) Overall(IReadOnlyList<InvariantResult> invariants)
    {
        if (invariants.Count == 0) return (VerdictMood.None, "No verdict");
        if (invariants.FirstOrDefault(i => i.Verdict == Verdict.Broken) is { } broken)
            return (VerdictMood.Broken, $"A promise was broken: {broken.Name}");
        if (invariants.FirstOrDefault(i => i.Verdict == Verdict.Kept && i.Promise == Promise.Some) is { } shown)
            return (VerdictMood.Shown, $"The flaw showed: {shown.Name}");
        if (invariants.FirstOrDefault(i => i.Verdict == Verdict.NotShown) is { } notShown)
            return (VerdictMood.NotShown, $"No {notShown.Name} this time");
        return (VerdictMood.Kept, $"No {string.Join(", no ", invariants.Select(i => i.Name))}");
    }

    /// <summary>Where answers are counted live, the excess is a number of rows; elsewhere only the invariant's query knows what it is.</summary>
    private static string Violated(InvariantResult invariant)
    {
        var excess = invariant.Live is null
            ? $"{Figures.Count(invariant.Excess, "time", "times")} in all"
            : $"{Figures.Count(invariant.Excess, "row", "rows")} too many in all";
        return $"{Figures.Count(invariant.Violations, "key breaks", "keys break")} it, {excess}";
    }

    private static string Left(RaceResult result) =>
        result.Reconciliation is { Rows: > 0 } books ? $" that left {Figures.Count(books.Rows, "row", "rows")}" : "";

    private static string Sentence(string title) => title.Length > 1 ? $"{title[0]}{char.ToUpperInvariant(title[1])}{title[2..]}" : title;
}

/// <summary>Signs beside a verdict; each has a colour and a shape.</summary>
public enum VerdictMood
{
    /// <summary>There is no verdict.</summary>
    None,

    /// <summary>Everything holds, as promised.</summary>
    Kept,

    /// <summary>The flaw that was promised showed.</summary>
    Shown,

    /// <summary>The flaw that was promised did not show.</summary>
    NotShown,

    /// <summary>A promise was broken.</summary>
    Broken,
}
