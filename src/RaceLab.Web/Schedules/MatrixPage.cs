using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Schedules;

/// <summary>A part of the matrix: executed schedules, sorted by outcome, then those first that stand for most orders.</summary>
/// <param name="Rows">What is shown.</param>
/// <param name="Number">Which part it is, from 1.</param>
/// <param name="Pages">How many parts there are, at least 1.</param>
/// <param name="Shown">What is shown of how many, in a sentence.</param>
public sealed record MatrixPage(IReadOnlyList<MatrixRow> Rows, int Number, int Pages, string Shown)
{
    /// <summary>The most rows that are shown at once.</summary>
    public const int Size = 30;

    private const int Wide = 10;

    /// <summary>Whether the strips are short enough for something to stand beside them.</summary>
    public bool IsNarrow => Rows.All(r => r.Strip.Cells.Count <= Wide);

    /// <summary>Takes a part of an exploration's schedules.</summary>
    /// <param name="explored">Whose schedules.</param>
    /// <param name="listing">The steps' marks.</param>
    /// <param name="outcome">The index of the outcome to show; null: all.</param>
    /// <param name="number">The part that is wanted, from 1; the last one where there are fewer.</param>
    public static MatrixPage Of(Exploration explored, Listing listing, int? outcome, int number)
    {
        ArgumentNullException.ThrowIfNull(explored);
        var schedules = explored.Schedules
            .Where(s => outcome is null || s.Outcome == outcome)
            .OrderBy(s => s.Outcome).ThenByDescending(s => s.Orders).ThenBy(s => s.Entries.Count)
            .ToList();
        var pages = Math.Max(1, (schedules.Count + Size - 1) / Size);
        var page = Math.Clamp(number, 1, pages);
        var from = (page - 1) * Size;
        var rows = schedules.Skip(from).Take(Size).Select((s, i) => MatrixRow.Of(s, i > 0 && schedules[from + i - 1].Outcome != s.Outcome, explored, listing)).ToList();
        return new MatrixPage(rows, page, pages, ShownOf(explored, outcome, from, rows.Count, schedules.Count));
    }

    private static string ShownOf(Exploration explored, int? outcome, int from, int rows, int all)
    {
        var of = outcome is { } only ? $" with outcome {OutcomeLetter.Of(only)}" : "";
        var shown = rows == 0 ? $"None of the kept schedules{of}."
            : rows == all ? $"{(all == 1 ? "The one schedule" : $"All {Figures.Count(all)} schedules")}{of}."
            : $"Schedules {Figures.Count(from + 1)} to {Figures.Count(from + rows)} of {Figures.Count(all)}{of}.";
        return explored.Schedules.Count < explored.Runs
            ? $"{shown} Of {Figures.Count(explored.Runs)} runs the first {Figures.Count(explored.Schedules.Count)} are kept one by one; the sums above are about all."
            : shown;
    }
}

/// <summary>A row of the matrix.</summary>
/// <param name="Letter">Its outcome.</param>
/// <param name="IsViolation">Whether that violates an invariant.</param>
/// <param name="StartsGroup">Whether the row above it ends otherwise.</param>
/// <param name="Strip">The schedule.</param>
/// <param name="Orders">For how many orders it stands.</param>
/// <param name="Words">All of it, for those who do not see it.</param>
/// <param name="Link">To the stepper.</param>
public sealed record MatrixRow(string Letter, bool IsViolation, bool StartsGroup, ScheduleStrip Strip, string Orders, string Words, string Link)
{
    internal static MatrixRow Of(ExploredSchedule schedule, bool startsGroup, Exploration explored, Listing listing)
    {
        var strip = ScheduleStrip.Of(schedule.Entries, listing, explored.Sessions);
        var letter = OutcomeLetter.Of(schedule.Outcome);
        return new MatrixRow(
            letter,
            explored.Outcomes[schedule.Outcome].IsViolation,
            startsGroup,
            strip,
            Figures.Count(schedule.Orders),
            $"Outcome {letter}, stands for {Figures.Count(schedule.Orders, "order", "orders")}: {strip.Words}",
            StepLink.To(explored.Scenario, explored.Strategy, explored.Sessions, schedule.Entries.Select(e => e.Step)));
    }
}
