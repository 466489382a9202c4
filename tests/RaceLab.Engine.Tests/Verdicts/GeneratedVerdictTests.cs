using System.Globalization;
using RaceLab.Engine.Tests.Contract;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>
/// The explorer against brute force, and both against orders that are played one by one on new databases, on programs that nobody has thought of. A disagreement is
/// printed as a file that can be put into a content folder; each that was ever found is kept in <c>cases</c>.
/// </summary>
public sealed class GeneratedVerdictTests(TestPostgres postgres)
{
    private const int SeedsOfASoak = 2_000;
    private const int SeedsAtOnce = 50;
    private const int SeedsOfTheSuite = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The first seed of each group that the suite always plays.</summary>
    public static TheoryData<long> Fixed => [.. Enumerable.Range(0, SeedsOfTheSuite / SeedsAtOnce).Select(i => (long)i * SeedsAtOnce)];

    /// <summary>The seeds of a soak, in groups: RACELAB_SEED_FROM says which is the first, so that a soak can go on where another one stopped, and RACELAB_SEED_COUNT how many there are.</summary>
    public static TheoryData<long, int> Soaked
    {
        get
        {
            var (from, count) = (Asked("RACELAB_SEED_FROM", 0), Asked("RACELAB_SEED_COUNT", SeedsOfASoak));
            var data = new TheoryData<long, int>();
            for (var seed = from; seed < from + count; seed += SeedsAtOnce) data.Add(seed, (int)Math.Min(SeedsAtOnce, from + count - seed));
            return data;
        }
    }

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(Fixed))]
    public Task Explore_GeneratedPrograms_SaysWhatBruteForceAndNewDatabasesSay(long firstSeed) => CompareAsync(firstSeed, SeedsAtOnce);

    [Theory(Timeout = 1_800_000)]
    [MemberData(nameof(Soaked))]
    public async Task Soak_Explore_GeneratedPrograms_SaysWhatBruteForceAndNewDatabasesSay(long firstSeed, int seeds)
    {
        Assert.SkipUnless(Soak.IsAskedFor, Soak.Reason);
        await CompareAsync(firstSeed, seeds);
    }

    private async Task CompareAsync(long first, int count)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var writing = new Lock();
        var comparison = new VerdictComparison(postgres, Cancellation);
        var results = await comparison.CompareAsync(first, count, result =>
        {
            // At once, since a soak may be stopped before it ends.
            if (result.End != SeedEnd.Disagreed) return;
            lock (writing) output.WriteLine(result.Words);
        });
        var last = first + count - 1;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seeds {first} to {last}: {Count(SeedEnd.Agreed)} agreed, {results.Count(r => r.Words == "afresh")} of them on new databases too, {Count(SeedEnd.Disagreed)} disagreed, {Count(SeedEnd.Unreduced)} not reduced, {Count(SeedEnd.Refused)} refused, {Count(SeedEnd.Discarded)} discarded"));
        foreach (var effort in comparison.Efforts) output.WriteLine(effort);
        foreach (var why in results.Where(r => r.End is SeedEnd.Refused or SeedEnd.Discarded).GroupBy(r => (r.End, r.Words)).OrderByDescending(g => g.Count()))
            output.WriteLine($"{why.Key.End}, {why.Count()} times: {why.Key.Words}");

        // What is discarded or refused has proved nothing, so most must not be.
        Assert.True(Count(SeedEnd.Agreed) + Count(SeedEnd.Disagreed) > count / 2, "most programs were discarded, refused or not reduced");
        var disagreed = results.Where(r => r.End == SeedEnd.Disagreed).ToList();
        Assert.True(disagreed.Count == 0, $"{disagreed.Count} programs: {string.Join(' ', disagreed.Select(r => r.Seed))}");

        int Count(SeedEnd end) => results.Count(r => r.End == end);
    }

    private static long Asked(string variable, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : otherwise;
}
