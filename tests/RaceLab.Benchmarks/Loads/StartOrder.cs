namespace RaceLab.Benchmarks.Loads;

/// <summary>Whether who asked first started first, by the lab's own clock.</summary>
/// <param name="Overtakings">Pairs of races of which the later one was let in first, both by more than <see cref="Apart"/>.</param>
/// <param name="Waited">Races that had to wait for more than that.</param>
/// <param name="MedianWaitMs">Of those.</param>
/// <param name="LongestWaitMs">Of those.</param>
internal sealed record StartOrder(int Overtakings, int Waited, double MedianWaitMs, double LongestWaitMs)
{
    /// <summary>What is nearer than this happened at once: the clock is read before and after the queue, not inside, and a busy machine takes its time to read it.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    /// <summary>The order of some races.</summary>
    public static StartOrder Of(IReadOnlyList<RaceOutcome> races)
    {
        var overtakings = races.Sum(earlier => races.Count(later => later.Asked - earlier.Asked > Apart && earlier.LetIn - later.LetIn > Apart));
        var waits = new Rounds([.. races.Select(r => r.LetIn - r.Asked).Where(w => w > Apart).Select(w => w.TotalMilliseconds)]);
        return new StartOrder(overtakings, waits.Values.Count, waits.Values.Count == 0 ? 0 : waits.Median, waits.Values.Count == 0 ? 0 : waits.High);
    }
}
