namespace RaceLab.Engine.Programs;

/// <content>SQL as a list of tokens, for whatever is decided by a statement's words.</content>
public sealed partial class SqlText
{
    private static readonly string[] _wordsBeforeValues =
        ["values", "in", "like", "ilike", "and", "or", "not", "limit", "offset", "between", "select", "where", "on", "when", "then", "else", "returning", "by", "set"];

    /// <summary>Words, quoted pieces, numbers, operators and signs, without white space and comments.</summary>
    /// <exception cref="FormatException">A quote or comment is not closed.</exception>
    internal static IEnumerable<SqlToken> Tokens(string sql)
    {
        for (var i = 0; i < sql.Length;)
        {
            var end = EndOfToken(sql, i);
            if (!char.IsWhiteSpace(sql[i]) && !IsComment(sql.AsSpan(i, end - i))) yield return new SqlToken(i, sql[i..end]);
            i = end;
        }
    }

    /// <summary>
    /// Cuts a script, such as a schema, at its semicolons: each statement with the place at which it starts. A semicolon in parentheses, or in the body of a function
    /// that begins with BEGIN ATOMIC, ends nothing.
    /// </summary>
    /// <exception cref="FormatException">A quote or comment is not closed.</exception>
    public static IReadOnlyList<(int Start, string Sql)> Split(string script)
    {
        var statements = new List<(int, string)>();
        var words = new List<SqlToken>();
        var (parentheses, bodies) = (0, 0);
        foreach (var token in Tokens(script))
        {
            if (token.Text == ";" && parentheses <= 0 && bodies == 0)
            {
                Close(token.Start);
                continue;
            }

            if (words.Count < 4) words.Add(token);
            parentheses += token.Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (parentheses == 0 && MakesRoutine(words)) bodies += token.Is("begin") || (bodies > 0 && token.Is("case")) ? 1 : bodies > 0 && token.Is("end") ? -1 : 0;
        }

        Close(script.Length);
        return statements;

        void Close(int end)
        {
            if (words.Count > 0) statements.Add((words[0].Start, script[words[0].Start..end].TrimEnd()));
            words.Clear();
            (parentheses, bodies) = (0, 0);
        }
    }

    /// <summary>A parameter as other libraries write it, such as <c>:key</c> or <c>?</c>; null where there is none.</summary>
    private static string? FindForeignParameter(string sql)
    {
        var brackets = 0;
        SqlToken[] tokens = [.. Tokens(sql)];
        for (var i = 0; i < tokens.Length; i++)
        {
            var (start, text) = tokens[i];
            brackets += text switch { "[" => 1, "]" => -1, _ => 0 };

            // Between brackets it is a slice of an array: tags[low:high].
            if (text == ":" && brackets == 0 && start + 1 < sql.Length && IsNameStart(sql[start + 1])) return $":{tokens[i + 1].Text}";
            if (text.EndsWith('?') && IsPlaceholder(i)) return "?";
        }

        return null;

        // jsonb has an operator '?', which stands between two values.
        bool IsPlaceholder(int i)
        {
            if (tokens[i].Text is not ("?" or "=?" or "<>?" or ">?" or "<?" or ">=?" or "<=?")) return false;
            var hasValueBefore = tokens[i].Text == "?" && i > 0 && !OperatorCharacters.Contains(tokens[i - 1].Text[^1])
                && tokens[i - 1].Text is not ("(" or ",") && !_wordsBeforeValues.Any(tokens[i - 1].Is);
            return !hasValueBefore || i + 1 == tokens.Length || tokens[i + 1].Text is ")" or "," or ";" or "::";
        }
    }

    private static bool MakesRoutine(List<SqlToken> words)
    {
        if (!words[0].Is("create") || words.Count < 2) return false;
        var kind = words[words.Count == 4 && words[1].Is("or") && words[2].Is("replace") ? 3 : 1];
        return kind.Is("function") || kind.Is("procedure");
    }

    private static int EndOfToken(string sql, int i)
    {
        if (EndOfQuoted(sql, i) is { } close) return close;
        if (sql[i] == ':') return i + 1 < sql.Length && sql[i + 1] is ':' or '=' ? i + 2 : i + 1;
        var end = i;
        if (char.IsAsciiDigit(sql[i]))
        {
            while (end < sql.Length && IsNamePart(sql[end])) end++;
            return end;
        }

        while (end < sql.Length && OperatorCharacters.Contains(sql[end]) && EndOfQuoted(sql, end) is null) end++;
        return end > i ? end : EndOfWord(sql, i);
    }
}

/// <summary>A piece of SQL that has a meaning of its own.</summary>
/// <param name="Start">Where it stands.</param>
/// <param name="Text">As it is written, quotes included.</param>
internal readonly record struct SqlToken(int Start, string Text)
{
    /// <summary>Whether it is that word, in whatever case. A quoted name is none.</summary>
    public bool Is(string word) => string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}
