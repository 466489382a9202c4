using System.Globalization;
using System.Text.RegularExpressions;

namespace RaceLab.Engine.Tests.Schedules.Hermitage;

/// <summary>One anomaly as <c>cases.txt</c> writes it down.</summary>
/// <param name="Name">What the case is called.</param>
/// <param name="Column">The published table's column that it belongs to.</param>
/// <param name="Anomaly">What shows the anomaly: alternatives, each of conditions that hold together.</param>
/// <param name="Entries">The schedule, final reading included.</param>
public sealed partial record HermitageCase(
    string Name, string Column, IReadOnlyList<IReadOnlyList<string>> Anomaly, IReadOnlyList<HermitageEntry> Entries)
{
    public static readonly IReadOnlyList<string> Levels = ["read committed", "repeatable read", "serializable"];

    private static readonly string[] File = System.IO.File.ReadAllLines(
        Path.Combine(TestContent.Folder, "..", "tests", "RaceLab.Engine.Tests", "Schedules", "Hermitage", "cases.txt"));

    /// <summary>For each level, the columns of the published table that it prevents.</summary>
    public static IReadOnlyDictionary<string, string[]> Published { get; } = File
        .Select(line => PublishedForm().Match(line))
        .Where(match => match.Success)
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split(' '));

    public static IReadOnlyList<HermitageCase> All { get; } = [.. ReadAll()];

    private static IEnumerable<HermitageCase> ReadAll()
    {
        for (var i = 0; i < File.Length; i++)
        {
            if (HeadForm().Match(File[i]) is not { Success: true } head) continue;
            var lines = File.Skip(i + 1).TakeWhile(line => line.Length > 0).ToList();
            yield return new HermitageCase(
                head.Groups[1].Value,
                head.Groups[2].Value,
                [.. lines.Where(IsAnomaly).Select(line => line[Anomalies.Length..].Split('&', StringSplitOptions.TrimEntries))],
                [.. lines.Where(line => !IsAnomaly(line)).Select(HermitageEntry.Read)]);
        }
    }

    private const string Anomalies = "anomaly:";

    private static bool IsAnomaly(string line) => line.StartsWith(Anomalies, StringComparison.Ordinal);

    [GeneratedRegex(@"^published: (.*) prevents (.*)$")]
    private static partial Regex PublishedForm();

    [GeneratedRegex(@"^(\S+) \((\S+)\): ")]
    private static partial Regex HeadForm();
}

/// <summary>One line of a case: who sends what, and what every level makes of it.</summary>
/// <param name="Session">From 1; 0 for the final reading.</param>
/// <param name="Step"><c>begin</c>, <c>commit</c>, <c>abort</c>, <c>final</c>, or the statement's name.</param>
/// <param name="Sql">Null for those four.</param>
/// <param name="Expected">One for each of <see cref="HermitageCase.Levels"/>.</param>
public sealed partial record HermitageEntry(int Session, string Step, string? Sql, IReadOnlyList<HermitageExpectation> Expected)
{
    public string Name => Session == 0 ? Step : string.Create(CultureInfo.InvariantCulture, $"{Session}.{Step}");

    public static HermitageEntry Read(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        var match = Form().Match(cells[0]);
        if (!match.Success) throw new FormatException($"'{line}' is no line of a case.");
        var expected = cells.Skip(1).Select(HermitageExpectation.Read).ToList();
        return new HermitageEntry(
            match.Groups["session"].Success ? match.Groups["session"].Value[0] - '0' : 0,
            match.Groups["step"].Value,
            match.Groups["sql"].Success ? match.Groups["sql"].Value : null,
            expected.Count switch
            {
                0 => Enumerable.Repeat(HermitageExpectation.Read(""), 3).ToList(),
                1 => [expected[0], expected[0], expected[0]],
                2 => [expected[0], expected[1], expected[1]],
                3 => expected,
                _ => throw new FormatException($"'{line}' has more cells than there are levels."),
            });
    }

    [GeneratedRegex(@"^((?<session>[1-3])\.)?(?<step>[a-z]+)(: (?<sql>.+))?$")]
    private static partial Regex Form();
}

/// <summary>What a level makes of a statement.</summary>
public sealed record HermitageExpectation(bool IsSent, string? WaitsUntil, string? SqlState, string? Rows, long? Affected)
{
    private const string Waits = "waits until ";
    private const string Affects = "affects ";

    public static HermitageExpectation Read(string cell)
    {
        var expected = new HermitageExpectation(cell != "-", null, null, null, null);
        foreach (var item in cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.StartsWith(Waits, StringComparison.Ordinal)) expected = expected with { WaitsUntil = item[Waits.Length..] };
            else if (item.StartsWith(Affects, StringComparison.Ordinal)) expected = expected with { Affected = long.Parse(item[Affects.Length..], CultureInfo.InvariantCulture) };
            else if (item.Contains('=', StringComparison.Ordinal) || item == "nothing") expected = expected with { Rows = item };
            else if (item.Length == 5) expected = expected with { SqlState = item };
            else if (item != "-") throw new FormatException($"'{item}' is nothing that a level can make of a statement.");
        }

        return expected;
    }
}
