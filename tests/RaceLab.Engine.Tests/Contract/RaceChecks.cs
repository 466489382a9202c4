using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>What must be true of the numbers of any race that ran undisturbed.</summary>
internal static class RaceChecks
{
    public static void EverythingRan(RaceResult result)
    {
        long each = result.Workload.Attempts!.Value;
        Assert.Equal(each * result.Workload.Workers, result.Attempts.Total);
        Assert.Equal(new WorkerSpread(each, each), result.PerWorker);
        Assert.Equal(result.Attempts.Total, result.Latency.Count);
        Assert.True(result.Elapsed > TimeSpan.Zero);
        Assert.True(result.Latency.P50Ms <= result.Latency.P90Ms && result.Latency.P90Ms <= result.Latency.P99Ms && result.Latency.P99Ms <= result.Latency.MaxMs);
    }

    /// <summary>The count from the answers, the count from the table and the books agree.</summary>
    public static void NumbersAgree(RaceResult result)
    {
        var books = result.Reconciliation!;
        Assert.True(books.Holds, $"{books}");
        Assert.Equal(result.Attempts.Created, books.Acknowledged);
        Assert.Equal(result.Attempts.Created + books.UnknownWithRow, books.Rows);
        foreach (var invariant in result.Invariants)
        {
            if (invariant.Live is { } live) Assert.Equal(invariant.Excess, live);

            // A violation may have no rows to show for it: that something is missing is one as well.
            if (invariant.Violations == 0) Assert.Equal(0, invariant.Offenders.Total);
        }
    }
}

/// <summary>Long tests run only when they are asked for.</summary>
internal static class Soak
{
    public const string Reason = "a soak: run it with ./racelab test --soak";

    public static bool IsAskedFor => Environment.GetEnvironmentVariable("RACELAB_SOAK") == "1";
}

/// <summary>Keeps nothing.</summary>
internal sealed class NoArchive : IRaceArchive
{
    public Task SaveAsync(ArchivedRace race, CancellationToken cancellation) => Task.CompletedTask;

    public Task<ArchivedRace?> FindAsync(string id, CancellationToken cancellation) => Task.FromResult<ArchivedRace?>(null);

    public Task<bool> DeleteAsync(string id, string owner, CancellationToken cancellation) => Task.FromResult(false);
}
