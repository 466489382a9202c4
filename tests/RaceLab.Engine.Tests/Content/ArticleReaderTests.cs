using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Tests.Content;

public sealed class ArticleReaderTests : IDisposable
{
    /// <summary>A good article, line by line; scenario "test" is <see cref="BadFiles.Good"/>.</summary>
    private static readonly string[] Good =
    [
        "---", // 1
        "condition: unique_violation",
        "title: T",
        "summary: S",
        "retry: no", // 5
        "docs: https://www.postgresql.org/docs/current/",
        "produced by:",
        "  - scenario: test",
        "    strategy: broken",
        "    schedule: [1.check, 2.insert]", // 10
        "---",
        "## What it means",
        "X",
        "## What causes it",
        "## Whether to retry", // 15
        "## How drivers show it",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("racelab-content-");

    public static TheoryData<int, string?, int, string> Cases => new()
    {
        { 1, "title: T", 1, "does not begin with its fields" },
        { 11, null, 1, "does not begin with its fields" },
        { 2, "condition: Unique", 2, "no condition's name" },
        { 2, null, 1, "needs the field 'condition'" },
        { 3, "titel: T", 3, "did you mean 'title'?" },
        { 5, "retry: maybe", 5, "no, yes, sometimes, and 'maybe' stands here" },
        { 6, "docs: http://example.com", 6, "beginning with https://" },
        { 6, "docs: https://x.org\nnot produced: because", 1, "and it says both" },
        { 8, "  - scenario: tets", 8, "did you mean 'test'?" },
        { 8, "  - scenari: test", 8, "did you mean 'scenario'?" },
        { 9, "    strategy: brokn", 9, "has no strategy 'brokn': did you mean 'broken'?" },
        { 10, null, 8, "and it has neither" },
        { 10, "    race: { workers: 2, keys: 1, attempts: 1 }\n    schedule: [1.check]", 8, "and it has both" },
        { 10, "    race: { workers: 51, keys: 1, attempts: 1 }", 10, "a whole number from 1 to 50" },
        { 10, "    race: { workers: 2, key: 1, attempts: 1 }", 10, "did you mean 'keys'?" },
        { 10, "    schedule: [1.check, 2.insrt]", 10, "did you mean 'insert'?" },
        { 10, "    schedule: [3.check]", 10, "a session from 1 to 2" },
        { 10, "    schedule: [1.check]\n    says: so", 11, "has no field 'says'" },
        { 12, "## What it is", 12, "and '## What it is' stands here" },
        { 16, null, 12, "and some are missing" },
        { 16, "## How drivers show it\n## More", 17, "and '## More' stands here" },
    };

    private static IReadOnlyList<Scenario> Scenarios { get; } = [ScenarioReader.Read(string.Join('\n', BadFiles.Good), "test", "f").Scenario!];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ReadArticle_Good_HasWhatIsWritten()
    {
        var reading = ArticleReader.ReadArticle(string.Join('\n', Good), "23505", "reference/23505.md", Scenarios);
        Assert.Empty(reading.Errors);
        var article = reading.Page!;
        Assert.Equal(("23505", "unique_violation", RetryAdvice.No), (article.SqlState, article.Condition, article.Retry));
        var shown = Assert.Single(article.ProducedBy);
        Assert.Equal(("test", "broken", 2, "23505"), (shown.Scenario, shown.Strategy, shown.Sessions, shown.Shows.Raises));
        Assert.Equal([new ScheduledStep(1, "check"), new ScheduledStep(2, "insert")], shown.Schedule);
        Assert.StartsWith("## What it means\nX", article.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReadArticle_OneLineWrong_IsRefusedWithItsLineAndAReason(int line, string? replacement, int at, string reason)
    {
        var lines = Good.ToList();
        lines.RemoveAt(line - 1);
        if (replacement is not null) lines.Insert(line - 1, replacement);
        var reading = ArticleReader.ReadArticle(string.Join('\n', lines), "23505", "reference/23505.md", Scenarios);
        Assert.Null(reading.Page);
        Assert.Contains(reading.Errors, e => e.File == "reference/23505.md" && e.Line == at && e.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void ReadArticle_NameThatIsNoSqlState_IsRefused() =>
        Assert.Contains("no SQLSTATE", Assert.Single(ArticleReader.ReadArticle(string.Join('\n', Good), "unique", "f", Scenarios).Errors).Reason, StringComparison.Ordinal);

    [Fact]
    public void ReadQuestion_Good_HasItsProofs()
    {
        var reading = ArticleReader.ReadQuestion(Question("{ breaks: duplicates, told: [created, created] }"), "a-question", "f", Scenarios);
        Assert.Empty(reading.Errors);
        var proof = Assert.Single(reading.Page!.Proofs);
        Assert.Equal(("duplicates", "Both."), (proof.Shows.Breaks?.Name, proof.Says));
        Assert.Equal([Outcome.Created, Outcome.Created], proof.Shows.Told);
    }

    [Theory]
    [InlineData("{ brakes: duplicates }", "did you mean 'breaks'?")]
    [InlineData("{}", "asks for nothing")]
    public void ReadQuestion_WrongGoal_IsRefused(string shows, string reason) =>
        Assert.Contains(ArticleReader.ReadQuestion(Question(shows), "a-question", "f", Scenarios).Errors, e => e.Line == 7 && e.Reason.Contains(reason, StringComparison.Ordinal));

    [Fact]
    public void ReadQuestion_RaceThatClaimsAnOrder_IsRefused() =>
        Assert.Contains(
            ArticleReader.ReadQuestion(Question("{ waits: no }").Replace("schedule: [1.check]", "race: { workers: 2, keys: 1, attempts: 1 }", StringComparison.Ordinal), "a-question", "f", Scenarios).Errors,
            e => e.Reason.Contains("leaves the order to luck", StringComparison.Ordinal));

    [Fact]
    public void ReadGuide_WithoutAText_IsRefused() =>
        Assert.Equal("f:5: the page has no text behind its fields", Assert.Single(ArticleReader.ReadGuide("---\ntitle: T\nsummary: S\n---\n", "a-guide", "f").Errors).ToString());

    [Fact(Timeout = 20_000)]
    public async Task Catalogue_EditedPage_IsPickedUpAndABadOneLeavesTheLastGood()
    {
        Write("guides/one.md", "---\ntitle: First\nsummary: S\n---\nX\n");
        using var catalogue = Catalogue.Open(_folder.FullName);
        Assert.Equal("First", Assert.Single(catalogue.Guides).Title);

        Write("guides/one.md", "---\ntitle: Second\nsummary: S\n---\nX\n");
        await Until(() => catalogue.Guides[0].Title == "Second");

        Write("guides/one.md", "---\ntitel: Third\nsummary: S\n---\nX\n");
        await Until(() => catalogue.Errors.Count > 0);
        Assert.Equal("Second", catalogue.Guides[0].Title);
        Assert.All(catalogue.Errors, e => Assert.Equal("guides/one.md", e.File));
    }

    [Fact(Timeout = 20_000)]
    public async Task Catalogue_ScenarioThatAPageNamesIsGone_RefusesThePage()
    {
        Write("scenarios/test/scenario.yaml", string.Join('\n', BadFiles.Good));
        Write("reference/23505.md", string.Join('\n', Good));
        using var catalogue = Catalogue.Open(_folder.FullName);
        Assert.Empty(catalogue.Errors);
        Assert.Single(catalogue.Articles);

        File.Delete(Path.Combine(_folder.FullName, "scenarios/test/scenario.yaml"));
        await Until(() => catalogue.Errors.Any(e => e.ToString().StartsWith("reference/23505.md:8: there is no scenario 'test'", StringComparison.Ordinal)));
    }

    private static string Question(string shows) =>
        $"---\ntitle: Why?\nproofs:\n  - scenario: test\n    strategy: broken\n    schedule: [1.check]\n    shows: {shows}\n    says: Both.\n---\nBecause.\n";

    private static async Task Until(Func<bool> holds)
    {
        while (!holds()) await Task.Delay(10, Stop);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "scenarios"));
        File.WriteAllText(path, text);
    }
}
