using System.Globalization;
using System.Text.RegularExpressions;

namespace RaceLab.Engine.Programs;

/// <summary>
/// A step's <c>when</c>. The forms are few on purpose (arithmetic belongs to SQL): <c>found</c>, <c>not found</c>, both with
/// <c>in step</c>; <c>rows = n</c>, also with <c>in step</c>; and <c>@variable &lt;op&gt; literal</c>.
/// </summary>
public sealed partial record Condition
{
    private Condition(string text) => Text = text;

    /// <summary>As content writes it.</summary>
    public string Text { get; }

    /// <summary>The step whose rows are counted; null: the last SQL step before this one.</summary>
    public string? InStep { get; private init; }

    /// <summary>The variable that is compared; null where rows are counted.</summary>
    public string? Variable { get; private init; }

    /// <summary><c>=</c>, <c>&lt;&gt;</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</summary>
    public string Operator { get; private init; } = ">=";

    /// <summary>What is compared with: a whole number, <c>true</c> or <c>false</c>.</summary>
    public string Literal { get; private init; } = "1";

    /// <summary>Reads a condition.</summary>
    /// <exception cref="FormatException">It has none of the forms above.</exception>
    public static Condition Parse(string text)
    {
        var match = Form().Match(text.Trim());
        if (!match.Success)
            throw new FormatException($"'{text}' is no condition: it is found, not found, rows = 2 (each also with 'in step'), or @name >= 2");

        if (match.Groups["variable"].Success)
        {
            return new Condition(text)
            {
                Variable = match.Groups["variable"].Value,
                Operator = match.Groups["op"].Value,
                Literal = match.Groups["literal"].Value,
            };
        }

        var rows = match.Groups["rows"].Success;
        return new Condition(text)
        {
            InStep = match.Groups["step"].Success ? match.Groups["step"].Value : null,
            Operator = rows ? "=" : match.Groups["not"].Success ? "<" : ">=",
            Literal = rows ? match.Groups["rows"].Value : "1",
        };
    }

    /// <summary>Whether so many rows satisfy it.</summary>
    public bool Holds(long rows) => Compare(rows.CompareTo(long.Parse(Literal, CultureInfo.InvariantCulture)));

    /// <summary>Whether a value, in PostgreSQL's text form, satisfies it. NULL satisfies nothing.</summary>
    public bool Holds(string? value)
    {
        if (value is null) return false;
        if (Literal is "true" or "false")
            return Compare(string.Equals(value is "t" or "true", Literal == "true") ? 0 : 1);
        return decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && Compare(number.CompareTo(decimal.Parse(Literal, CultureInfo.InvariantCulture)));
    }

    private bool Compare(int order) => Operator switch
    {
        "=" => order == 0,
        "<>" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    [GeneratedRegex("""
        ^(?: (?<not>not\s+)? found (?:\s+in\s+(?<step>[a-z][a-z0-9-]*))?
           | rows\s*=\s*(?<rows>\d{1,9}) (?:\s+in\s+(?<step>[a-z][a-z0-9-]*))?
           | @(?<variable>[a-z_][a-z0-9_]*)\s*(?: (?<op>=|<>)\s*(?<literal>true|false) | (?<op>=|<>|<=|>=|<|>)\s*(?<literal>-?\d{1,18}) )
        )$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Form();
}
