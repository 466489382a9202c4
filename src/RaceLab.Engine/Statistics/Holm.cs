namespace RaceLab.Engine.Statistics;

/// <summary>
/// Many questions asked of the same data: with twenty of them, one would be answered "yes" by chance alone at the usual one in twenty. Holm's way keeps the
/// probability of any wrong "yes" below one bound: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics
/// 6(2), 1979, <see href="https://www.jstor.org/stable/4615733"/>.
/// </summary>
public static class Holm
{
    /// <summary>
    /// For each of the chances, in their order, the level at which it is judged and whether it is below it. The smallest is held against bound/m, the next against
    /// bound/(m-1), and so on; the first that is not below its level ends it: from there on none is, and that level is all the others' as well. So an interval at
    /// a question's level leaves out "no difference" exactly where the answer is "yes".
    /// </summary>
    /// <param name="chances">p values, 0 to 1.</param>
    /// <param name="bound">The probability of any wrong "yes": over 0, below 1.</param>
    public static IReadOnlyList<HolmVerdict> Judge(IReadOnlyList<double> chances, double bound)
    {
        ArgumentNullException.ThrowIfNull(chances);
        var verdicts = new HolmVerdict[chances.Count];
        var (level, stillBelow) = (bound, true);
        foreach (var (at, rank) in Enumerable.Range(0, chances.Count).OrderBy(i => chances[i]).Select((at, rank) => (at, rank)))
        {
            if (stillBelow) level = bound / (chances.Count - rank);
            stillBelow &= chances[at] <= level;
            verdicts[at] = new HolmVerdict(level, stillBelow);
        }

        return verdicts;
    }
}

/// <summary>What became of one question.</summary>
/// <param name="Level">What its chance was held against.</param>
/// <param name="IsBeyondChance">Whether the answer is "yes".</param>
public readonly record struct HolmVerdict(double Level, bool IsBeyondChance);
