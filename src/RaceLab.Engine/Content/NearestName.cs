namespace RaceLab.Engine.Content;

/// <summary>Finds the name that somebody most likely meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest letters to change, or null where none is near.</summary>
    public static string? To(string written, IEnumerable<string> known)
    {
        var best = known.Select(name => (name, distance: Distance(written.ToLowerInvariant(), name.ToLowerInvariant()))).OrderBy(n => n.distance).FirstOrDefault();
        return best.name is not null && best.distance <= Math.Max(2, best.name.Length / 3) ? best.name : null;
    }

    /// <summary>A hint to put behind a refusal: the nearest name, or else all of them.</summary>
    public static string Hint(string written, IReadOnlyCollection<string> known) =>
        To(written, known) is { } near ? $"did you mean '{near}'?" : $"known are {string.Join(", ", known)}";

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
