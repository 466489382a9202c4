using System.Buffers.Binary;
using System.Text;

namespace RaceLab.Benchmarks.Circuits;

/// <summary>
/// As much of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) as the circuits of a page speak: nil, booleans, whole numbers, texts, bytes, arrays and maps.
/// In .NET: null, <see cref="bool"/>, <see cref="long"/>, <see cref="string"/>, <c>byte[]</c>, <c>object[]</c>; a map is read as an array of keys and values in turn.
/// </summary>
internal static class PackedValue
{
    /// <summary>Writes a value behind what is there.</summary>
    public static void Write(List<byte> to, object? value)
    {
        switch (value)
        {
            case null: to.Add(0xc0); break;
            case bool truth: to.Add(truth ? (byte)0xc3 : (byte)0xc2); break;
            case int number: WriteWhole(to, number); break;
            case long number: WriteWhole(to, number); break;
            case string text: WriteText(to, text); break;
            case byte[] bytes:
                WriteLength(to, bytes.Length, null, 0xc4, 0xc5, 0xc6);
                to.AddRange(bytes);
                break;
            case object?[] items:
                WriteLength(to, items.Length, (0x90, 16), null, 0xdc, 0xdd);
                foreach (var item in items) Write(to, item);
                break;
            case EmptyMap: to.Add(0x80); break;
            default: throw new ArgumentException($"A {value.GetType()} cannot be written.", nameof(value));
        }
    }

    /// <summary>Reads one value and moves behind it.</summary>
    /// <exception cref="FormatException">The bytes end too early, or are of a kind that no circuit sends.</exception>
    public static object? Read(ref ReadOnlySpan<byte> from)
    {
        var kind = Take(ref from, 1)[0];
        return kind switch
        {
            <= 0x7f => (long)kind,
            <= 0x8f => ReadItems(ref from, 2 * (kind & 0xf)),
            <= 0x9f => ReadItems(ref from, kind & 0xf),
            <= 0xbf => Encoding.UTF8.GetString(Take(ref from, kind & 0x1f)),
            0xc0 => null,
            0xc2 => false,
            0xc3 => true,
            >= 0xc4 and <= 0xc6 => Take(ref from, ReadUnsigned(ref from, 1 << (kind - 0xc4))).ToArray(),
            >= 0xcc and <= 0xcf => checked((long)ReadUnsigned(ref from, 1 << (kind - 0xcc))),
            >= 0xd0 and <= 0xd3 => ReadSigned(ref from, 1 << (kind - 0xd0)),
            >= 0xd9 and <= 0xdb => Encoding.UTF8.GetString(Take(ref from, ReadUnsigned(ref from, 1 << (kind - 0xd9)))),
            0xdc or 0xdd => ReadItems(ref from, (long)ReadUnsigned(ref from, 2 << (kind - 0xdc))),
            0xde or 0xdf => ReadItems(ref from, 2 * (long)ReadUnsigned(ref from, 2 << (kind - 0xde))),
            >= 0xe0 => (long)(sbyte)kind,
            _ => throw new FormatException($"No circuit sends a value that begins with {kind:x2}."),
        };
    }

    private static void WriteWhole(List<byte> to, long number)
    {
        if (number is >= -32 and <= 127)
        {
            to.Add((byte)(sbyte)number);
            return;
        }

        Span<byte> bytes = stackalloc byte[9];
        bytes[0] = 0xd3;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], number);
        to.AddRange(bytes);
    }

    private static void WriteText(List<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteLength(to, bytes.Length, (0xa0, 32), 0xd9, 0xda, 0xdb);
        to.AddRange(bytes);
    }

    private static void WriteLength(List<byte> to, int length, (byte Kind, int Below)? within, byte? one, byte two, byte four)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        if (within is { } fixedKind && length < fixedKind.Below)
        {
            to.Add((byte)(fixedKind.Kind | length));
            return;
        }

        var (kind, size) = one is { } short1 && length <= byte.MaxValue ? (short1, 1) : length <= ushort.MaxValue ? (two, 2) : (four, 4);
        to.Add(kind);
        to.AddRange(bytes[(4 - size)..]);
    }

    private static object?[] ReadItems(ref ReadOnlySpan<byte> from, long count)
    {
        if (count > from.Length) throw new FormatException($"An array says that it has {count} items, and only {from.Length} bytes follow.");
        var items = new object?[count];
        for (var i = 0; i < items.Length; i++) items[i] = Read(ref from);
        return items;
    }

    private static ulong ReadUnsigned(ref ReadOnlySpan<byte> from, int size)
    {
        ulong number = 0;
        foreach (var next in Take(ref from, size)) number = (number << 8) | next;
        return number;
    }

    private static long ReadSigned(ref ReadOnlySpan<byte> from, int size)
    {
        var shift = 64 - (8 * size);
        return (long)(ReadUnsigned(ref from, size) << shift) >> shift;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, long length) => Take(ref from, (ulong)length);

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, ulong length)
    {
        if (length > (ulong)from.Length) throw new FormatException("A message ends too early.");
        var taken = from[..(int)length];
        from = from[(int)length..];
        return taken;
    }

    /// <summary>A map without entries, to be written: what messages have for headers.</summary>
    internal sealed record EmptyMap;
}
