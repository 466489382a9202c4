using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>The columns of an answer.</summary>
internal static class RowColumns
{
    // A table, a column in it, a type, its length and modifier, a format, and a name's zero byte.
    private const int LeastBytes = 19;

    /// <summary>Their names.</summary>
    /// <exception cref="WireProtocolException">The message is malformed.</exception>
    public static string[] Read(ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        var names = new string[reader.Count(LeastBytes)];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.Text();
            reader.Bytes(LeastBytes - 1);
        }

        reader.End();
        return names;
    }

    /// <summary>How many values a row has, which must be as many as there are columns.</summary>
    /// <exception cref="WireProtocolException">It has not.</exception>
    public static void Expect(ref MessageReader row, int columns)
    {
        if (row.Count(sizeof(int)) is var count && count != columns) throw new WireProtocolException($"A row of {count} values came where there are {columns} columns.");
    }
}

/// <summary>Collects the rows of an answer in PostgreSQL's text form; of a long one only the first.</summary>
internal sealed class RowKeeper(string[] columns, int most)
{
    private readonly List<IReadOnlyList<string?>> _rows = [];
    private long _total;

    /// <exception cref="WireProtocolException">The row is malformed.</exception>
    public void Take(ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        RowColumns.Expect(ref reader, columns.Length);
        if (_total++ >= most) return;
        var row = new string?[columns.Length];
        for (var i = 0; i < row.Length; i++) row[i] = reader.Value();
        reader.End();
        _rows.Add(row);
    }

    public Answer Finish() => new(columns, _rows, _total);
}
