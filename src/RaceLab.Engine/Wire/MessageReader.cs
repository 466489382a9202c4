using System.Buffers.Binary;
using System.Text;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>
/// Reads the fields of one message of the server and never past its end
/// (<see href="https://www.postgresql.org/docs/current/protocol-message-formats.html">message formats</see>).
/// </summary>
/// <param name="body">The message without its type and length.</param>
internal ref struct MessageReader(ReadOnlySpan<byte> body)
{
    /// <summary>The longest message that is taken, in bytes.</summary>
    public const int Longest = AnswerLimit.LargestRow;

    private const int Header = 5;

    private ReadOnlySpan<byte> _left = body;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <summary>Cuts the first message from what was received.</summary>
    /// <param name="received">Bytes from a message's first on.</param>
    /// <param name="longest">The most that is taken, in bytes.</param>
    /// <param name="type">Its type, a letter.</param>
    /// <param name="body">What is in it.</param>
    /// <returns>How many bytes it takes; 0: not all of it is here.</returns>
    /// <exception cref="AnswerTooLargeException">It is a row that is longer.</exception>
    /// <exception cref="WireProtocolException">Its length cannot be.</exception>
    public static int Cut(ReadOnlySpan<byte> received, int longest, out byte type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        if (received.Length < Header) return 0;
        var length = BinaryPrimitives.ReadInt32BigEndian(received[1..]);
        if (length > longest && received[0] == (byte)'D') throw new AnswerTooLargeException();
        if (length < sizeof(int) || length > longest) throw new WireProtocolException($"A message of {length} bytes came, and at most {longest} are taken.");
        if (received.Length <= length) return 0;
        type = received[0];
        body = received[Header..(length + 1)];
        return length + 1;
    }

    public byte Byte() => Bytes(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Bytes(sizeof(short)));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Bytes(sizeof(int)));

    /// <summary>A count of things that follow, each of which takes so many bytes at least.</summary>
    public int Count(int bytesEach)
    {
        var count = Int16();
        return count < 0 || (long)count * bytesEach > _left.Length ? throw new WireProtocolException($"A message says that {count} fields follow, and has no room for them.") : count;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > _left.Length) throw new WireProtocolException($"A message ends before its fields do: {count} bytes are missing in {_left.Length}.");
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }

    /// <summary>Everything that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Bytes(_left.Length);

    /// <summary>A string up to its zero byte, without that.</summary>
    public ReadOnlySpan<byte> Terminated()
    {
        var end = _left.IndexOf((byte)0);
        if (end < 0) throw new WireProtocolException("A message ends before a string in it does.");
        var text = _left[..end];
        _left = _left[(end + 1)..];
        return text;
    }

    public string Text() => Encoding.UTF8.GetString(Terminated());

    /// <summary>A column's value: its text, or null for NULL.</summary>
    public string? Value() => Int32() is var length && length == -1 ? null : Encoding.UTF8.GetString(Bytes(length));

    /// <summary>Skips a column's value.</summary>
    public void SkipValue()
    {
        var length = Int32();
        if (length != -1) Bytes(length);
    }

    /// <summary>The message must be over here.</summary>
    public readonly void End()
    {
        if (!_left.IsEmpty) throw new WireProtocolException($"A message goes on for {_left.Length} bytes behind its last field.");
    }
}
