namespace RaceLab.Engine.Wire;

/// <summary>What the server says of a command that is done, such as <c>INSERT 0 1</c>.</summary>
internal static class CommandTag
{
    /// <summary>Rows that it changed; 0 for everything that changes none, SELECT included.</summary>
    /// <exception cref="WireProtocolException">The message is malformed.</exception>
    public static long RowsChanged(ReadOnlySpan<byte> body)
    {
        var reader = new MessageReader(body);
        var tag = reader.Terminated();
        reader.End();
        var changes = tag.StartsWith("INSERT "u8) || tag.StartsWith("UPDATE "u8) || tag.StartsWith("DELETE "u8)
            || tag.StartsWith("MERGE "u8) || tag.StartsWith("COPY "u8) || tag.StartsWith("MOVE "u8);
        if (!changes) return 0;
        long rows = 0;
        foreach (var digit in tag[(tag.LastIndexOf((byte)' ') + 1)..])
        {
            if (!char.IsAsciiDigit((char)digit) || rows > long.MaxValue / 20) throw new WireProtocolException("A command's tag has no number of rows where it must have one.");
            rows = (rows * 10) + (digit - '0');
        }

        return rows;
    }
}
