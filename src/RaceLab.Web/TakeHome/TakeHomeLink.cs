using RaceLab.Engine.TakeHome;
using RaceLab.Web.Races;

namespace RaceLab.Web.TakeHome;

/// <summary>The address of a strategy's code: <c>/take-home/sign-up/upsert?language=python</c>.</summary>
public static class TakeHomeLink
{
    /// <summary>The page of a strategy; null where it is not known which one.</summary>
    /// <param name="scenario">The scenario's id.</param>
    /// <param name="strategy">The strategy's id.</param>
    /// <param name="language">Which language is shown; null: the first.</param>
    public static string? To(string? scenario, string? strategy, TakeHomeLanguage? language = null) => scenario is null || strategy is null
        ? null
        : $"/take-home/{Uri.EscapeDataString(scenario)}/{Uri.EscapeDataString(strategy)}"
            + LinkQuery.Write(("language", language is { } shown ? TakeHomeLanguages.WordOf(shown) : null));

    /// <summary>The language that an address asks for, or the first with what is wrong with the word.</summary>
    public static (TakeHomeLanguage Language, string? Problem) Read(string? word)
    {
        if (word is null) return (TakeHomeLanguage.CSharp, null);
        return TakeHomeLanguages.ByWord.TryGetValue(word, out var language)
            ? (language, null)
            : (TakeHomeLanguage.CSharp, $"The link says language={LinkQuery.Cut(word)}, which is none of {string.Join(", ", TakeHomeLanguages.ByWord.Keys)}; it is csharp.");
    }
}
