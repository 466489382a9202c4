using System.Globalization;
using System.Text.RegularExpressions;
using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads what stands beside steps and blocks: <c>when</c>, <c>keep</c>, <c>on error</c> and <c>retry</c>.</summary>
internal static partial class RuleReader
{
    private const int MostRetries = 1000;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);

    /// <summary>Whether a text can be a SQLSTATE.</summary>
    public static bool IsSqlState(string text) => SqlStateForm().IsMatch(text);

    /// <summary>Whether a text can be the name of a variable.</summary>
    public static bool IsVariable(string text) => VariableForm().IsMatch(text);

    public static Condition? When(YamlFields fields)
    {
        if (fields.OptionalText("when") is not { } text) return null;
        try
        {
            return Condition.Parse(text);
        }
        catch (FormatException e)
        {
            fields.Errors.Add(fields.LineOf("when"), e.Message);
            return null;
        }
    }

    public static IReadOnlyList<KeptColumn> Keep(YamlFields fields)
    {
        if (fields.Find("keep") is null || fields.Fields("keep", $"'keep' of {fields.Owner}") is not { } columns) return [];
        var kept = new List<KeptColumn>();
        foreach (var (column, value) in columns.Entries)
        {
            if (value is YamlScalarNode { Value: { } variable } && VariableForm().IsMatch(variable))
                kept.Add(new KeptColumn(column.Value!, variable));
            else
                fields.Errors.Add(value, $"'{column.Value}' is kept into a variable: lower-case letters, digits and '_', without the '@'; {YamlFields.Describe(value)} stands here");
        }

        return kept;
    }

    public static ErrorRules OnError(YamlFields fields)
    {
        if (fields.Find("on error") is null || fields.Fields("on error", $"'on error' of {fields.Owner}") is not { } entries) return ErrorRules.None;
        var rules = new List<ErrorRule>();
        foreach (var (error, value) in entries.Entries)
        {
            if (rules is [.., { SqlState: null }])
                fields.Errors.Add(error, $"'{error.Value}' stands behind 'else', which takes every error: put it before");
            if (ActionOf(value, fields) is { } action && RuleFor(error, action, fields) is { } rule) rules.Add(rule);
        }

        return new ErrorRules(rules);
    }

    public static RetryRule? Retry(YamlFields fields)
    {
        if (fields.Find("retry") is null || fields.Fields("retry", $"'retry' of {fields.Owner}") is not { } retry) return null;
        retry.RefuseOthers(ContentFields.Retry);
        var states = new List<string>();
        foreach (var item in retry.List("on") ?? new YamlSequenceNode())
        {
            if (item is YamlScalarNode { Value: { } state } && IsSqlState(state)) states.Add(state);
            else fields.Errors.Add(item, $"{YamlFields.Describe(item)} is no SQLSTATE: it has five digits or capitals, such as 40001");
        }

        var atMost = retry.Number("at most", 1, MostRetries);
        var backoff = TimeRange(retry, "backoff", "back-off", LongestBackoff);
        return states.Count > 0 && atMost is { } most && backoff is { } range ? new RetryRule(states, most, range.Low, range.High) : null;
    }

    private static ErrorAction? ActionOf(YamlNode value, YamlFields fields)
    {
        switch ((value as YamlScalarNode)?.Value)
        {
            case "continue": return ErrorAction.Continue;
            case "fail": return ErrorAction.Fail;
            case "swallow": return ErrorAction.Swallow;
            default:
                fields.Errors.Add(value, $"an error is answered with continue, fail or, as a mistake to be shown, swallow, and {YamlFields.Describe(value)} stands here");
                return null;
        }
    }

    private static ErrorRule? RuleFor(YamlScalarNode error, ErrorAction action, YamlFields fields)
    {
        if (error.Value == "else") return new ErrorRule(null, null, action);
        var words = error.Value!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 1 or 2 && IsSqlState(words[0])) return new ErrorRule(words[0], words.ElementAtOrDefault(1), action);
        fields.Errors.Add(error, $"'{error.Value}' is no error: it is a SQLSTATE such as 23505, a SQLSTATE and a constraint's name, or else");
        return null;
    }

    /// <summary>A time or a range of times, zero where it is left out; null where it is wrong.</summary>
    public static (TimeSpan Low, TimeSpan High)? TimeRange(YamlFields fields, string name, string what, TimeSpan longest)
    {
        if (fields.Find(name) is null) return (TimeSpan.Zero, TimeSpan.Zero);
        if (fields.OptionalText(name) is not { } text) return null;
        var match = RangeForm().Match(text);
        if (match.Success)
        {
            var unit = match.Groups["unit"].Value == "s" ? 1000 : 1;
            var low = TimeSpan.FromMilliseconds(NumberOf(match, "low") * unit);
            var high = match.Groups["high"].Success ? TimeSpan.FromMilliseconds(NumberOf(match, "high") * unit) : low;
            if (low <= high && high <= longest) return (low, high);
        }

        fields.Errors.Add(fields.LineOf(name), $"'{text}' is no {what}: it is a time such as 5ms or a range such as 1-5ms, of {longest.TotalSeconds}s at most");
        return null;
    }

    private static double NumberOf(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-z_][a-z0-9_]*$")]
    private static partial Regex VariableForm();

    [GeneratedRegex("^[0-9A-Z]{5}$")]
    private static partial Regex SqlStateForm();

    [GeneratedRegex(@"^(?<low>\d{1,6})(?:-(?<high>\d{1,6}))?(?<unit>ms|s)$")]
    private static partial Regex RangeForm();
}
