using RaceLab.Engine.Programs;
using YamlDotNet.RepresentationModel;

namespace RaceLab.Engine.Content;

/// <summary>Reads SQL out of fields, remembers where it stands, and refuses what only the lab may send.</summary>
internal static class SqlReader
{
    /// <summary>One statement.</summary>
    /// <param name="fields">Where the field is.</param>
    /// <param name="name">The field.</param>
    /// <param name="lines">Learns where it stands.</param>
    /// <param name="place">Under which name it is remembered there.</param>
    /// <param name="otherwise">What to say behind the reason why it cannot be read.</param>
    public static SqlText? Statement(YamlFields fields, string name, ContentLines lines, string place, string otherwise = "")
    {
        if (Text(fields, name, required: true, lines, place) is not { } sql) return null;
        var parsed = Try(fields, name, () => SqlText.Parse(sql), otherwise, lines.HintOf(place));
        return parsed is null || Refuses(fields, lines.Of(place), sql, 0, sql, isScript: false) ? null : parsed;
    }

    /// <summary>One statement or several.</summary>
    public static string? Script(YamlFields fields, string name, bool required, ContentLines lines, string place)
    {
        if (Text(fields, name, required, lines, place) is not { } script) return null;
        if (Try(fields, name, () => SqlText.Split(script), "", lines.HintOf(place)) is not { } statements) return null;
        if (statements.Count == 0) fields.Errors.Add(fields.LineOf(name), $"'{name}' of {fields.Owner} has no SQL statement in it");
        var refused = false;
        foreach (var (start, sql) in statements) refused |= Refuses(fields, lines.Of(place), script, start, sql, isScript: true);
        return statements.Count > 0 && !refused ? script : null;
    }

    private static string? Text(YamlFields fields, string name, bool required, ContentLines lines, string place)
    {
        if ((required ? fields.Text(name) : fields.OptionalText(name)) is not { } text) return null;
        var node = (YamlScalarNode)fields.Find(name)!;
        lines.Add(place, ErrorSink.TextLineOf(node));
        if (fields.Errors.CommentBehind(node) is not { } comment) return text;
        lines.AddHint(place, $"YAML ends the text before '{comment}', as before a comment: {YamlText.WriteBlock}");

        // These are operators of jsonb and of geometry, and nobody begins a comment with them.
        if (comment is not ['#', '>' or '-' or '=' or '#', ..]) return text;
        fields.Errors.Add((int)node.End.Line, $"the SQL of '{name}' is cut: {lines.HintOf(place)}");
        return null;
    }

    private static T? Try<T>(YamlFields fields, string name, Func<T> read, string otherwise, string? hint)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            fields.Errors.Add(fields.LineOf(name), $"the SQL of '{name}' cannot be read: {e.Message}{otherwise}{(hint is null ? "" : $". {hint}")}");
            return null;
        }
    }

    private static bool Refuses(YamlFields fields, int line, string text, int start, string sql, bool isScript)
    {
        if (LabStatement.Find(sql) is not { } forbidden) return false;
        var first = start + SqlText.Tokens(sql).First().Start;
        fields.Errors.Add(line + text.AsSpan(0, first).Count('\n'), $"{forbidden.Name} is not content's to say: {(isScript ? forbidden.InScript : forbidden.InStep)}");
        return true;
    }
}
