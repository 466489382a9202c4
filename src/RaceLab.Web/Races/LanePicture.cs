using System.Buffers.Binary;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Races;

/// <summary>The first moments of a race: a lane for each worker, a segment for each step.</summary>
/// <param name="Segments">Ordered by worker, then by time.</param>
/// <param name="Workers">How many lanes are shown.</param>
/// <param name="HiddenWorkers">How many are left out to keep the picture readable.</param>
/// <param name="EndUs">The time of the right edge, in microseconds since the start barrier.</param>
public sealed record LanePicture(IReadOnlyList<LaneSegment> Segments, int Workers, int HiddenWorkers, int EndUs)
{
    /// <summary>The most lanes in one picture.</summary>
    public const int MostLanes = 32;

    private const int SegmentBytes = 16;

    /// <summary>Chooses what is shown of the segments of a result.</summary>
    public static LanePicture Of(IReadOnlyList<LaneSegment> lanes)
    {
        ArgumentNullException.ThrowIfNull(lanes);
        var workers = lanes.Count == 0 ? 0 : lanes.Max(s => s.Worker) + 1;
        var shown = Math.Min(workers, MostLanes);
        var segments = lanes.Where(s => s.Worker < shown).OrderBy(s => s.Worker).ThenBy(s => s.StartUs).ToList();
        return new LanePicture(segments, shown, workers - shown, segments.Count == 0 ? 0 : segments.Max(s => s.EndUs));
    }

    /// <summary>
    /// The segments for the browser, little-endian, 16 bytes each: u16 worker, u8 step, u8 mark (<see cref="LaneMark"/>), u32 start us,
    /// u32 end us, u32 0.
    /// </summary>
    public byte[] Encode()
    {
        var bytes = new byte[Segments.Count * SegmentBytes];
        for (var i = 0; i < Segments.Count; i++)
        {
            var segment = Segments[i];
            var to = bytes.AsSpan(i * SegmentBytes, SegmentBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)segment.Worker);
            to[2] = (byte)segment.Step;
            to[3] = (byte)segment.Mark;
            BinaryPrimitives.WriteUInt32LittleEndian(to[4..], (uint)segment.StartUs);
            BinaryPrimitives.WriteUInt32LittleEndian(to[8..], (uint)segment.EndUs);
        }

        return bytes;
    }

    /// <summary>A mark in words; empty for none.</summary>
    public static string WordFor(LaneMark mark) => mark switch
    {
        LaneMark.Created => "created",
        LaneMark.Duplicate => "created: a duplicate",
        LaneMark.Rejected => "rejected",
        LaneMark.Found => "found or updated",
        LaneMark.Lost => "failed or unknown",
        _ => "",
    };
}
