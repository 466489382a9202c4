namespace RaceLab.Web.Races;

/// <summary>The query of an address, as every page reads and writes it.</summary>
internal static class LinkQuery
{
    private const int Longest = 32;

    /// <summary>How large everything is drawn, which size.js reads: no page's business.</summary>
    private const string Size = "size";

    /// <summary>The names and values of a query, with or without its question mark. Never fails.</summary>
    public static IEnumerable<(string Name, string Value)> Read(string query) =>
        from part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        let at = part.IndexOf('=', StringComparison.Ordinal)
        let pair = at < 0 ? (Name: Decode(part), Value: "") : (Name: Decode(part[..at]), Value: Decode(part[(at + 1)..]))
        where pair.Name != Size
        select pair;

    /// <summary>A query with its question mark; what has no value is left out.</summary>
    public static string Write(params IEnumerable<(string Name, string? Value)> pairs)
    {
        var written = pairs.Where(p => p.Value is not null).Select(p => $"{p.Name}={Encode(p.Value!)}").ToList();
        return written.Count == 0 ? "" : "?" + string.Join('&', written);
    }

    /// <summary>A stranger's text, short enough for a sentence.</summary>
    public static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    /// <summary>A comma means nothing in a query, and a schedule is easier to read with it.</summary>
    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%2C", ",", StringComparison.Ordinal);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
