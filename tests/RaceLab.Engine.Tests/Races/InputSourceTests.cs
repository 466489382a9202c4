using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

public sealed class InputSourceTests
{
    [Fact]
    public void Draw_SameSeedAndAttempt_GivesTheSameWhoeverIsFirst()
    {
        foreach (var text in (string[])["uuid4()", "hash(@attempt, 24)", "pick(3)", "uuid4() on every delivery"])
        {
            var (one, other) = (Source(), Source());
            var there = Enumerable.Range(1, 50).Select(n => one.Draw(InputOf(text), 0, At(n))).ToList();
            var back = Enumerable.Range(1, 50).Reverse().Select(n => other.Draw(InputOf(text), 0, At(n))).Reverse().ToList();
            Assert.Equal(there, back);
            Assert.NotEqual(there, Enumerable.Range(1, 50).Select(n => Source(seed: 2).Draw(InputOf(text), 0, At(n))));
        }
    }

    [Fact]
    public void Draw_Uuid4_IsOneAndDiffersForEveryAttemptAndPlaceAndDelivery()
    {
        var source = Source();
        var ids = new HashSet<string>();
        for (var attempt = 1; attempt <= 1000; attempt++)
        {
            for (var place = 0; place < 2; place++)
            {
                var id = source.Draw(InputOf("uuid4() on every delivery"), place, At(attempt, 1));
                Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
                Assert.True(ids.Add(id) & ids.Add(source.Draw(InputOf("uuid4() on every delivery"), place, At(attempt, 2))));
            }
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(16, 4)]
    [InlineData(17, 5)]
    [InlineData(64, 16)]
    public void Draw_Hash_HasItsBitsInHexadecimalDigits(int bits, int digits)
    {
        var hashes = Enumerable.Range(1, 200).Select(n => Source().Draw(InputOf($"hash(@attempt, {bits})"), 0, At(n))).ToList();
        Assert.All(hashes, h => Assert.Equal(digits, h.Length));
        Assert.All(hashes, h => Assert.True(bits == 64 || ulong.Parse(h, NumberStyles.HexNumber, CultureInfo.InvariantCulture) < 1UL << bits));
        Assert.True(hashes.Distinct().Count() > (bits == 4 ? 12 : 190));
    }

    [Fact]
    public void Draw_HashOfTheKey_IsTheKeysAlone() =>
        Assert.Equal(Source().Draw(InputOf("hash(@key, 24)"), 0, At(1)), Source().Draw(InputOf("hash(@key, 24)"), 3, At(2, 2)));

    [Fact]
    public void Draw_Clock_IsRealInARace()
    {
        var clock = new FakeTimeProvider(new(2026, 10, 21, 12, 0, 0, 123, TimeSpan.Zero));
        var source = InputSource.ForRace(Request(1, 10), clock);
        Assert.Equal("1792584000123", source.Draw(InputOf("now_ms()"), 0, At(1)));
        Assert.Equal("2026-10-21 12:00:00.123+00:00", source.Draw(InputOf("clock()"), 0, At(1)));
    }

    [Fact]
    public void Draw_ClockInASchedule_StandsStillAndADeliveryComesASecondLater()
    {
        var source = InputSource.ForSchedule(Request(1, 1));
        Assert.Equal("2026-01-01 00:00:00.000+00:00", source.Draw(InputOf("clock()"), 0, At(1)));
        Assert.Equal(source.Draw(InputOf("now_ms()"), 0, At(1)), source.Draw(InputOf("now_ms()"), 0, At(2)));
        Assert.Equal("2026-01-01 00:00:01.000+00:00", source.Draw(InputOf("clock()"), 0, At(1, 2)));
    }

    [Fact]
    public void Draw_Pick_IsTheOwnKeyAndOthersInSomeOrder()
    {
        var source = Source();
        var picked = Enumerable.Range(1, 100).Select(n => ArrayText.Parse(source.Draw(InputOf("pick(3)"), 0, At(n)))).ToList();
        Assert.All(picked, p => Assert.Equal((3, true), (p.Distinct().Count(), p.Contains("thing-1"))));
        Assert.Equal([0, 1, 2], picked.Select(p => p.ToList().IndexOf("thing-1")).Distinct().Order());
        Assert.Equal(10, picked.SelectMany(p => p).Distinct().Count());
    }

    [Fact]
    public void Draw_PickOfMoreKeysThanTheRaceHas_HasAsManyAsArePicked()
    {
        var picked = ArrayText.Parse(InputSource.ForRace(Request(1, 1), TimeProvider.System).Draw(InputOf("pick(2)"), 0, At(1)));
        Assert.Equal(["thing-1", "thing-2"], picked.Order());
    }

    [Fact]
    public void Draw_PickInASchedule_BeginsWithAnotherKeyForEachSession()
    {
        var source = InputSource.ForSchedule(Request(1, 1));
        Assert.Equal(
            ["{\"thing-1\",\"thing-2\"}", "{\"thing-2\",\"thing-1\"}", "{\"thing-1\",\"thing-2\"}"],
            Enumerable.Range(1, 3).Select(n => source.Draw(InputOf("pick(2)"), 0, At(n))));
    }

    [Fact]
    public void Draw_Counter_CountsInEachInstanceByItself()
    {
        var source = InputSource.ForSchedule(Spread(2));
        Assert.Equal(["1", "1", "2", "2", "3"], Enumerable.Range(1, 5).Select(n => source.Draw(InputOf("counter(instance)"), 0, At(n))));
        source.Restart();
        Assert.Equal("1", source.Draw(InputOf("counter(instance)"), 0, At(1)));
    }

    [Fact]
    public void Draw_ClockOfAnotherInstance_IsWrongByUpToHalfASecondAndAlwaysAlike()
    {
        var source = InputSource.ForSchedule(Spread(16));
        var right = long.Parse(source.Draw(InputOf("now_ms()"), 0, At(1)), CultureInfo.InvariantCulture);
        var errors = Enumerable.Range(2, 15).Select(n => long.Parse(source.Draw(InputOf("now_ms()"), 0, At(n)), CultureInfo.InvariantCulture) - right).ToList();
        Assert.All(errors, e => Assert.InRange(e, -500, 500));
        Assert.True(errors.Distinct().Count() > 10);
        Assert.Equal(source.Draw(InputOf("now_ms()"), 0, At(2)), source.Draw(InputOf("now_ms()"), 1, At(18)));
    }

    private static RaceRequest Spread(int instances)
    {
        var request = Request(1, 10);
        return request with { Strategy = request.Strategy with { Instances = instances } };
    }

    private static InputSource Source(long seed = 1) => InputSource.ForRace(Request(seed, 10), TimeProvider.System);

    private static RaceRequest Request(long seed, int keys) => SmallScenario.Naive(new Workload { Seed = seed, Keys = keys });

    private static Arrival At(int attempt, int delivery = 1) => new("thing-1", attempt.ToString(CultureInfo.InvariantCulture), attempt, delivery);

    private static Input InputOf(string text) => SmallScenario.Input("id", text);
}
