using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Turns a file's text into nodes that know their lines.</summary>
internal static class YamlText
{
    private const int MostCharacters = 1_000_000;

    private const int DeepestNesting = 40;

    /// <summary>What to do about a text that means something to YAML.</summary>
    public const string WriteBlock = "write it on lines of its own below a '|', where ' #' and ': ' mean nothing";

    /// <summary>The file's one document, or null with an error.</summary>
    public static YamlNode? Load(string yaml, ErrorSink errors)
    {
        if (yaml.Length > MostCharacters)
        {
            errors.Add(1, $"the file has {yaml.Length} characters, and {MostCharacters} is the most that is read");
            return null;
        }

        errors.Source = yaml.ReplaceLineEndings("\n").Split('\n');
        try
        {
            if (!IsPlain(yaml, errors)) return null;
            var stream = new YamlStream();
            using var text = new StringReader(yaml);
            stream.Load(text);
            switch (stream.Documents.Count)
            {
                case 1: return stream.Documents[0].RootNode;
                case 0: errors.Add(1, "the file is empty"); break;
                default: errors.Add(stream.Documents[1].RootNode, "a file has one scenario, and a second document begins here"); break;
            }
        }
        catch (YamlException e)
        {
            // A forbidden tab is told with the start of the text that it interrupts.
            var at = e.Message.Contains("tab character", StringComparison.Ordinal) ? e.End : e.Start;
            errors.Add((int)at.Line, $"this is not YAML that can be read: {e.Message.TrimEnd('.')}{MendOf(e, at, errors)}");
        }

        return null;
    }

    /// <summary>What would be right, where the parser's words do not lead there; otherwise nothing.</summary>
    private static string MendOf(YamlException e, Mark at, ErrorSink errors)
    {
        var line = errors.Source.ElementAtOrDefault((int)at.Line - 1) ?? "";
        var next = at.Column - 1 < line.Length ? line[(int)at.Column - 1] : ' ';
        if (e.Message.Contains("cannot start any token", StringComparison.Ordinal))
            return $": a text that begins with '{next}' stands between quotes, as in \"{line[Math.Min((int)at.Column - 1, line.Length)..].Trim()}\"";
        if (e.Message.Contains("Mapping values are not allowed", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("invalid mapping", StringComparison.Ordinal))
            return $": a ': ' in a text begins a field. If it is SQL or a sentence, {WriteBlock}; if a step begins here, its '- ' is missing";
        if (e.Message.Contains("did not find expected key", StringComparison.Ordinal)) return ": this line is indented otherwise than those before it, or the '- ' of a step before it is missing";
        return e.Message.Contains("'-' indicator", StringComparison.Ordinal) ? ": an item of this list begins without its '- '" : "";
    }

    /// <summary>
    /// Looks at the events before nodes are built: aliases could make a file that contains itself, and very deep nesting would
    /// overflow the stack, which no handler survives.
    /// </summary>
    private static bool IsPlain(string yaml, ErrorSink errors)
    {
        using var text = new StringReader(yaml);
        var parser = new Parser(text);
        var depth = 0;
        var line = 1;
        var before = errors.Count;
        while (Moves(parser, line, errors) is { } current)
        {
            line = (int)current.Start.Line;
            depth += current.NestingIncrease;
            if (current is AnchorAlias alias)
            {
                errors.Add(line, $"'*{alias.Value}' repeats another part of the file: write it out, so that each strategy reads by itself");
                return false;
            }

            if (depth > DeepestNesting)
            {
                errors.Add(line, $"the file is nested more than {DeepestNesting} levels deep here");
                return false;
            }
        }

        return errors.Count == before;
    }

    private static ParsingEvent? Moves(Parser parser, int line, ErrorSink errors)
    {
        try
        {
            return parser.MoveNext() ? parser.Current : null;
        }
        catch (InvalidOperationException)
        {
            // The parser answers some unbalanced brackets with this instead of its own exception.
            errors.Add(line, "this is not YAML that can be read: brackets do not match from here on");
            return null;
        }
    }
}
