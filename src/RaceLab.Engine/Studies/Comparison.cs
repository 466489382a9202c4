using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Statistics;

namespace RaceLab.Engine.Studies;

/// <summary>
/// What the races of a comparison say, and which differences are larger than the noise. Computed from a record, be it under way or over. A race without a
/// verdict takes part in no number, and a round in which one of two strategies has none takes no part in comparing the two.
/// </summary>
/// <param name="Strategies">In the order in which they were chosen.</param>
/// <param name="Rates">Differences of attempts per second, one for each pair of which two rounds or more can be held side by side.</param>
/// <param name="SlowestAttempts">Differences of the 99th percentile of latency, likewise.</param>
public sealed record Comparison(IReadOnlyList<ComparedStrategy> Strategies, IReadOnlyList<Difference> Rates, IReadOnlyList<Difference> SlowestAttempts)
{
    /// <summary>The comparison of a record.</summary>
    public static Comparison Of(StudyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var raced = record.Races.Where(r => r.Round > 0).ToLookup(r => r.Result.Strategy);
        var strategies = record.Strategies.Select(s => ComparedStrategy.Of(s, [.. raced[s.Id].OrderBy(r => r.Round)])).ToList();
        return new Comparison(
            strategies,
            Difference.Between(strategies, r => r.Result.AttemptsPerSecond),
            Difference.Between(strategies, r => r.Result.Latency.P99Ms));
    }
}

/// <summary>One strategy's races.</summary>
/// <param name="Strategy">As it was when it was raced.</param>
/// <param name="Races">Those with a verdict, by round.</param>
/// <param name="WithoutVerdict">Those without, by round.</param>
public sealed record ComparedStrategy(StudiedStrategy Strategy, IReadOnlyList<StudiedRace> Races, IReadOnlyList<StudiedRace> WithoutVerdict)
{
    /// <summary>Over the rounds; null where there is no race with a verdict.</summary>
    public MeanInterval? AttemptsPerSecond { get; private init; }

    /// <summary>The median latency in ms, over the rounds; null likewise.</summary>
    public MedianRange? P50Ms { get; private init; }

    /// <summary>The 99th percentile of latency in ms, over the rounds; null likewise.</summary>
    public MedianRange? P99Ms { get; private init; }

    /// <summary>What an attempt sent to the server and waited for, on average over all rounds; null where it was not counted.</summary>
    public double? RoundTripsPerAttempt { get; private init; }

    /// <summary>How long an attempt waited for locks, in ms, on average over all rounds; null where a round was too short to estimate it.</summary>
    public double? LockWaitMsPerAttempt { get; private init; }

    /// <summary>Attempts of all rounds.</summary>
    public long Attempts => Races.Sum(r => r.Result.Attempts.Total);

    /// <summary>Blocks that were run again, in all rounds.</summary>
    public long Retries => Races.Sum(r => r.Result.Retries);

    /// <summary>Rejected statements of all rounds by SQLSTATE, most frequent first.</summary>
    public IReadOnlyList<(string SqlState, long Count)> Rejections { get; private init; } = [];

    /// <summary>In content's order; empty where there is no race with a verdict.</summary>
    public IReadOnlyList<ComparedInvariant> Invariants { get; private init; } = [];

    internal static ComparedStrategy Of(StudiedStrategy strategy, IReadOnlyList<StudiedRace> races)
    {
        var counted = races.Where(r => r.HasVerdict).ToList();
        var compared = new ComparedStrategy(strategy, counted, [.. races.Where(r => !r.HasVerdict)]);
        if (counted.Count == 0) return compared;
        return compared with
        {
            AttemptsPerSecond = MeanInterval.Of([.. counted.Select(r => r.Result.AttemptsPerSecond)]),
            P50Ms = MedianRange.Of(counted.Select(r => r.Result.Latency.P50Ms)),
            P99Ms = MedianRange.Of(counted.Select(r => r.Result.Latency.P99Ms)),
            RoundTripsPerAttempt = MeanOf(counted, r => r.RoundTripsPerAttempt),
            LockWaitMsPerAttempt = MeanOf(counted, r => r.LockWaitMsPerAttempt),
            Rejections =
            [
                .. counted.SelectMany(r => r.Result.Rejections).GroupBy(r => r.SqlState, (state, all) => (SqlState: state, Count: all.Sum(r => r.Count)))
                    .OrderByDescending(r => r.Count).ThenBy(r => r.SqlState, StringComparer.Ordinal),
            ],
            Invariants =
            [
                .. counted.SelectMany(r => r.Result.Invariants).GroupBy(i => i.Name, (_, all) => ComparedInvariant.Of([.. all])),
            ],
        };
    }

    private static double? MeanOf(IReadOnlyList<StudiedRace> races, Func<StudiedRace, double?> number) => races.All(r => number(r) is not null) ? races.Average(number) : null;
}

/// <summary>An invariant over the rounds.</summary>
/// <param name="Name">Its name in content.</param>
/// <param name="Title">What must hold.</param>
/// <param name="Promise">What the strategy said of it.</param>
/// <param name="Verdict">Broken where it was in any round; kept where a promised flaw showed in any round, or a sound strategy kept it in all; else not shown.</param>
/// <param name="Excess">The excess of each round, in their order.</param>
public sealed record ComparedInvariant(string Name, string Title, Promise Promise, Verdict Verdict, IReadOnlyList<long> Excess)
{
    /// <summary>In how many rounds it was violated.</summary>
    public int RoundsViolated => Excess.Count(e => e > 0);

    internal static ComparedInvariant Of(IReadOnlyList<InvariantResult> rounds) => new(
        rounds[0].Name,
        rounds[0].Title,
        rounds[0].Promise,
        rounds.Any(r => r.Verdict == Verdict.Broken) ? Verdict.Broken : rounds.Any(r => r.Verdict == Verdict.Kept) ? Verdict.Kept : Verdict.NotShown,
        [.. rounds.Select(r => r.Excess)]);
}

/// <summary>The middle of some numbers, and how far they lie apart.</summary>
/// <param name="Median">Half of them are not above it.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
public readonly record struct MedianRange(double Median, double Low, double High)
{
    internal static MedianRange Of(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToList();
        return new MedianRange((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[0], sorted[^1]);
    }
}
