using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>What callers were told against what the table holds, in words.</summary>
/// <param name="Balanced">Whether nothing is missing, nothing is too much, and the live count agrees with the table.</param>
/// <param name="Headline">In a few words.</param>
/// <param name="Remarks">What does not agree, or needs explaining.</param>
public sealed record Books(bool Balanced, string Headline, IReadOnlyList<string> Remarks)
{
    /// <summary>Puts the reconciliation of a result into words; null where the table could not be asked.</summary>
    public static Books? Of(RaceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Reconciliation is not { } books) return null;
        var remarks = new List<string>();
        if (books.Missing > 0)
            remarks.Add($"{Figures.Count(books.Missing, "caller was", "callers were")} told “created”, and the row is not there.");
        if (books.Unacknowledged > 0)
            remarks.Add($"{Figures.Count(books.Unacknowledged, "row is", "rows are")} there that nobody was told of.");
        var disagreements = result.Invariants.Where(i => i.Live is { } live && live != i.Excess).ToList();
        remarks.AddRange(disagreements.Select(i =>
            $"While the race ran, {i.Name} were counted as {Figures.Count(i.Live!.Value)} from the answers; the table says {Figures.Count(i.Excess)}. The table is right."
            + (books.Unknown > 0 ? " Answers that were lost can explain it." : "")));
        if (books.Unknown > 0)
            remarks.Add($"{Figures.Count(books.Unknown, "answer was", "answers were")} lost on the way; behind {Figures.Count(books.UnknownWithRow)} of them there is a row.");
        var balanced = books.Holds && disagreements.Count == 0;
        if (balanced && books.Unknown == 0 && books.Rows == 0)
            remarks.Add("Nobody was told “created”, and nobody made a row.");
        else if (balanced && books.Unknown == 0)
            remarks.Add("Every caller who was told “created” has a row, and every row has such a caller.");
        return new Books(balanced, balanced ? "The books balance" : "The books do not balance", remarks);
    }
}
