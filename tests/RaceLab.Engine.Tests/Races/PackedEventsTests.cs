using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public sealed class PackedEventsTests
{
    [Fact]
    public void Unpack_WhatWasPacked_IsTheSame()
    {
        List<RaceEvent>[] log =
        [
            [.. Race(seed: 1, attempts: 3000)],
            [],
            [
                new RaceEvent(uint.MaxValue - 1, uint.MaxValue, int.MaxValue, 100_000, 250, Outcome.Unknown, int.MaxValue, int.MaxValue, byte.MaxValue, true, uint.MaxValue),
                new RaceEvent(0, 0, 0, 0, 0, Outcome.Created, 0, 0),
                new RaceEvent(5, 4_000_000_000, 1, 99_999, RaceEvent.AttemptEnded, Outcome.Rejected, 3, 1, 2),
            ],
        ];
        var packed = PackedEvents.Of(log);
        Assert.Equal(log, packed.Unpack());
        Assert.InRange(packed.Size, 1, log.Sum(w => w.Count) * 28 / 4);
    }

    [Fact]
    public void Whole_AfterPacking_IsUnpackedOnceAndIsTheSame()
    {
        var log = new RecordedEvents(2);
        log.Whole[1].AddRange(Race(seed: 2, attempts: 50));
        RaceEvent[] before = [.. log.Whole[1]];
        log.Pack();
        log.Pack();
        Assert.Equal(before, log.Whole[1]);
        Assert.Same(log.Whole, log.Whole);
        Assert.Empty(log.Whole[0]);
    }

    private static IEnumerable<RaceEvent> Race(int seed, int attempts)
    {
        var random = new Random(seed);
        var now = 0u;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var (start, key) = (now, random.Next(1, 100_001));
            for (byte step = 0; step < 2; step++)
            {
                var end = now + (uint)random.Next(500, 20_000);
                yield return new RaceEvent(now, end, attempt, key, step, Outcome.Created, 0, 0);
                now = end + (uint)random.Next(5, 60);
            }

            yield return new RaceEvent(start, now, attempt, key, RaceEvent.AttemptEnded, random.Next(5) == 0 ? Outcome.Created : Outcome.Found, 0, 0);
        }
    }
}
