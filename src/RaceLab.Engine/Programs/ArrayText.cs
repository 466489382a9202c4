using System.Text;

namespace RaceLab.Engine.Programs;

/// <summary>
/// Lists of texts in PostgreSQL's text form for arrays, such as <c>{"a","b"}</c>
/// (<see href="https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO">array input and output syntax</see>), so that a list is a value like any other.
/// </summary>
internal static class ArrayText
{
    /// <summary>Writes a list. Every item is quoted.</summary>
    public static string Format(IEnumerable<string> items)
    {
        var text = new StringBuilder("{");
        foreach (var item in items)
        {
            if (text.Length > 1) text.Append(',');
            text.Append('"').Append(item.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }

    /// <summary>Reads a list that <see cref="Format"/> wrote.</summary>
    /// <exception cref="FormatException">It did not.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var items = new List<string>();
        var item = new StringBuilder();
        var quoted = false;
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\') item.Append(text[++i]);
            else if (text[i] == '"')
            {
                if (quoted)
                {
                    items.Add(item.ToString());
                    item.Clear();
                }

                quoted = !quoted;
            }
            else if (quoted) item.Append(text[i]);
            else if (text[i] != ',') throw new FormatException($"'{text}' is no list of quoted texts");
        }

        return quoted || text is not ['{', .., '}'] ? throw new FormatException($"'{text}' is no list of quoted texts") : items;
    }
}
