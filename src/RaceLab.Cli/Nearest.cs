namespace RaceLab.Cli;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest edits to <paramref name="written"/>, or null where all are too far off to be meant.</summary>
    public static string? To(string written, IEnumerable<string> candidates)
    {
        var best = candidates.Select(c => (Name: c, Edits: Edits(written.ToUpperInvariant(), c.ToUpperInvariant()))).OrderBy(c => c.Edits).FirstOrDefault();
        return best.Name is not null && best.Edits <= Math.Max(2, written.Length / 2) ? best.Name : null;
    }

    // Levenshtein's distance, one row of the table at a time.
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
