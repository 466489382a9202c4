using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Turns a file's text into nodes that know their lines.</summary>
internal static class YamlText
{
    private const int MostCharacters = 1_000_000;

    private const int DeepestNesting = 40;

    /// <summary>The file's one document, or null with an error.</summary>
    public static YamlNode? Load(string yaml, ErrorSink errors)
    {
        if (yaml.Length > MostCharacters)
        {
            errors.Add(1, $"the file has {yaml.Length} characters, and {MostCharacters} is the most that is read");
            return null;
        }

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
            errors.Add((int)e.Start.Line, $"this is not YAML that can be read: {e.Message}");
        }

        return null;
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
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            depth += current.NestingIncrease;
            if (current is AnchorAlias alias)
            {
                errors.Add((int)current.Start.Line, $"'*{alias.Value}' repeats another part of the file: write it out, so that each strategy reads by itself");
                return false;
            }

            if (depth > DeepestNesting)
            {
                errors.Add((int)current.Start.Line, $"the file is nested more than {DeepestNesting} levels deep here");
                return false;
            }
        }

        return true;
    }
}
