using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>The fields of one mapping: takes them out by name and type, and says what is missing, wrong or unknown.</summary>
/// <param name="node">The mapping.</param>
/// <param name="owner">What it is, for sentences: "the strategy 'upsert'".</param>
/// <param name="line">Where to say that something is missing.</param>
/// <param name="errors">Where to say it.</param>
internal sealed class YamlFields(YamlMappingNode node, string owner, int line, ErrorSink errors)
{
    public YamlMappingNode Node { get; } = node;

    public ErrorSink Errors { get; } = errors;

    public string Owner { get; } = owner;

    public int Line { get; } = line;

    /// <summary>Name and value in the order of the file. Keys that are no texts are refused.</summary>
    public IEnumerable<(YamlScalarNode Name, YamlNode Value)> Entries
    {
        get
        {
            foreach (var (key, value) in Node.Children)
                if (key is YamlScalarNode { Value.Length: > 0 } name) yield return (name, value);
        }
    }

    /// <summary>Reads a node that must be a mapping.</summary>
    public static YamlFields? From(YamlNode value, string owner, int line, ErrorSink errors)
    {
        if (value is YamlMappingNode mapping)
        {
            var fields = new YamlFields(mapping, owner, line, errors);
            foreach (var key in mapping.Children.Keys.Where(k => k is not YamlScalarNode { Value.Length: > 0 }))
                errors.Add(key, $"a field of {owner} has no plain name");
            return fields;
        }

        errors.Add(line, $"{owner} must be fields (name: value), and {Describe(value)} stands here");
        return null;
    }

    /// <summary>Refuses fields that are not known, naming the nearest that is.</summary>
    /// <param name="known">The others.</param>
    /// <param name="hint">What else somebody may have meant by a field; null: nothing.</param>
    public void RefuseOthers(IReadOnlyList<string> known, Func<string, YamlNode, string?>? hint = null)
    {
        foreach (var (name, value) in Entries.Where(e => !known.Contains(e.Name.Value!)))
        {
            Errors.Add(name, ContentFields.Reserved.TryGetValue(name.Value!, out var meaning)
                ? $"'{name.Value}' is kept for {meaning}, which this version cannot run yet"
                : $"{Owner} has no field '{name.Value}': {hint?.Invoke(name.Value!, value) ?? NearestName.Hint(name.Value!, known)}");
        }
    }

    public YamlNode? Find(string name) => Entries.FirstOrDefault(e => e.Name.Value == name).Value;

    /// <summary>A field's value, or a sentence that it is missing.</summary>
    public YamlNode? Require(string name)
    {
        if (Find(name) is { } value) return value;
        Errors.Add(Line, $"{Owner} needs the field '{name}'");
        return null;
    }

    /// <summary>A text that must be there.</summary>
    public string? Text(string name, int atMost = int.MaxValue)
    {
        if (Require(name) is not { } value || TextOf(value, name) is not { } text) return null;
        if (text.Length <= atMost) return text;
        Errors.Add(value, $"'{name}' of {Owner} has {text.Length} characters, and {atMost} is the most that fits where it is shown");
        return null;
    }

    /// <summary>A text that may be left out.</summary>
    public string? OptionalText(string name) => Find(name) is { } value ? TextOf(value, name) : null;

    /// <summary>A whole number that must be there, within bounds.</summary>
    public int? Number(string name, int least, int most)
    {
        if (Require(name) is not { } value) return null;
        if (value is YamlScalarNode scalar
            && int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Errors.Add(value, $"'{name}' of {Owner} must be a whole number from {least} to {most}, and {Describe(value)} stands here");
        return null;
    }

    /// <summary>Fields below a field that must be there.</summary>
    public YamlFields? Fields(string name, string owner) => Require(name) is { } value ? From(value, owner, LineOf(name), Errors) : null;

    /// <summary>A list with at least one item.</summary>
    public YamlSequenceNode? List(string name)
    {
        if (Require(name) is not { } value) return null;
        if (value is YamlSequenceNode { Children.Count: > 0 } list) return list;
        Errors.Add(LineOf(name), $"'{name}' of {Owner} must be a list with at least one item, and {Describe(value)} stands here{(value is YamlMappingNode { Children.Count: > 0 } ? ": each item begins with '- '" : "")}");
        return null;
    }

    public int LineOf(string name) => Entries.FirstOrDefault(e => e.Name.Value == name).Name is { } key ? ErrorSink.LineOf(key) : Line;

    private string? TextOf(YamlNode value, string name)
    {
        if (value is YamlScalarNode scalar && !IsEmpty(scalar)) return scalar.Value!.Trim();
        Errors.Add(LineOf(name), $"'{name}' of {Owner} must be a text, and {Describe(value)} stands here");
        return null;
    }

    private static bool IsEmpty(YamlScalarNode scalar) =>
        string.IsNullOrWhiteSpace(scalar.Value) || (scalar.Style == ScalarStyle.Plain && scalar.Value is "~" or "null");

    internal static string Describe(YamlNode value) => value switch
    {
        YamlSequenceNode { Children.Count: 0 } => "an empty list",
        YamlSequenceNode => "a list",
        YamlMappingNode { Children.Count: 0 } => "an empty mapping",
        YamlMappingNode => "a mapping",
        YamlScalarNode scalar when IsEmpty(scalar) => "nothing",
        YamlScalarNode scalar => $"'{(scalar.Value!.Length > 40 ? scalar.Value[..40] + "…" : scalar.Value).ReplaceLineEndings(" ")}'",
        _ => "something else",
    };
}
