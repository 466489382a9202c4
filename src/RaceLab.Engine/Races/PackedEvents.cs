using System.IO.Compression;

namespace RaceLab.Engine.Races;

/// <summary>
/// Events of a race in a quarter of their size or less. Each is written as what differs from the one before it of the same worker, in groups of seven bits; what comes in few kinds only, such as the
/// step and the outcome, is a number of a kind.
/// </summary>
internal sealed class PackedEvents
{
    private readonly RaceEvent[] _kinds;
    private readonly int[] _counts;
    private readonly byte[] _bytes;

    private PackedEvents(RaceEvent[] kinds, int[] counts, byte[] bytes)
    {
        _kinds = kinds;
        _counts = counts;
        _bytes = bytes;
    }

    /// <summary>Its size in bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>Packs what some workers did.</summary>
    public static PackedEvents Of(IReadOnlyList<List<RaceEvent>> events)
    {
        var kinds = new Dictionary<RaceEvent, int>();
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(new BufferedStream(new DeflateStream(bytes, CompressionLevel.Fastest, leaveOpen: true))))
        {
            foreach (var worker in events)
            {
                var before = default(RaceEvent);
                foreach (var happened in worker)
                {
                    var kind = KindOf(happened);
                    if (!kinds.TryGetValue(kind, out var number)) kinds[kind] = number = kinds.Count;
                    writer.Write7BitEncodedInt(number);
                    writer.Write7BitEncodedInt64(Signed((long)happened.Start - before.End));
                    writer.Write7BitEncodedInt64(Signed((long)happened.End - happened.Start));
                    writer.Write7BitEncodedInt64(Signed((long)happened.Attempt - before.Attempt));
                    writer.Write7BitEncodedInt64(Signed((long)happened.Key - before.Key));
                    writer.Write7BitEncodedInt64(happened.Thrown);
                    before = happened;
                }
            }
        }

        return new PackedEvents([.. kinds.OrderBy(k => k.Value).Select(k => k.Key)], [.. events.Select(e => e.Count)], bytes.ToArray());
    }

    /// <summary>The same events.</summary>
    public List<RaceEvent>[] Unpack()
    {
        using var reader = new BinaryReader(new BufferedStream(new DeflateStream(new MemoryStream(_bytes), CompressionMode.Decompress)));
        return [.. _counts.Select(count =>
        {
            var events = new List<RaceEvent>(count);
            var before = default(RaceEvent);
            for (var i = 0; i < count; i++)
            {
                var kind = _kinds[reader.Read7BitEncodedInt()];
                var start = before.End + Signed();
                before = kind with
                {
                    Start = (uint)start,
                    End = (uint)(start + Signed()),
                    Attempt = (int)(before.Attempt + Signed()),
                    Key = (int)(before.Key + Signed()),
                    Thrown = (uint)reader.Read7BitEncodedInt64(),
                };
                events.Add(before);
            }

            return events;
        })];

        long Signed()
        {
            var number = reader.Read7BitEncodedInt64();
            return (number >> 1) ^ -(number & 1);
        }
    }

    private static RaceEvent KindOf(in RaceEvent happened) => happened with { Start = 0, End = 0, Attempt = 0, Key = 0, Thrown = 0 };

    // Small numbers of either sign get few bits.
    private static long Signed(long number) => (number << 1) ^ (number >> 63);
}
