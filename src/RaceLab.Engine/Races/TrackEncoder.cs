using System.Buffers.Binary;

namespace RaceLab.Engine.Races;

/// <summary>Writes pieces of the race track for browsers, and reads them back.</summary>
/// <remarks>
/// A piece, little-endian: u32 from us, u32 to us (the time that it is complete for), u32 segments. Then, for each worker that has any:
/// varint worker (from 0, minus the one before, minus 1), varint segments, and each segment in the order of time: varint start us (minus the end of the one before, of the
/// first minus "from"; zigzag), varint length us, u8 step, u8 mark (bits 0 to 2: <see cref="LaneMark"/>; bits 3 and 4: <see cref="LaneWait"/>; bit 5: rejected) and, where it was rejected, varint
/// number of the rejection's kind.
/// </remarks>
public static class TrackEncoder
{
    /// <summary>Bytes before the first worker.</summary>
    public const int HeaderBytes = 12;

    /// <summary>More than a segment takes on average, for budgets.</summary>
    public const int SegmentBytes = 6;

    private const int RejectedBit = 32;

    /// <summary>Writes a piece.</summary>
    /// <param name="segments">In any order.</param>
    /// <param name="fromUs">Since the start barrier.</param>
    /// <param name="toUs">Not before <paramref name="fromUs"/>.</param>
    public static byte[] Encode(IReadOnlyCollection<LaneSegment> segments, int fromUs, int toUs)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var bytes = new List<byte>(HeaderBytes + (segments.Count * SegmentBytes));
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)fromUs);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)toUs);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)segments.Count);
        foreach (var b in header) bytes.Add(b);
        var before = -1;
        foreach (var lane in segments.GroupBy(s => s.Worker).OrderBy(l => l.Key))
        {
            WriteNumber(bytes, (uint)(lane.Key - before - 1));
            before = lane.Key;
            WriteNumber(bytes, (uint)lane.Count());
            var at = fromUs;
            foreach (var segment in lane.OrderBy(s => s.StartUs)) at = Write(bytes, segment, at);
        }

        return [.. bytes];
    }

    /// <summary>Reads a piece that <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are none.</exception>
    public static (IReadOnlyList<LaneSegment> Segments, int FromUs, int ToUs) Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes) throw new FormatException("These bytes are too short for a piece of a race track.");
        var from = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var to = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var left = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        var rest = bytes[HeaderBytes..];
        var segments = new List<LaneSegment>();
        for (var worker = -1; left > 0;)
        {
            worker += 1 + (int)ReadNumber(ref rest);
            var at = from;
            for (var count = ReadNumber(ref rest); count > 0; count--, left--)
            {
                var gap = ReadNumber(ref rest);
                var start = at + ((int)(gap >> 1) ^ -(int)(gap & 1));
                at = start + (int)ReadNumber(ref rest);
                var (step, mark) = (ReadByte(ref rest), ReadByte(ref rest));
                segments.Add(new LaneSegment(worker, step, start, at, (LaneMark)(mark & 7))
                {
                    Wait = (LaneWait)((mark >> 3) & 3),
                    Rejection = (mark & RejectedBit) == 0 ? 0 : (int)ReadNumber(ref rest),
                });
            }
        }

        return (segments, from, to);
    }

    private static int Write(List<byte> bytes, in LaneSegment segment, int at)
    {
        var gap = segment.StartUs - at;
        WriteNumber(bytes, (uint)((gap << 1) ^ (gap >> 31)));
        WriteNumber(bytes, (uint)(segment.EndUs - segment.StartUs));
        bytes.Add((byte)segment.Step);
        bytes.Add((byte)((int)segment.Mark | ((int)segment.Wait << 3) | (segment.Rejection > 0 ? RejectedBit : 0)));
        if (segment.Rejection > 0) WriteNumber(bytes, (uint)segment.Rejection);
        return segment.EndUs;
    }

    private static void WriteNumber(List<byte> bytes, uint number)
    {
        for (; number >= 0x80; number >>= 7) bytes.Add((byte)(number | 0x80));
        bytes.Add((byte)number);
    }

    private static uint ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        uint number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte(ref bytes);
            number |= (uint)(next & 0x7f) << shift;
            if (next < 0x80) return number;
            if (shift > 28) throw new FormatException("A number in a piece of a race track is too long.");
        }
    }

    private static byte ReadByte(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) throw new FormatException("A piece of a race track ends too early.");
        var next = bytes[0];
        bytes = bytes[1..];
        return next;
    }
}
