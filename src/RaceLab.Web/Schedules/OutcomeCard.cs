using RaceLab.Engine.Schedules;
using RaceLab.Engine.Words;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>One way in which orders end, in words.</summary>
/// <param name="Letter">How the page calls it.</param>
/// <param name="IsViolation">Whether an invariant is violated.</param>
/// <param name="Title">Rows: "Two rows"; where all orders end with as many, what callers were told, or what is broken: "Failed, updated".</param>
/// <param name="Brief">What tells it from the others, in a few words: "one row, with waiting".</param>
/// <param name="Breaks">The invariants that it violates.</param>
/// <param name="Told">What the callers were told, each once for each caller.</param>
/// <param name="Rejections">Rejected statements: "40001 serialization_failure", with how often.</param>
/// <param name="Waits">Whether somebody had to wait.</param>
/// <param name="Orders">"4 orders".</param>
/// <param name="Percent">Its part of all orders that were tried, 0 to 100.</param>
/// <param name="Runs">"2 runs on the server".</param>
/// <param name="Shortest">The shortest schedule that ends so.</param>
/// <param name="Steps">"4 statements".</param>
/// <param name="Link">To the stepper, with that schedule.</param>
public sealed record OutcomeCard(
    string Letter,
    bool IsViolation,
    string Title,
    string Brief,
    IReadOnlyList<string> Breaks,
    IReadOnlyList<string> Told,
    IReadOnlyList<string> Rejections,
    bool Waits,
    string Orders,
    double Percent,
    string Runs,
    ScheduleStrip Shortest,
    string Steps,
    string Link)
{
    /// <summary>The cards of an exploration, in its order.</summary>
    public static IReadOnlyList<OutcomeCard> Of(Exploration explored, Listing listing)
    {
        ArgumentNullException.ThrowIfNull(explored);
        var tried = ExplorationWords.Tried(explored);
        var telling = Telling(explored);
        return [.. explored.Outcomes.Select((outcome, index) => new OutcomeCard(
            OutcomeLetter.Of(index),
            outcome.IsViolation,
            Sentence(telling(outcome)),
            BriefOf(explored, outcome),
            [.. explored.Invariants.Where(i => outcome.Violations.GetValueOrDefault(i.Name) > 0).Select(i => i.Title)],
            outcome.Told,
            [.. outcome.SqlStates.GroupBy(s => s).Select(g => Rejection(g.Key, g.Count()))],
            outcome.Waits,
            Figures.Count(outcome.Orders, "order", "orders"),
            OrderShare.PercentOf(outcome.Orders, tried),
            Figures.Count(outcome.Runs, "run on the server", "runs on the server"),
            StripOf(explored, outcome, index, listing),
            Figures.Count(outcome.Witness.Count, "statement", "statements"),
            StepLink.To(explored.Scenario, explored.Strategy, explored.Sessions, outcome.Witness)))];
    }

    /// <summary>What tells an outcome from others, in a few words.</summary>
    public static string BriefOf(Exploration explored, ExploredOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(explored);
        ArgumentNullException.ThrowIfNull(outcome);
        var brief = outcome.SqlStates.GroupBy(s => s).Select(g => g.Count() == 1 ? g.Key : $"{g.Key} ×{g.Count()}").Prepend(Telling(explored)(outcome));
        return string.Join(", ", outcome.Waits ? brief.Append("with waiting") : brief);
    }

    /// <summary>
    /// What tells outcomes from one another: how many rows they end with, else what callers were told, else what they break. Where none of these does, the rows.
    /// </summary>
    private static Func<ExploredOutcome, string> Telling(Exploration explored)
    {
        Func<ExploredOutcome, string>[] words = [RowsOf, ToldIn, BrokenIn];
        return words.FirstOrDefault(w => explored.Outcomes.Select(w).Distinct().Skip(1).Any()) ?? RowsOf;
    }

    private static string ToldIn(ExploredOutcome outcome) =>
        string.Join(", ", outcome.Told.GroupBy(t => t).Select(g => g.Count() == 1 ? g.Key : $"{Figures.Word(g.Count())} times {g.Key}"));

    private static string BrokenIn(ExploredOutcome outcome) =>
        outcome.IsViolation ? string.Join(", ", outcome.Violations.Where(v => v.Value > 0).Select(v => v.Key)) : "nothing is broken";

    private static string RowsOf(ExploredOutcome outcome) => $"{Figures.Word(outcome.Rows)} {(outcome.Rows == 1 ? "row" : "rows")}";

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Rejection(string sqlState, int count) =>
        $"{sqlState} {SqlStates.NameOf(sqlState)}".TrimEnd() + (count == 1 ? "" : $", {Figures.Word(count)} times");

    /// <summary>With its waits, where the exploration has kept the schedule itself.</summary>
    private static ScheduleStrip StripOf(Exploration explored, ExploredOutcome outcome, int index, Listing listing)
    {
        var kept = explored.Schedules.FirstOrDefault(s => s.Outcome == index && s.Entries.Select(e => e.Step).SequenceEqual(outcome.Witness));
        return kept is null
            ? ScheduleStrip.Of(outcome.Witness, listing, explored.Sessions)
            : ScheduleStrip.Of(kept.Entries, listing, explored.Sessions);
    }
}
