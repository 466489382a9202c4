using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Collects what is wrong in one file, so that a reader goes on behind an error and finds the next.</summary>
internal sealed class ErrorSink(string file)
{
    private readonly List<ContentError> _errors = [];

    public int Count => _errors.Count;

    /// <summary>The file's lines, the first at index 0; empty until it has been read.</summary>
    public IReadOnlyList<string> Source { get; set; } = [];

    /// <summary>What was found, in the order of the file.</summary>
    public IReadOnlyList<ContentError> Errors => [.. _errors.OrderBy(e => e.Line)];

    public void Add(int line, string reason) => _errors.Add(new ContentError(file, Math.Max(1, line), reason));

    public void Add(YamlNode node, string reason) => Add(LineOf(node), reason);

    /// <summary>The comment that ends a text without quotes, in whose place the text may have been meant to go on; null where there is none.</summary>
    public string? CommentBehind(YamlScalarNode node)
    {
        var line = Source.ElementAtOrDefault((int)node.End.Line - 1);
        if (node.Style != ScalarStyle.Plain || line is null || node.End.Column > line.Length) return null;
        var rest = line[((int)node.End.Column - 1)..].Trim();
        return rest.StartsWith('#') ? rest : null;
    }

    public static int LineOf(YamlNode node) => (int)node.Start.Line;

    /// <summary>The line on which a text's first line stands: behind the bar of a <c>|</c> block and its empty lines.</summary>
    public static int TextLineOf(YamlScalarNode node) => node.Style is ScalarStyle.Literal or ScalarStyle.Folded
        ? LineOf(node) + 1 + node.Value!.TakeWhile(char.IsWhiteSpace).Count(c => c == '\n')
        : LineOf(node);
}
