using System.Text.RegularExpressions;

namespace RaceLab.Web.Search;

/// <summary>Texts as a search reads them.</summary>
public static partial class SearchText
{
    private const int LongestExtract = 220;

    /// <summary>The words of a text, in lower case: letters and digits. What is written with hyphens or underscores is found by its parts.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => m.Value.ToLowerInvariant());

    /// <summary>Markdown without its marks, on one line and not too long.</summary>
    public static string Plain(string markdown)
    {
        var plain = Blank().Replace(Mark().Replace(Link().Replace(markdown, "$1"), ""), " ").Trim();
        return plain.Length <= LongestExtract ? plain : plain[..plain.LastIndexOf(' ', LongestExtract)] + " …";
    }

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[*`]|(?m:^[#>|-]+ )")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
