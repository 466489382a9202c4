using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public class TrackEncoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Encode_AnySegments_DecodesToTheSame(int seed)
    {
        var random = new Random(seed);
        var segments = new List<LaneSegment>();
        for (var worker = 0; worker < 200; worker += 1 + random.Next(3))
        {
            var at = random.Next(0, 2_000_000);
            for (var i = random.Next(0, 60); i > 0; i--)
            {
                var end = at + random.Next(0, 1 << random.Next(1, 22));
                segments.Add(new LaneSegment(worker, random.Next(0, 40), at, end, (LaneMark)random.Next(0, 6))
                {
                    Wait = (LaneWait)random.Next(0, 3),
                    Rejection = random.Next(0, 3) == 0 ? random.Next(1, 300) : 0,
                });
                at = end + random.Next(0, 50);
            }
        }

        var (decoded, from, to) = TrackEncoder.Decode(TrackEncoder.Encode(segments, 1_000_000, 90_000_000));
        Assert.Equal(segments, decoded);
        Assert.Equal((1_000_000, 90_000_000), (from, to));
    }

    [Fact]
    public void Encode_Nothing_IsAHeader() => Assert.Equal(TrackEncoder.HeaderBytes, TrackEncoder.Encode([], 5, 9).Length);

    [Fact]
    public void Encode_TheSegmentsOfTheBrowsersTest_WritesTheBytesThatItReads()
    {
        LaneSegment[] segments =
        [
            new(3, 0, 105, 305, LaneMark.None),
            new(3, 1, 305, 561, LaneMark.Duplicate) { Wait = LaneWait.Sampled, Rejection = 7 },
            new(300, 2, 50, 1050, LaneMark.Lost),
        ];
        Assert.Equal(
            [100, 0, 0, 0, 0x10, 0x27, 0, 0, 3, 0, 0, 0, 3, 2, 10, 200, 1, 0, 0, 0, 0x80, 2, 1, 0x32, 7, 0xa8, 2, 1, 99, 0xe8, 7, 2, 5],
            TrackEncoder.Encode(segments, 100, 10_000));
    }

    [Fact]
    public void Decode_CutOff_IsRefused()
    {
        var bytes = TrackEncoder.Encode([new LaneSegment(3, 1, 10, 500, LaneMark.Created)], 0, 600);
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<FormatException>(() => TrackEncoder.Decode(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void NextDelta_AFastRace_StaysWithinItsBytesAndHasTheNewest()
    {
        var live = new LiveTrack(50, 118);
        Fill(live, 50, 0, 10_000);
        live.NextDelta();
        Fill(live, 50, 100_000, 10_000);
        var delta = live.NextDelta();

        Assert.InRange(delta.Length + 118, 118, LiveTrack.FrameBytes + 40);
        Assert.Equal(0u, BitConverter.ToUInt32(delta));
        var (newest, from, to) = TrackEncoder.Decode(delta.AsSpan(4));
        Assert.Equal(to, newest.Max(s => s.EndUs));
        Assert.All(newest, s => Assert.True(s.EndUs >= from));
    }

    [Fact]
    public void Snapshot_AfterSomeDeltas_HasTheOpeningOfAllOfThem()
    {
        var live = new LiveTrack(4, 72);
        var sent = new List<LaneSegment>();
        var end = 0;
        for (var tick = 0; tick < 30; tick++)
        {
            Fill(live, 4, tick * 1000, 100);
            var delta = live.NextDelta();
            var length = (int)BitConverter.ToUInt32(delta);
            if (length == 0) continue;
            (var fresh, _, end) = TrackEncoder.Decode(delta.AsSpan(4, length));
            sent.AddRange(fresh);
        }

        var snapshot = live.Snapshot()();
        var (opening, _, until) = TrackEncoder.Decode(snapshot.AsSpan(4, (int)BitConverter.ToUInt32(snapshot)));
        Assert.Equal(sent.OrderBy(s => (s.Worker, s.StartUs)), opening);
        Assert.Equal(end, until);
        Assert.InRange(opening.Count, LiveTrack.OpeningSegments, LiveTrack.OpeningSegments + 4);
        Assert.All(opening, s => Assert.Equal(LaneMark.Created, s.Mark));
    }

    /// <summary>Attempts of one step each, one after another in every lane.</summary>
    private static void Fill(LiveTrack live, int workers, int fromUs, int attempts)
    {
        for (var i = 0; i < attempts; i++)
        {
            var start = (uint)(fromUs + (i * 10)) * 10;
            live.Take(i % workers, new RaceEvent(start, start + 90, i, 1, 0, default, 0, 1), false);
            live.Take(i % workers, new RaceEvent(start, start + 95, i, 1, RaceEvent.AttemptEnded, Outcome.Created, 0, 0), false);
        }
    }
}
