using System.Globalization;
using System.Text;

namespace RaceLab.Web.Exports;

/// <summary>
/// Writes CSV as RFC 4180 has it (<see href="https://www.rfc-editor.org/rfc/rfc4180"/>): UTF-8, commas, CRLF, quotes doubled. A text that a spreadsheet would take for a
/// formula gets an apostrophe before it (<see href="https://owasp.org/www-community/attacks/CSV_Injection"/>); numbers stay numbers, negative ones too.
/// </summary>
public sealed class Csv
{
    private static readonly System.Buffers.SearchValues<char> _quoted = System.Buffers.SearchValues.Create(",\"\r\n");

    private readonly StringBuilder _text = new();
    private bool _isWithinRow;

    /// <summary>How many characters are not taken yet.</summary>
    public int Length => _text.Length;

    /// <summary>Adds a text; null is an empty cell.</summary>
    public Csv Text(string? text)
    {
        Separate();
        var harmless = IsFormula(text) ? "'" + text : text ?? "";
        if (harmless.AsSpan().ContainsAny(_quoted)) _text.Append('"').Append(harmless.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else _text.Append(harmless);
        return this;
    }

    /// <summary>Adds a whole number; null is an empty cell.</summary>
    public Csv Number(long? number)
    {
        Separate();
        _text.Append(CultureInfo.InvariantCulture, $"{number}");
        return this;
    }

    /// <summary>Adds a number, rounded to the third place; what is no number is an empty cell.</summary>
    public Csv Number(double? number)
    {
        Separate();
        if (number is { } given && double.IsFinite(given)) _text.Append(Math.Round(given, 3).ToString("0.###", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Ends the row.</summary>
    public Csv End()
    {
        _text.Append("\r\n");
        _isWithinRow = false;
        return this;
    }

    /// <summary>Hands out what was written so far, and forgets it.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    private static bool IsFormula(string? text) => text is { Length: > 0 } && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    private void Separate()
    {
        if (_isWithinRow) _text.Append(',');
        _isWithinRow = true;
    }
}
