using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>A row of the table that breaks an invariant.</summary>
/// <param name="Cells">In the order of the columns; null for NULL.</param>
/// <param name="StartsKey">Whether it is the first of its key, so that the rows of one key are seen as belonging together.</param>
public sealed record OffendingRow(IReadOnlyList<string?> Cells, bool StartsKey)
{
    /// <summary>
    /// What stands above the rows. Where each creation makes one row, it is the rows that break the rule; elsewhere it may be something that is missing, or what a caller was
    /// told, and they only show how the keys stand.
    /// </summary>
    public static string HeadingOf(InvariantResult invariant)
    {
        ArgumentNullException.ThrowIfNull(invariant);
        return invariant.Live is null ? $"What the table holds where “{invariant.Title}” does not hold" : $"Rows that break “{invariant.Title}”";
    }

    /// <summary>The rows, marked where a new key begins.</summary>
    public static IReadOnlyList<OffendingRow> Of(OffendingRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var key = rows.Columns.ToList().IndexOf("key");
        string? last = null;
        return rows.Rows.Select((cells, i) =>
        {
            var starts = key >= 0 && (i == 0 || cells[key] != last);
            last = key >= 0 ? cells[key] : null;
            return new OffendingRow(cells, starts);
        }).ToList();
    }
}
