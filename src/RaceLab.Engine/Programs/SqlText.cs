using System.Text;

namespace RaceLab.Engine.Programs;

/// <summary>
/// One SQL statement of content, with its <c>@name</c> parameters found and numbered as PostgreSQL wants them (<c>$1</c>, <c>$2</c>).
/// Names inside string constants, quoted identifiers, dollar quotes and comments are text, and <c>@</c> inside an operator such as
/// <c>@&gt;</c> or <c>&lt;@</c> belongs to the operator
/// (<see href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html">SQL syntax, lexical structure</see>).
/// </summary>
public sealed partial class SqlText
{
    private const string OperatorCharacters = "+-*/<>=~!@#%^&|`?";

    private static readonly string[] _readers = ["select", "insert", "update", "delete", "merge", "with", "values", "table"];

    private static readonly string[] _lockingClauses = ["for update", "for no key update", "for share", "for key share"];

    private readonly IReadOnlyList<(int Start, int Length, string Name)> _places;

    private SqlText(string written, string numbered, IReadOnlyList<string> parameters, IReadOnlyList<(int Start, int Length, string Name)> places)
    {
        Written = written;
        Numbered = numbered;
        Parameters = parameters;
        _places = places;
    }

    /// <summary>The statement as content writes it and as a learner reads it.</summary>
    public string Written { get; }

    /// <summary>The statement as it is sent.</summary>
    public string Numbered { get; }

    /// <summary>Names of the parameters: <c>$1</c> is the first. A name used twice has one number.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The statement with its parameters written another way.</summary>
    /// <param name="parameter">How a parameter of that name is written.</param>
    /// <param name="text">What becomes of the text between them; null: it stays.</param>
    public string With(Func<string, string> parameter, Func<string, string>? text = null)
    {
        var written = new StringBuilder(Numbered.Length);
        var at = 0;
        foreach (var (start, length, name) in _places)
        {
            Append(Numbered[at..start]);
            written.Append(parameter(name));
            at = start + length;
        }

        Append(Numbered[at..]);
        return written.ToString();

        void Append(string between) => written.Append(text is null ? between : text(between));
    }

    /// <summary>Whether losing the answer leaves it open if something was written: everything but a plain SELECT.</summary>
    public bool MayWrite => !Written.AsSpan().TrimStart().StartsWith("select", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it may end other sessions, or its own: whose they are, and what they hold, it does not say.</summary>
    public bool EndsSessions => Written.Contains("pg_terminate_backend", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says how long the statements behind it may wait for a lock.</summary>
    public bool LimitsWaits =>
        Written.Contains("lock_timeout", StringComparison.OrdinalIgnoreCase) || Written.Contains("statement_timeout", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether it may have to wait for a lock that another transaction holds: everything but a SELECT that neither locks rows nor takes an advisory lock
    /// (<see href="https://www.postgresql.org/docs/current/explicit-locking.html">explicit locking</see>).
    /// </summary>
    public bool MayWait =>
        MayWrite || Written.Contains("advisory_", StringComparison.OrdinalIgnoreCase) || _lockingClauses.Any(c => Written.Contains(c, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether running it gives a transaction its snapshot, where it has none yet. LOCK and SET, for example, do not
    /// (<see href="https://www.postgresql.org/docs/current/sql-set-transaction.html">SET TRANSACTION</see> names the others).
    /// </summary>
    public bool TakesSnapshot => _readers.Any(verb => Written.StartsWith(verb, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a statement. A trailing semicolon and white space around it are dropped.</summary>
    /// <exception cref="FormatException">A quote or comment is not closed, there is more than one statement, or none, or a parameter is written in another way.</exception>
    public static SqlText Parse(string sql)
    {
        var written = sql.Trim();
        if (FindForeignParameter(written) is { } parameter)
            throw new FormatException($"parameters are written by name, such as @key, and '{parameter}' stands here");
        var numbered = new StringBuilder(written.Length);
        var parameters = new List<string>();
        var places = new List<(int Start, int Length, string Name)>();
        var end = -1;
        var i = 0;
        while (i < written.Length)
        {
            var start = i;
            var c = written[i];
            if (EndOfQuoted(written, i) is { } close)
            {
                i = close;
            }
            else if (c == ';')
            {
                end = end < 0 ? numbered.Length : end;
                i++;
                continue;
            }
            else if (OperatorCharacters.Contains(c))
            {
                while (i < written.Length && OperatorCharacters.Contains(written[i]) && EndOfQuoted(written, i) is null) i++;
                if (written[i - 1] == '@' && i < written.Length && IsNameStart(written[i]) && MayStandBeforeParameter(written.AsSpan(start, i - 1 - start)))
                {
                    RefuseSecondStatement(end);
                    numbered.Append(written, start, i - 1 - start);
                    var name = i;
                    while (i < written.Length && IsNamePart(written[i])) i++;
                    var place = numbered.Length;
                    numbered.Append('$').Append(NumberOf(parameters, written[name..i]));
                    places.Add((place, numbered.Length - place, written[name..i]));
                    continue;
                }
            }
            else if (IsNameStart(c))
            {
                i = EndOfWord(written, i);
            }
            else if (c == '$' && i + 1 < written.Length && char.IsAsciiDigit(written[i + 1]))
            {
                throw new FormatException("parameters are written by name, such as @key: the numbers $1, $2 are given when the statement is sent");
            }
            else if (char.IsAsciiDigit(c))
            {
                while (i < written.Length && IsNamePart(written[i])) i++;
            }
            else
            {
                i++;
            }

            var text = written.AsSpan(start, i - start);
            if (!text.IsWhiteSpace() && !IsComment(text)) RefuseSecondStatement(end);
            numbered.Append(text);
        }

        if (end >= 0) numbered.Length = end;
        var statement = numbered.ToString().Trim();
        if (statement.Length == 0) throw new FormatException("there is no SQL statement here");
        return new SqlText(written.TrimEnd(';', ' ', '\t', '\r', '\n'), statement, parameters, places);
    }

    // A name may have a dollar sign in it, which then begins no quote.
    private static int EndOfWord(string sql, int i)
    {
        if (!IsNameStart(sql[i])) return i + 1;
        while (i < sql.Length && (IsNamePart(sql[i]) || sql[i] == '$')) i++;
        return i;
    }

    // In "email=@key" PostgreSQL would read one operator "=@", which it does not have; "<@" it has, and that is left alone.
    private static bool MayStandBeforeParameter(ReadOnlySpan<char> operators) =>
        operators is "" or "=" or "<>" or "!=" or ">=" or "<=" or "+" or "-" or "*" or "/" or "%" or "||";

    private static void RefuseSecondStatement(int end)
    {
        if (end >= 0) throw new FormatException("a step is one SQL statement, and here a second one follows the semicolon");
    }

    private static int NumberOf(List<string> parameters, string name)
    {
        var index = parameters.IndexOf(name);
        if (index < 0)
        {
            parameters.Add(name);
            index = parameters.Count - 1;
        }

        return index + 1;
    }

    /// <summary>Where the quoted piece or comment that starts here ends, or null if none starts here.</summary>
    private static int? EndOfQuoted(string sql, int i) => sql[i] switch
    {
        '\'' => EndOfQuote(sql, i, '\'', backslashEscapes: IsEscapeString(sql, i)),
        '"' => EndOfQuote(sql, i, '"', backslashEscapes: false),
        '$' => EndOfDollarQuote(sql, i),
        '-' when i + 1 < sql.Length && sql[i + 1] == '-' => EndOfLine(sql, i),
        '/' when i + 1 < sql.Length && sql[i + 1] == '*' => EndOfBlockComment(sql, i),
        _ => null,
    };

    private static bool IsComment(ReadOnlySpan<char> text) => text.StartsWith("--") || text.StartsWith("/*");

    // E'it\'s' escapes with a backslash, but name'…' is not an E string: only a lone E before the quote is.
    private static bool IsEscapeString(string sql, int quote) =>
        quote > 0 && sql[quote - 1] is 'e' or 'E' && (quote == 1 || !IsNamePart(sql[quote - 2]));

    private static int EndOfQuote(string sql, int start, char quote, bool backslashEscapes)
    {
        for (var i = start + 1; i < sql.Length; i++)
        {
            if (backslashEscapes && sql[i] == '\\')
            {
                i++;
            }
            else if (sql[i] == quote)
            {
                if (i + 1 < sql.Length && sql[i + 1] == quote) i++;
                else return i + 1;
            }
        }

        throw new FormatException($"the {quote} quote is not closed");
    }

    private static int? EndOfDollarQuote(string sql, int start)
    {
        if (start > 0 && IsNamePart(sql[start - 1])) return null;
        var i = start + 1;
        while (i < sql.Length && IsNamePart(sql[i])) i++;
        if (i >= sql.Length || sql[i] != '$' || (i > start + 1 && char.IsAsciiDigit(sql[start + 1]))) return null;
        var tag = sql[start..(i + 1)];
        var close = sql.IndexOf(tag, i + 1, StringComparison.Ordinal);
        if (close < 0) throw new FormatException($"the dollar quote {tag} is not closed");
        return close + tag.Length;
    }

    private static int EndOfLine(string sql, int start)
    {
        var newline = sql.IndexOf('\n', start);
        return newline < 0 ? sql.Length : newline;
    }

    private static int EndOfBlockComment(string sql, int start)
    {
        var depth = 0;
        for (var i = start; i + 1 < sql.Length; i++)
        {
            if (sql[i] == '/' && sql[i + 1] == '*')
            {
                depth++;
                i++;
            }
            else if (sql[i] == '*' && sql[i + 1] == '/')
            {
                depth--;
                i++;
                if (depth == 0) return i + 1;
            }
        }

        throw new FormatException("the /* comment is not closed");
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsAsciiDigit(c);
}
