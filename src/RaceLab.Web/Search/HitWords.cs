namespace RaceLab.Web.Search;

/// <summary>What a search says.</summary>
public static class HitWords
{
    /// <summary>What kind of page a hit is, in a word or two.</summary>
    public static string KindOf(Hit hit) => (hit.Kind, hit.Of) switch
    {
        (HitKind.SqlState, _) => "SQLSTATE",
        (HitKind.Strategy, { } scenario) => $"strategy of “{scenario}”",
        (HitKind.Puzzle, { } scenario) => $"puzzle in “{scenario}”",
        (var kind, _) => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>How many were found.</summary>
    public static string CountOf(string? query, int hits) => (string.IsNullOrWhiteSpace(query), hits) switch
    {
        (true, _) => "Type a SQLSTATE, a word out of an error message, or what you want to do.",
        (_, 0) => "Nothing has all of these words. Try fewer of them, or the beginning of one.",
        (_, 1) => "1 page",
        (_, LabSearch.MostHits) => $"the best {LabSearch.MostHits} pages",
        _ => $"{hits} pages",
    };
}
