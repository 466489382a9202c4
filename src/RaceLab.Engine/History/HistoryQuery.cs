using System.Globalization;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.History;

/// <summary>What somebody looks for among what is kept of theirs.</summary>
public sealed record HistoryQuery
{
    /// <summary>How many entries a page has.</summary>
    public const int PageSize = 25;

    /// <summary>The token of whoever asks: nobody is shown what belongs to others.</summary>
    public required string Owner { get; init; }

    /// <summary>All of these must be found.</summary>
    public IReadOnlyList<HistoryWord> Words { get; init; } = [];

    /// <summary>Only races that came out like this; null: all, studies included.</summary>
    public HistoryVerdict? Verdict { get; init; }

    /// <summary>Not before this moment; null: from the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this moment; null: until now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only what is older than this place; null: from the newest on.</summary>
    public HistoryPlace? After { get; init; }
}

/// <summary>A word that is looked for.</summary>
/// <param name="Text">Found where it occurs in the ids of scenario and strategy, in how it ended, in an SQLSTATE, a constraint, or the name of an invariant that was violated.</param>
/// <param name="Titled">Strategies as <c>scenario/strategy</c> in whose title, or whose scenario's title, it occurs.</param>
public sealed record HistoryWord(string Text, IReadOnlyList<string> Titled)
{
    /// <summary>What is asked beyond this many characters is left out.</summary>
    public const int LongestText = 200;

    private const int Most = 8;

    /// <summary>The words of a text, at most eight. Titles are those that content has now.</summary>
    public static IReadOnlyList<HistoryWord> Read(string? text, Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        text ??= "";
        return
        [
            .. text[..Math.Min(text.Length, LongestText)]
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Take(Most)
                .Select(word => new HistoryWord(word, [.. TitledWith(word, catalogue)])),
        ];
    }

    private static IEnumerable<string> TitledWith(string word, Catalogue catalogue) =>
        from scenario in catalogue.Scenarios
        from strategy in scenario.Strategies
        where $"{scenario.Title} {strategy.Title}".Contains(word, StringComparison.OrdinalIgnoreCase)
        select $"{scenario.Id}/{strategy.Id}";
}

/// <summary>A place between two entries: those after it are older.</summary>
/// <param name="CreatedAt">Of the entry before it.</param>
/// <param name="Id">Likewise.</param>
public sealed record HistoryPlace(DateTimeOffset CreatedAt, string Id)
{
    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is nothing like it.</summary>
    public static HistoryPlace? Parse(string? text)
    {
        if (text?.Split('~', 2) is not [var micros, { Length: > 0 } id]) return null;
        return long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var us) && us <= (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            ? new HistoryPlace(DateTimeOffset.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond), id)
            : null;
    }

    /// <summary>As an address writes it.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(CreatedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}~{Id}");
}

/// <summary>How a race came out, over all its invariants.</summary>
public enum HistoryVerdict
{
    /// <summary>The table could not be asked.</summary>
    None,

    /// <summary>Everything holds, as promised.</summary>
    Kept,

    /// <summary>A flaw that was promised showed.</summary>
    Shown,

    /// <summary>A flaw that was promised did not show.</summary>
    NotShown,

    /// <summary>A promise was broken.</summary>
    Broken,
}
