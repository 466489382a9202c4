using RaceLab.Engine.Content;

namespace RaceLab.Web.Search;

/// <summary>
/// Finds scenarios, strategies, puzzles, articles, questions and guides. Every word of what is asked must occur in a page, whole or as the beginning of a word;
/// a page counts for more the more prominent the place is, and the same words in the title for more than anywhere else.
/// </summary>
public sealed class LabSearch
{
    /// <summary>The most hits that are shown.</summary>
    public const int MostHits = 40;

    /// <summary>What is asked beyond this many characters is left out.</summary>
    public const int LongestQuery = 200;

    private const int TitleWeight = 12;
    private const int NameWeight = 20;
    private const int SummaryWeight = 4;
    private const int TextWeight = 1;

    private readonly List<Page> _pages;

    private LabSearch(List<Page> pages) => _pages = pages;

    /// <summary>Reads what there is now.</summary>
    public static LabSearch In(Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var pages = new List<Page>();
        foreach (var scenario in catalogue.Scenarios)
        {
            pages.Add(new Page(new(HitKind.Scenario, scenario.Title, $"/scenarios/{scenario.Id}", scenario.Summary, null), scenario.Id, scenario.Text));
            pages.AddRange(scenario.Strategies.Select(s => new Page(
                new(HitKind.Strategy, s.Title, $"/scenarios/{scenario.Id}#{s.Id}", s.Summary, scenario.Title), s.Id, $"{s.Text} {s.Setup} {string.Join(' ', s.Program.Steps.Select(step => step.Sql?.Written))}")));
            pages.AddRange(scenario.Puzzles.Select(p => new Page(new(HitKind.Puzzle, p.Title, $"/step?scenario={scenario.Id}&puzzle={p.Id}", p.Text, scenario.Title), p.Id, "")));
        }

        pages.AddRange(catalogue.Articles.Select(a => new Page(
            new(HitKind.SqlState, $"{a.SqlState} {a.Condition}", $"/reference/{a.SqlState}", $"{a.Title}. {a.Summary}", null), $"{a.SqlState} {a.Condition}", a.Text)));
        pages.AddRange(catalogue.Questions.Select(q => new Page(new(HitKind.Question, q.Title, $"/reference#{q.Id}", q.Text, null), "", string.Join(' ', q.Proofs.Select(p => p.Says)))));
        pages.AddRange(catalogue.Guides.Select(g => new Page(new(HitKind.Guide, g.Title, $"/guides/{g.Id}", g.Summary, null), g.Id, g.Text)));
        return new LabSearch(pages);
    }

    /// <summary>What is found, the best first; nothing where nothing is asked.</summary>
    public IReadOnlyList<Hit> Find(string? query)
    {
        var words = SearchText.Words((query ?? "")[..Math.Min(query?.Length ?? 0, LongestQuery)]).Distinct().ToList();
        if (words.Count == 0) return [];
        return
        [
            .. _pages
                .Select(page => (page, score: page.Score(words)))
                .Where(p => p.score > 0)
                .OrderByDescending(p => p.score)
                .ThenBy(p => p.page.Hit.Kind)
                .ThenBy(p => p.page.Hit.Title, StringComparer.Ordinal)
                .Take(MostHits)
                .Select(p => p.page.Hit with { Summary = SearchText.Plain(p.page.Hit.Summary) }),
        ];
    }

    private sealed class Page(Hit hit, string name, string text)
    {
        private readonly (HashSet<string> Words, int Weight)[] _parts =
        [
            ([.. SearchText.Words(name)], NameWeight),
            ([.. SearchText.Words(hit.Title)], TitleWeight),
            ([.. SearchText.Words($"{hit.Summary} {hit.Of}")], SummaryWeight),
            ([.. SearchText.Words(text)], TextWeight),
        ];

        public Hit Hit { get; } = hit;

        /// <summary>The sum over the words, or 0 where one of them does not occur.</summary>
        public int Score(List<string> words)
        {
            var sum = 0;
            foreach (var word in words)
            {
                var score = _parts.Sum(p => p.Words.Contains(word) ? 2 * p.Weight : p.Words.Any(w => w.StartsWith(word, StringComparison.Ordinal)) ? p.Weight : 0);
                if (score == 0) return 0;
                sum += score;
            }

            return sum;
        }
    }
}

/// <summary>A page that was found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Title">Its title.</param>
/// <param name="Address">From the slash on.</param>
/// <param name="Summary">A sentence or two.</param>
/// <param name="Of">The scenario that it is part of; null: none.</param>
public sealed record Hit(HitKind Kind, string Title, string Address, string Summary, string? Of);

/// <summary>Kinds of pages; of equals, the earlier is shown first.</summary>
public enum HitKind
{
    /// <summary>An article on a SQLSTATE.</summary>
    SqlState,

    /// <summary>A question.</summary>
    Question,

    /// <summary>A scenario.</summary>
    Scenario,

    /// <summary>A strategy of one.</summary>
    Strategy,

    /// <summary>A guide.</summary>
    Guide,

    /// <summary>A puzzle.</summary>
    Puzzle,
}
