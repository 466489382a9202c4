using System.Text.RegularExpressions;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>Holds the texts of content to what every reader may expect of them.</summary>
public sealed partial class TextContractTests
{
    public static TheoryData<string, string> Strategies =>
        [.. TestContent.Scenarios.SelectMany(scenario => scenario.Strategies.Select(strategy => (scenario.Id, strategy.Id)))];

    /// <summary>A text says where the manual of PostgreSQL, of a driver or of Redis says the same.</summary>
    [Theory]
    [MemberData(nameof(Strategies))]
    public void Strategy_Text_LinksDocumentation(string scenarioId, string strategyId)
    {
        var strategy = TestContent.Scenarios.Single(s => s.Id == scenarioId).FindStrategy(strategyId)!;
        Assert.Matches(Documentation(), strategy.Text);
    }

    /// <summary>What a text links inside the lab is there.</summary>
    [Fact]
    public void Texts_LinksInsideTheLab_LeadSomewhere()
    {
        var pages = Pages().ToHashSet(StringComparer.Ordinal);
        var dead = from text in Texts()
                   from Match link in OwnLink().Matches(text.Text)
                   where !pages.Contains(link.Groups["to"].Value)
                   select $"{text.Where} links {link.Groups["to"].Value}";
        Assert.Empty(dead);
    }

    /// <summary>How long something takes, how often it happens and how many times faster it is, a race says; a number that somebody has written down was true on one machine on one day.</summary>
    [Fact]
    public void Texts_NumbersThatOnlyAMeasurementGives_StandInNone()
    {
        var written = from text in Texts()
                      from Match number in Measured().Matches(InlineCode().Replace(text.Text, ""))
                      select $"{text.Where} says '{number.Value}'";
        Assert.Empty(written);
    }

    private static IEnumerable<string> Pages()
    {
        yield return "/scenarios";
        yield return "/reference";
        yield return "/search";
        foreach (var scenario in TestContent.Scenarios)
        {
            yield return $"/scenarios/{scenario.Id}";
            foreach (var strategy in scenario.Strategies) yield return $"/scenarios/{scenario.Id}#{strategy.Id}";
        }

        foreach (var article in TestContent.Catalogue.Articles) yield return $"/reference/{article.SqlState}";
        foreach (var question in TestContent.Catalogue.Questions) yield return $"/reference#{question.Id}";
        foreach (var guide in TestContent.Catalogue.Guides) yield return $"/guides/{guide.Id}";
    }

    private static IEnumerable<(string Where, string Text)> Texts() =>
    [
        .. TestContent.Scenarios.Select(s => (s.Id, $"{s.Summary}\n{s.Text}")),
        .. TestContent.Scenarios.SelectMany(s => s.Strategies.Select(t => ($"{s.Id}/{t.Id}", $"{t.Summary}\n{t.Text}"))),
        .. TestContent.Catalogue.Articles.Select(a => (a.SqlState, a.Text)),
        .. TestContent.Catalogue.Questions.Select(q => (q.Id, q.Text)),
        .. TestContent.Catalogue.Guides.Select(g => (g.Id, g.Text)),
    ];

    [GeneratedRegex(@"\]\(https://(www\.postgresql\.org/docs/|www\.npgsql\.org/|node-postgres\.com/|www\.psycopg\.org/|redis\.io/|www\.pgbouncer\.org/|learn\.microsoft\.com/)")]
    private static partial Regex Documentation();

    [GeneratedRegex(@"\b\d[\d.,]*\s*(%|percent\b|(ms|µs|us|s|milliseconds?|microseconds?|seconds?)\b|\w+ (per|a) second\b|times (as|faster|slower|more)\b)")]
    private static partial Regex Measured();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\((?<to>/[^)\s]*)\)")]
    private static partial Regex OwnLink();
}
