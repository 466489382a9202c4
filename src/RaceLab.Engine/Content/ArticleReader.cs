using System.Text.RegularExpressions;

namespace RaceLab.Engine.Content;

/// <summary>
/// Reads the Markdown files beside the scenarios: articles on SQLSTATEs, questions, guides. Each begins with fields between two lines of three hyphens. A file
/// that is wrong gives nothing but every error that could be found in it.
/// </summary>
public static partial class ArticleReader
{
    private const string Fence = "---";

    private const int LongestTitle = 100;

    private static readonly Dictionary<string, RetryAdvice> Advice = new() { ["no"] = RetryAdvice.No, ["yes"] = RetryAdvice.Yes, ["sometimes"] = RetryAdvice.Sometimes };

    /// <summary>Reads an article.</summary>
    /// <param name="markdown">The file's text.</param>
    /// <param name="sqlState">The file's name without its ending.</param>
    /// <param name="file">The file's path below the content folder, for errors.</param>
    /// <param name="scenarios">What its demonstrations may name.</param>
    public static PageReading<Article> ReadArticle(string markdown, string sqlState, string file, IReadOnlyList<Scenario> scenarios) => Read(markdown, file, (fields, body, errors) =>
    {
        if (!RuleReader.IsSqlState(sqlState)) errors.Add(1, $"the file's name '{sqlState}' is no SQLSTATE: it has five digits or capitals, such as 40P01.md");
        fields.RefuseOthers(ContentFields.Article);
        var condition = fields.Text("condition");
        if (condition is not null && !ConditionForm().IsMatch(condition))
            errors.Add(fields.LineOf("condition"), $"'{condition}' is no condition's name: it has lower-case words with underscores, such as unique_violation");
        var title = fields.Text("title", LongestTitle);
        var summary = fields.Text("summary", ScenarioReader.LongestSummary);
        var retry = ReadRetry(fields);
        var docs = ReadDocs(fields);
        var isProduced = fields.Find("produced by") is not null;
        if (isProduced == (fields.Find("not produced") is not null))
            errors.Add(fields.Line, $"{fields.Owner} says what it is 'produced by', or why it is 'not produced', and it says {(isProduced ? "both" : "neither")}");
        var producedBy = isProduced ? new DemonstrationReader(scenarios, errors).Read(fields, "produced by", sqlState) : [];
        var notProduced = fields.OptionalText("not produced");
        CheckSections(body, errors);
        return new Article(sqlState, condition!, title!, summary!, retry, docs!, producedBy, notProduced, body.Text);
    });

    /// <summary>Reads a question.</summary>
    /// <param name="markdown">The file's text.</param>
    /// <param name="id">The file's name without its ending.</param>
    /// <param name="file">The file's path below the content folder, for errors.</param>
    /// <param name="scenarios">What its demonstrations may name.</param>
    public static PageReading<Question> ReadQuestion(string markdown, string id, string file, IReadOnlyList<Scenario> scenarios) => Read(markdown, file, (fields, body, errors) =>
    {
        CheckId(id, errors);
        fields.RefuseOthers(ContentFields.Question);
        var title = fields.Text("title", LongestTitle);
        return new Question(id, title!, body.Text, new DemonstrationReader(scenarios, errors).Read(fields, "proofs", null));
    });

    /// <summary>Reads a guide.</summary>
    /// <param name="markdown">The file's text.</param>
    /// <param name="id">The file's name without its ending.</param>
    /// <param name="file">The file's path below the content folder, for errors.</param>
    public static PageReading<Guide> ReadGuide(string markdown, string id, string file) => Read(markdown, file, (fields, body, errors) =>
    {
        CheckId(id, errors);
        fields.RefuseOthers(ContentFields.Guide);
        var title = fields.Text("title", LongestTitle);
        var summary = fields.Text("summary", ScenarioReader.LongestSummary);
        return new Guide(id, title!, summary!, body.Text);
    });

    private static PageReading<T> Read<T>(string markdown, string file, Func<YamlFields, Body, ErrorSink, T> read)
        where T : class
    {
        var errors = new ErrorSink(file);
        T? page = null;
        if (Split(markdown, errors) is (var front, var body) && YamlText.Load(front, errors) is { } root && YamlFields.From(root, "the page", 1, errors) is { } fields)
        {
            if (body.Text.Length == 0) errors.Add(body.Line, "the page has no text behind its fields");
            page = read(fields, body, errors);
        }

        return new PageReading<T>(errors.Count == 0 ? page : null, errors.Errors);
    }

    /// <summary>Parts the fields from the text; an empty line stands for the first fence, so that lines keep their numbers.</summary>
    private static (string Front, Body Body)? Split(string markdown, ErrorSink errors)
    {
        var lines = markdown.ReplaceLineEndings("\n").Split('\n');
        var end = Array.FindIndex(lines, 1, l => l.TrimEnd() == Fence);
        if (lines[0].TrimEnd() == Fence && end > 0)
            return ("\n" + string.Join('\n', lines[1..end]), new Body(string.Join('\n', lines[(end + 1)..]).Trim(), end + 2, lines));
        errors.Add(1, $"the page does not begin with its fields: they stand between two lines of {Fence}, and its text behind them");
        return null;
    }

    private static RetryAdvice ReadRetry(YamlFields fields)
    {
        if (fields.Text("retry") is not { } word) return default;
        if (Advice.TryGetValue(word, out var advice)) return advice;
        fields.Errors.Add(fields.LineOf("retry"), $"'retry' is {string.Join(", ", Advice.Keys)}, and '{word}' stands here");
        return default;
    }

    private static Uri? ReadDocs(YamlFields fields)
    {
        if (fields.Text("docs") is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var docs) && docs.Scheme == Uri.UriSchemeHttps) return docs;
        fields.Errors.Add(fields.LineOf("docs"), $"'docs' is the address of a page, beginning with https://, and '{text}' stands here");
        return null;
    }

    private static void CheckSections(Body body, ErrorSink errors)
    {
        var headings = body.Lines.Index().Skip(body.Line - 1).Where(l => l.Item.StartsWith("## ", StringComparison.Ordinal)).Select(l => (Line: l.Index + 1, Text: l.Item[3..].Trim())).ToList();
        if (headings.Select(h => h.Text).SequenceEqual(Article.Sections)) return;
        var wrong = headings.Index().FirstOrDefault(h => h.Index >= Article.Sections.Count || h.Item.Text != Article.Sections[h.Index]).Item;
        errors.Add(wrong.Line > 0 ? wrong.Line : body.Line, $"an article has the sections {string.Join(", ", Article.Sections.Select(s => $"'## {s}'"))}, in this order"
            + (wrong.Text is null ? ", and some are missing" : $", and '## {wrong.Text}' stands here"));
    }

    private static void CheckId(string id, ErrorSink errors)
    {
        if (!ScenarioReader.IsId(id)) errors.Add(1, $"the file's name '{id}' is no id: it has lower-case letters, digits and single hyphens, such as 'which-constraint.md'");
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex ConditionForm();

    private sealed record Body(string Text, int Line, string[] Lines);
}

/// <summary>What came of reading a page's file.</summary>
/// <typeparam name="T">What it should be.</typeparam>
/// <param name="Page">Null where there are errors.</param>
/// <param name="Errors">In the order of the file.</param>
public sealed record PageReading<T>(T? Page, IReadOnlyList<ContentError> Errors)
    where T : class;
