namespace RaceLab.Engine.Statistics;

/// <summary>
/// Whether trials that were made in groups are as independent as an interval for a proportion takes them to be: groups of independent trials differ by chance, and groups
/// of trials that hang together differ by more. It is Pearson's statistic over its degrees of freedom (McCullagh and Nelder, "Generalized Linear Models", 2nd ed., 4.5).
/// </summary>
public static class Dispersion
{
    /// <summary>
    /// The spread between groups, as a multiple of what independent trials let one expect: about 1 where they are independent. Null where nothing can be said: no cell
    /// has two groups, or all of them saw nothing or nothing else.
    /// </summary>
    /// <param name="cells">For each probability, its groups: successes of trials.</param>
    public static double? Of(IEnumerable<IReadOnlyList<(long Successes, long Trials)>> cells)
    {
        double sum = 0;
        var degrees = 0;
        foreach (var groups in cells)
        {
            var trials = groups.Sum(g => g.Trials);
            var share = trials == 0 ? 0 : (double)groups.Sum(g => g.Successes) / trials;
            if (groups.Count < 2 || share is 0 or 1) continue;
            degrees += groups.Count - 1;
            foreach (var (successes, of) in groups)
            {
                var beyond = successes - (of * share);
                sum += beyond * beyond / (of * share * (1 - share));
            }
        }

        return degrees == 0 ? null : sum / degrees;
    }
}
