using System.Text;

namespace RaceLab.Engine.TakeHome;

/// <summary>Code that is being written, line by line, with its indentation.</summary>
/// <param name="indent">What one level is indented by.</param>
/// <param name="comment">What a comment to the end of the line begins with.</param>
internal sealed class CodeText(string indent, string comment)
{
    private const int CommentWidth = 100;

    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>How far the next line is indented.</summary>
    public string Indentation => string.Concat(Enumerable.Repeat(indent, _depth));

    /// <summary>Writes a line, or several, each indented.</summary>
    public void Line(string line)
    {
        foreach (var each in line.Split('\n')) _text.Append(each.Length == 0 ? "" : Indentation).Append(each).Append('\n');
    }

    /// <summary>Writes a line whose text may go on over others, which stay as they are: those of a string constant.</summary>
    public void FirstLine(string text) => Raw(Indentation + text);

    /// <summary>Writes text that must stay as it is, such as the lines of a string literal, and ends its line.</summary>
    public void Raw(string text) => _text.Append(text).Append('\n');

    /// <summary>Leaves a line free, unless there is one or a block has just begun.</summary>
    public void Gap()
    {
        var written = _text.ToString().AsSpan().TrimEnd(' ');
        if (written.Length == 0 || written.EndsWith("\n\n") || written.EndsWith("{\n") || written.EndsWith(":\n")) return;
        _text.Append('\n');
    }

    /// <summary>Writes a comment, broken into lines of a readable length.</summary>
    /// <param name="text">Its words.</param>
    /// <param name="keep">Whether it is one line as it stands.</param>
    public void Comment(string text, bool keep = false)
    {
        if (keep || text.Length == 0)
        {
            Line($"{comment} {text}".TrimEnd());
            return;
        }

        foreach (var line in Wrap(text, CommentWidth - Indentation.Length)) Line($"{comment} {line}");
    }

    /// <summary>Indents what is written until the answer is disposed.</summary>
    public Level Indent()
    {
        _depth++;
        return new Level(this, null);
    }

    /// <summary>Writes a brace, and the closing one when the answer is disposed.</summary>
    /// <param name="head">What stands before the brace, on its line or on a line of its own.</param>
    /// <param name="ownLine">Whether the brace has a line of its own, as in C#.</param>
    /// <param name="close">What closes it.</param>
    public Level Braces(string head, bool ownLine, string close = "}")
    {
        if (ownLine)
        {
            if (head.Length > 0) Line(head);
            Line("{");
        }
        else
        {
            Line(head.Length == 0 ? "{" : head + " {");
        }

        _depth++;
        return new Level(this, close);
    }

    /// <summary>The lines of a text, none longer than so many characters where words allow.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Trim().Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line.ToString();
                    line.Clear();
                }

                if (line.Length > 0) line.Append(' ');
                line.Append(word);
            }

            yield return line.ToString();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

    /// <summary>One level of indentation.</summary>
    internal sealed class Level(CodeText code, string? close) : IDisposable
    {
        public void Dispose()
        {
            code._depth--;
            if (close is not null) code.Line(close);
        }
    }
}
