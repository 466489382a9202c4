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

    /// <summary>How many attempts of a usual worker the picture reaches over: enough to see workers meet, few enough to tell them apart.</summary>
    public const int AttemptsShown = 3;

    private const int SegmentBytes = 16;

    /// <summary>Chooses what is shown of the segments of a result: some workers, and their first few attempts.</summary>
    public static LanePicture Of(IReadOnlyList<LaneSegment> lanes)
    {
        ArgumentNullException.ThrowIfNull(lanes);
        var workers = lanes.Count == 0 ? 0 : lanes.Max(s => s.Worker) + 1;
        var shown = Math.Min(workers, MostLanes);
        var end = EndOf([.. lanes.Where(s => s.Worker < shown)]);
        var segments = lanes.Where(s => s.Worker < shown && s.StartUs < end)
            .OrderBy(s => s.Worker).ThenBy(s => s.StartUs)
            .Select(s => s.EndUs <= end ? s : s with { EndUs = end, Mark = LaneMark.None })
            .ToList();
        return new LanePicture(segments, shown, workers - shown, end);
    }

    /// <summary>When the middle one of the workers has ended its last attempt that is shown.</summary>
    private static int EndOf(IReadOnlyList<LaneSegment> lanes)
    {
        if (lanes.Count == 0) return 0;
        var ends = lanes.GroupBy(s => s.Worker)
            .Select(worker => worker.Where(s => s.Mark != LaneMark.None).OrderBy(s => s.EndUs).Take(AttemptsShown).Select(s => s.EndUs).LastOrDefault())
            .Where(end => end > 0)
            .Order()
            .ToList();
        return ends.Count == 0 ? lanes.Max(s => s.EndUs) : ends[ends.Count / 2];
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
