using RaceLab.Benchmarks;
using RaceLab.Benchmarks.Loads;
using RaceLab.Benchmarks.Starts;

namespace RaceLab.Hosting.Tests;

/// <summary>What <c>bench load</c> and <c>bench start</c> make of what they measured.</summary>
public sealed class LoadReportTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Machine _machine = new("Linux", "a processor", 2, "10.0.0", "15.18", null);

    [Fact]
    public void StartOrder_WhoCameLaterAndWasLetInFirst_IsCountedOncePerPair()
    {
        // The third overtakes both before it; the fourth asked with the third, so neither overtakes the other.
        var order = StartOrder.Of([Race(0, 5000), Race(1000, 6000), Race(2000, 2000), Race(2050, 6900)]);
        Assert.Equal(new StartOrder(2, 3, 5000, 5000), order);
        Assert.Equal(new StartOrder(0, 0, 0, 0), StartOrder.Of([Race(0, 50), Race(30, 30), Race(200, 210)]));
    }

    [Theory]
    [InlineData(20, 19)]
    [InlineData(21, 20)]
    [InlineData(100, 95)]
    [InlineData(1, 1)]
    public void P95_OfNumbersInAnyOrder_IsWhatNineteenOfTwentyDoNotExceed(int count, double expected) =>
        Assert.Equal(expected, InteractionTimes.P95([.. Enumerable.Range(1, count).Select(i => (double)i).Reverse()]));

    [Fact]
    public void P95_OfNothing_MeetsNoTarget()
    {
        Assert.False(Target.AtMost("", InteractionTimes.P95([]), 250, "ms", "F0").IsMet);
        Assert.False(Target.AtMost("", new Rounds([]).Median, 250, "ms", "F0").IsMet);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("\"missing\": 0", "\"missing\": 1", false)]
    [InlineData("\"unacknowledged\": 0", "\"unacknowledged\": 2", false)]
    [InlineData("\"live\": 4", "\"live\": 5", false)]
    [InlineData("\"live\": 4", "\"live\": null", true)]
    [InlineData("\"total\": 10", "\"total\": 11", false)]
    [InlineData("\"reconciliation\": {", "\"reconciliation\": null, \"other\": {", false)]
    public void Read_RaceDocument_TellsWhetherItsBooksAreRight(string what, string instead, bool expected)
    {
        const string Document = """
            { "end": "finished", "startedAt": "2026-01-01T12:00:10Z", "attemptsPerSecond": 2.5,
              "attempts": { "total": 10, "created": 7, "found": 2, "updated": 0, "rejected": 0, "failed": 0, "unknown": 1 },
              "invariants": { "duplicates": { "excess": 4, "live": 4 } },
              "reconciliation": { "acknowledged": 7, "rows": 8, "unknown": 1, "unknownWithRow": 1, "missing": 0, "unacknowledged": 0 },
              "timing": { "queuedMs": 4000, "preparedMs": 1000 } }
            """;
        var race = RaceOutcome.Read(what.Length == 0 ? Document : Document.Replace(what, instead, StringComparison.Ordinal), recorded: 9);
        Assert.Equal(expected, race.AreBooksRight);
        Assert.Equal((_noon.AddSeconds(5), _noon.AddSeconds(9), 1000.0, 9L), (race.Asked, race.LetIn, race.PreparedMs, race.Recorded));
    }

    [Fact]
    public void Targets_OfStarts_AreOfTheHomeThatExistsAndOfTheMedian()
    {
        var report = new StartReport(_machine, [new StartTimes(9000, 9000, 9000, 9000)], [new StartTimes(2000, 2500, 2600, 9000), new StartTimes(2000, 2600, 2600, 9000), new StartTimes(2000, 9000, 2600, 9000)], [310], [100, 200, 900]);
        Assert.Equal([(2600, true), (200, true), (310, false)], report.Targets.Select(t => (t.Measured, t.IsMet)));
        Assert.Contains(report.Lines(), l => l.StartsWith("home exists: first page: median 2600 ms", StringComparison.Ordinal));
        Assert.Contains("\"pageMs\"", report.ToJson(), StringComparison.Ordinal);
    }

    private static RaceOutcome Race(int askedMs, int letInMs) => new("finished", 1, 1, 1, true, _noon.AddMilliseconds(askedMs), _noon.AddMilliseconds(letInMs), 10);
}
