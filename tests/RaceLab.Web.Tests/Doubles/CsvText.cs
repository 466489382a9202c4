using System.Text;

namespace RaceLab.Web.Tests.Doubles;

/// <summary>Reads CSV by RFC 4180, independently of what writes it; what is no CSV fails.</summary>
internal static class CsvText
{
    public static IReadOnlyList<IReadOnlyList<string>> Read(string text)
    {
        var rows = new List<IReadOnlyList<string>>();
        var row = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var cell = new StringBuilder();
            if (text[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (text[at] != '"') cell.Append(text[at]);
                    else if (at + 1 < text.Length && text[at + 1] == '"') cell.Append(text[at++]);
                    else break;
                }

                at++;
            }
            else
            {
                for (; text[at] is not (',' or '\r'); at++)
                {
                    if (text[at] is '"' or '\n') throw new FormatException($"A bare {(int)text[at]} at {at}.");
                    cell.Append(text[at]);
                }
            }

            row.Add(cell.ToString());
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            if (text[at] != '\r' || text[at + 1] != '\n') throw new FormatException($"A row ends without CRLF at {at}.");
            at += 2;
            rows.Add(row);
            row = [];
        }

        return rows;
    }
}
