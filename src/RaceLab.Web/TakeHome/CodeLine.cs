namespace RaceLab.Web.TakeHome;

/// <summary>A line of code, for showing.</summary>
/// <param name="Text">As it stands, with its line feed.</param>
/// <param name="IsComment">Whether it is for the reader alone.</param>
public readonly record struct CodeLine(string Text, bool IsComment)
{
    private static readonly string[] _comments = ["//", "#", "--", "/*", "*"];

    /// <summary>The lines of a file. Together they are the file, character by character.</summary>
    public static IReadOnlyList<CodeLine> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.TrimEnd('\n').Split('\n').Select(line => new CodeLine(line + "\n", _comments.Any(line.TrimStart().StartsWith)))];
    }
}
