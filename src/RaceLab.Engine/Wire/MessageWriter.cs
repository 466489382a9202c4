using System.Buffers.Binary;
using System.Text;

namespace RaceLab.Engine.Wire;

/// <summary>Writes messages to the server, one behind the other, into a buffer that is used again and again.</summary>
internal sealed class MessageWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;
    private int _message;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Begins a message with a type.</summary>
    public void Begin(byte type)
    {
        Byte(type);
        Begin();
    }

    /// <summary>Begins one of the few messages that have no type: those before a session's.</summary>
    public void Begin()
    {
        _message = _length;
        Int32(0);
    }

    /// <summary>Ends the message: now its length is known.</summary>
    public void End() => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_message), _length - _message);

    /// <summary>A message without fields.</summary>
    public void Bare(byte type)
    {
        Begin(type);
        End();
    }

    public void Byte(byte value) => Room(1)[0] = value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), value);

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>A string with its zero byte.</summary>
    public void Text(string text)
    {
        if (text.Contains('\0')) throw new WireProtocolException("A zero character cannot be sent: it ends a string.");
        var room = Room(Encoding.UTF8.GetByteCount(text) + 1);
        Encoding.UTF8.GetBytes(text, room);
        room[^1] = 0;
    }

    /// <summary>A parameter's value with its length before it; null is NULL.</summary>
    public void Value(string? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Room(length));
    }

    private Span<byte> Room(int count)
    {
        if (_buffer.Length - _length < count) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        var room = _buffer.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
