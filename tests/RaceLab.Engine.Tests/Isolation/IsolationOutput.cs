using System.Text.RegularExpressions;

namespace RaceLab.Engine.Tests.Isolation;

/// <summary>
/// What the isolation tester printed: for each permutation the lines of its course. A line is <c>setup</c> with rows, or a step that is waiting,
/// or a step that is done, with its rows or its error.
/// </summary>
public static partial class IsolationOutput
{
    public const string Waiting = "waiting";

    public const string Setup = "setup";

    /// <summary>Reads an expected output.</summary>
    /// <param name="spec">Whose; its statements are printed in it and must be the same.</param>
    /// <param name="text">The file.</param>
    public static IReadOnlyList<(string Permutation, IReadOnlyList<string> Course)> Read(IsolationSpec spec, string text)
    {
        var parts = text.ReplaceLineEndings("\n").Split("\nstarting permutation: ");
        Expect(parts[0].TrimEnd() == $"Parsed test spec with {spec.Sessions.Count} sessions", parts[0]);
        return [.. parts.Skip(1).Select(part => (part[..part.IndexOf('\n', StringComparison.Ordinal)], Course(spec, part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..])))];
    }

    private static List<string> Course(IsolationSpec spec, string text)
    {
        var course = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var done = Setup;
            if (Step().Match(text, at) is { Success: true } step)
            {
                var name = step.Groups[1].Value;
                at += step.Length;
                if (!Skip(text, ref at, "<... completed>\n"))
                {
                    Expect(Skip(text, ref at, spec.Sessions[spec.SessionOf(name) - 1].Steps[name]), text[at..]);
                    if (Skip(text, ref at, " <waiting ...>\n"))
                    {
                        course.Add($"{name} {Waiting}");
                        continue;
                    }

                    Expect(Skip(text, ref at, "\n"), text[at..]);
                }

                done = $"{name} done";
            }

            var next = NextStep().Match(text, at) is { Success: true } found ? found.Index : text.Length;
            course.AddRange(Results(text[at..next]).DefaultIfEmpty("").Select(result => $"{done}{result}"));
            at = next;
        }

        return course;
    }

    private static IEnumerable<string> Results(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            if (lines[i].StartsWith("ERROR:  ", StringComparison.Ordinal))
            {
                yield return $": {lines[i]["ERROR:  ".Length..]}";
                continue;
            }

            Expect(i + 1 < lines.Length && Rule().IsMatch(lines[i + 1]), lines[i]);
            var table = new List<string> { Cells(lines[i++]) };
            while (Total().Match(lines[++i]) is not { Success: true }) table.Add(Cells(lines[i]));
            Expect(lines[i].StartsWith($"({table.Count - 1} row", StringComparison.Ordinal), lines[i]);
            yield return Table(table);
        }
    }

    /// <summary>Rows as one line: the columns, then each row.</summary>
    public static string Table(IEnumerable<string> lines) => $": {string.Join(" / ", lines)}";

    private static string Cells(string line) => string.Join('|', line.Split('|', StringSplitOptions.TrimEntries));

    private static bool Skip(string text, ref int at, string part)
    {
        if (string.CompareOrdinal(text, at, part, 0, part.Length) != 0) return false;
        at += part.Length;
        return true;
    }

    private static void Expect(bool met, string where)
    {
        if (!met) throw new FormatException($"This is no output of the isolation tester: '{where[..Math.Min(where.Length, 80)]}'");
    }

    [GeneratedRegex(@"\Gstep (\w+): ")]
    private static partial Regex Step();

    [GeneratedRegex(@"^step \w+: ", RegexOptions.Multiline)]
    private static partial Regex NextStep();

    [GeneratedRegex("^-[-+]*$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\(\d+ rows?\)$")]
    private static partial Regex Total();
}
