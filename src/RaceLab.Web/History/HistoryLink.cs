using System.Globalization;
using System.Text.Json;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>What is looked for in the history, as the query of its address.</summary>
/// <param name="Words">As typed; null: nothing.</param>
/// <param name="Verdict">Only races that came out like this; null: everything.</param>
/// <param name="From">The first day; null: from the beginning.</param>
/// <param name="To">The last day; null: until now.</param>
/// <param name="Before">Only what is older than this place; null: from the newest on.</param>
/// <param name="Refusals">What the address says and nobody understands, in sentences.</param>
public sealed record HistoryLink(string? Words, HistoryVerdict? Verdict, DateOnly? From, DateOnly? To, HistoryPlace? Before, IReadOnlyList<string> Refusals)
{
    private const string Day = "yyyy-MM-dd";

    /// <summary>Whether anything narrows the list.</summary>
    public bool IsSearch => Words is not null || Verdict is not null || From is not null || To is not null;

    /// <summary>The first page of the same.</summary>
    public HistoryLink Newest => this with { Before = null };

    /// <summary>A verdict as addresses have it.</summary>
    public static string WordFor(HistoryVerdict verdict) => JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString());

    /// <summary>A day as addresses and date fields have it; null for none.</summary>
    public static string? TextOf(DateOnly? day) => day?.ToString(Day, CultureInfo.InvariantCulture);

    /// <summary>What somebody typed and chose, from the newest on.</summary>
    public static HistoryLink Of(string? words, string? verdict, DateOnly? from, DateOnly? to) =>
        new(string.IsNullOrWhiteSpace(words) ? null : words.Trim(), VerdictOf(verdict ?? ""), from, to, null, []);

    /// <summary>Reads a query. Never fails: what it does not understand is named and left out.</summary>
    public static HistoryLink Parse(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var link = new HistoryLink(null, null, null, null, null, []);
        var refusals = new List<string>();
        foreach (var (name, value) in LinkQuery.Read(query).Where(q => q.Value.Length > 0).DistinctBy(q => q.Name))
        {
            switch (name)
            {
                case "q": link = link with { Words = string.IsNullOrWhiteSpace(value) ? null : value.Trim() }; break;
                case "verdict" when VerdictOf(value) is { } verdict: link = link with { Verdict = verdict }; break;
                case "from" when DayOf(value) is { } day: link = link with { From = day }; break;
                case "to" when DayOf(value) is { } day: link = link with { To = day }; break;
                case "before" when HistoryPlace.Parse(value) is { } place: link = link with { Before = place }; break;
                default: refusals.Add($"The link says {LinkQuery.Cut(name)}={LinkQuery.Cut(value)}, which this page does not know; it was left out."); break;
            }
        }

        return link with { Refusals = refusals };
    }

    /// <summary>What is asked of the archive. Days are those of UTC, as on the page.</summary>
    public HistoryQuery QueryFor(string owner, Catalogue catalogue) => new()
    {
        Owner = owner,
        Words = HistoryWord.Read(Words, catalogue),
        Verdict = Verdict,
        From = From is { } from ? StartOf(from) : null,
        Until = To is { } to && to < DateOnly.MaxValue ? StartOf(to.AddDays(1)) : null,
        After = Before,
    };

    /// <summary>The address.</summary>
    public override string ToString() => "/history" + LinkQuery.Write(
        ("q", Words),
        ("verdict", Verdict is { } verdict ? WordFor(verdict) : null),
        ("from", TextOf(From)),
        ("to", TextOf(To)),
        ("before", Before?.ToString()));

    private static HistoryVerdict? VerdictOf(string word) =>
        Enum.GetValues<HistoryVerdict>().Cast<HistoryVerdict?>().FirstOrDefault(v => WordFor(v!.Value) == word);

    private static DateOnly? DayOf(string text) => DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
