using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Autopsies;

/// <summary>Finds out how keys came to have more rows than one.</summary>
public static class KeyFindings
{
    /// <summary>The findings, by when the second row of each key was written; keys of whose rows the log tells nothing come last.</summary>
    /// <param name="program">What the steps mean.</param>
    /// <param name="keys">What the table has.</param>
    /// <param name="attempts">The race's log.</param>
    public static IReadOnlyList<KeyFinding> Of(StepProgram program, IEnumerable<DoubledKey> keys, IAttempts attempts)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(attempts);
        return
        [
            .. keys.Select(key => Of(program, key, attempts))
                .OrderBy(finding => finding.Winners is [_, { Write: { } second }, ..] ? second.EndUs : long.MaxValue)
                .Take(Autopsy.MostEntries),
        ];
    }

    private static KeyFinding Of(StepProgram program, DoubledKey key, IAttempts attempts)
    {
        var winners = key.Attempts.GroupBy(number => number)
            .Select(rows => (Story: attempts.Find(rows.Key), Rows: rows.Count()))
            .Where(w => w.Story is not null)
            .Select(w => Reading.WinnerOf(program, w.Story!, w.Rows))
            .OrderBy(w => w.Write?.EndUs ?? w.Story.EndUs)
            .Take(Autopsy.MostWinners)
            .ToList();
        var order = ReplayOrder.Of(program, [.. winners.Select(w => w.Story)]);
        return new KeyFinding(key.Key, key.Attempts.Count, winners, order?.Order ?? [], order?.Sessions ?? 0);
    }
}
