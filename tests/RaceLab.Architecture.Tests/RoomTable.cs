using System.Text.RegularExpressions;

namespace RaceLab.Architecture.Tests;

/// <summary>A table of <c>docs/architecture.md</c>: the rooms of one assembly, and which others of them each may use.</summary>
internal sealed partial class RoomTable
{
    private readonly Dictionary<string, HashSet<string>> _mayUse = [];

    private RoomTable()
    {
    }

    /// <summary>In the order of the table.</summary>
    public IReadOnlyCollection<string> Rooms => _mayUse.Keys;

    /// <summary>Reads the table whose first column has this heading. The last column names rooms, or is a dash where a room uses none.</summary>
    /// <exception cref="FormatException">There is no such table, or a row of it cannot be read.</exception>
    public static RoomTable Read(string markdown, string heading)
    {
        var rows = markdown.Split('\n').Select(line => line.Trim())
            .SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2).ToList();
        if (rows.Count == 0) throw new FormatException($"There is no table whose first column is headed '{heading}'.");
        var table = new RoomTable();
        foreach (var row in rows)
        {
            var cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (Quoted().Matches(cells[0]) is not [var name]) throw new FormatException($"The first column names one room: {row}");
            var rooms = Quoted().Matches(cells[^1]).Select(match => match.Groups[1].Value).ToList();
            if (cells[^1] != (rooms.Count == 0 ? "–" : string.Join(", ", rooms.Select(room => $"`{room}`")))) throw new FormatException($"The last column is a list of rooms, or –: {row}");
            if (!table._mayUse.TryAdd(name.Groups[1].Value, [.. rooms])) throw new FormatException($"A room is there twice: {row}");
        }

        return table;
    }

    /// <summary>Whether types of one room may depend on types of another. All may depend on their own room.</summary>
    public bool Allows(string room, string other) => room == other || (_mayUse.TryGetValue(room, out var rooms) && rooms.Contains(other));

    /// <summary>What is wrong with the table itself, in sentences: names that have no row, and rooms that may use each other in a circle.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (room, rooms) in _mayUse)
        {
            foreach (var other in rooms.Where(other => !_mayUse.ContainsKey(other))) yield return $"The row of {room} names {other}, which has no row.";
        }

        // Rooms that use none, or only such as are out already, are in no cycle. What cannot be taken out is in one, or uses one.
        var left = new HashSet<string>(_mayUse.Keys);
        while (left.RemoveWhere(room => !_mayUse[room].Overlaps(left)) > 0)
        {
        }

        if (left.Count > 0) yield return $"These rooms are in a cycle, or use one: {string.Join(", ", left)}.";
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
