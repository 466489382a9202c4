using System.Globalization;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Wire;

/// <summary>One statement of a program on one connection.</summary>
/// <param name="step">What it is in the program.</param>
/// <param name="sending">How it is sent.</param>
internal sealed class WireStatement(ProgramStep step, WireSending sending)
{
    private readonly byte[] _name = sending == WireSending.Prepared ? System.Text.Encoding.ASCII.GetBytes("s" + step.Index.ToString(CultureInfo.InvariantCulture) + "\0") : [0];
    private readonly int[] _kept = [.. step.Keep.Select(_ => -1)];
    private string[] _columns = [];

    /// <summary>What it is in the program.</summary>
    public ProgramStep Step => step;

    /// <summary>The columns that it returns; empty where it returns no rows.</summary>
    public string[] Columns => _columns;

    /// <summary>How a session sends a step.</summary>
    /// <param name="step">With SQL.</param>
    /// <param name="prepare">Whether the session is used more than once.</param>
    /// <param name="simply">Whether what has no values goes by the simple query protocol.</param>
    public static WireSending SendingOf(ProgramStep step, bool prepare, bool simply) =>
        simply && step.ValueSlots.Count == 0 ? WireSending.Simple : prepare ? WireSending.Prepared : WireSending.Parsed;

    public void WriteParse(MessageWriter writer)
    {
        writer.Begin((byte)'P');
        writer.Bytes(_name);
        writer.Text(step.Sql!.Numbered);

        // No types: PostgreSQL infers them, as it would for any client.
        writer.Int16(0);
        writer.End();
    }

    public void WriteDescribe(MessageWriter writer)
    {
        writer.Begin((byte)'D');
        writer.Byte((byte)'S');
        writer.Bytes(_name);
        writer.End();
    }

    /// <summary>Binds the attempt's values and runs it; everything in text.</summary>
    public void WriteRun(MessageWriter writer, string?[] values)
    {
        if (sending == WireSending.Simple)
        {
            writer.Begin((byte)'Q');
            writer.Text(step.Sql!.Numbered);
            writer.End();
            return;
        }

        if (sending == WireSending.Parsed)
        {
            WriteParse(writer);
            WriteDescribe(writer);
        }

        var slots = step.ValueSlots;
        writer.Begin((byte)'B');
        writer.Byte(0);
        writer.Bytes(_name);
        writer.Int16(0);
        writer.Int16((short)slots.Count);
        for (var i = 0; i < slots.Count; i++) writer.Value(values[slots[i]]);
        writer.Int16(0);
        writer.End();

        // Execute the unnamed portal to its end, and Sync.
        writer.Bytes([(byte)'E', 0, 0, 0, 9, 0, 0, 0, 0, 0, (byte)'S', 0, 0, 0, 4]);
    }

    /// <summary>Takes the description of its rows, or that it has none.</summary>
    /// <exception cref="WireProtocolException">The message is malformed, or a column that is kept is not among them.</exception>
    public void TakeColumns(byte type, ReadOnlySpan<byte> body)
    {
        _columns = type == (byte)'T' ? RowColumns.Read(body) : [];
        for (var i = 0; i < _kept.Length && _columns.Length > 0; i++)
        {
            var name = step.Keep[i].Column;
            _kept[i] = Array.IndexOf(_columns, name);
            if (_kept[i] < 0) _kept[i] = Array.FindIndex(_columns, c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (_kept[i] < 0) throw new WireProtocolException($"The step {step.Name} returns no column {name}.");
        }
    }

    /// <summary>Until there is a first row, nothing is kept.</summary>
    public void Forget(string?[] values)
    {
        for (var i = 0; i < _kept.Length; i++) values[step.Keep[i].Slot] = null;
    }

    /// <summary>Keeps what is to be kept of the first row.</summary>
    /// <exception cref="WireProtocolException">The row is malformed.</exception>
    public void Keep(ReadOnlySpan<byte> row, string?[] values)
    {
        var reader = new MessageReader(row);
        RowColumns.Expect(ref reader, _columns.Length);
        for (var column = 0; column < _columns.Length; column++)
        {
            if (Array.IndexOf(_kept, column) < 0)
            {
                reader.SkipValue();
                continue;
            }

            var value = reader.Value();
            for (var i = 0; i < _kept.Length; i++)
                if (_kept[i] == column) values[step.Keep[i].Slot] = value;
        }

        reader.End();
    }
}

/// <summary>Ways to send a statement.</summary>
internal enum WireSending
{
    /// <summary>It is prepared once under a name, and run again and again.</summary>
    Prepared,

    /// <summary>It is parsed each time, with its values beside it.</summary>
    Parsed,

    /// <summary>By the simple query protocol, as psql sends it: it has no values.</summary>
    Simple,
}
