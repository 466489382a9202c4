using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>A race or study in a line of the list, in words.</summary>
/// <param name="Id">As in its permalink.</param>
/// <param name="IsRace">Whether it can be laid over another.</param>
/// <param name="Address">Its permalink, from the slash on.</param>
/// <param name="When">When it was asked for.</param>
/// <param name="Scenario">The scenario's title, or its id where content no longer knows it.</param>
/// <param name="Title">The strategy's title, likewise; of a study, what it was.</param>
/// <param name="Workload">In a line.</param>
/// <param name="Mood">Which sign stands beside the verdict; null: none does, since a study has none.</param>
/// <param name="Verdict">In a few words.</param>
/// <param name="Tally">What was counted, such as 31 duplicates; a dash where nothing could be.</param>
/// <param name="Numbers">Attempts, attempts per second, p50 and p99, each with its name.</param>
public sealed record HistoryRow(
    string Id, bool IsRace, string Address, DateTimeOffset When, string Scenario, string Title, string Workload, VerdictMood? Mood, string Verdict, string Tally,
    IReadOnlyList<(string Name, string Value)> Numbers)
{
    /// <summary>The columns of <see cref="Numbers"/>.</summary>
    public static IReadOnlyList<string> NumberNames { get; } = ["attempts", "rate", "p50", "p99"];

    /// <summary>Puts an entry into words.</summary>
    public static HistoryRow Of(HistoryEntry entry, Catalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(catalogue);
        var scenario = catalogue.Find(entry.Scenario);
        return entry switch
        {
            { Race: { } race } => new HistoryRow(
                entry.Id, true, $"/races/{entry.Id}", entry.CreatedAt, scenario?.Title ?? entry.Scenario, scenario?.FindStrategy(entry.Strategy)?.Title ?? entry.Strategy,
                StateText.Of(race.Workload), HistoryWords.MoodOf(race.Verdict), HistoryWords.VerdictOf(race), HistoryWords.TallyOf(race), Named(NumbersOf(race))),
            { Study: { } study } => new HistoryRow(
                entry.Id, false, HistoryWords.AddressOf(entry), entry.CreatedAt, scenario?.Title ?? entry.Scenario, HistoryWords.TitleOf(entry.Kind, study),
                StateText.Of(study.Workload), null, HistoryWords.EndOf(entry.Ended), "–", Named(["–", "–", "–", "–"])),
            _ => throw new ArgumentException("An entry is a race or a study.", nameof(entry)),
        };
    }

    private static string[] NumbersOf(RaceSummary race) => race.Attempts.Total == 0
        ? ["0", "–", "–", "–"]
        : [Figures.Count(race.Attempts.Total), Figures.Rate(race.AttemptsPerSecond), Figures.Milliseconds(race.Latency.P50Ms), Figures.Milliseconds(race.Latency.P99Ms)];

    private static IReadOnlyList<(string Name, string Value)> Named(string[] values) => [.. NumberNames.Zip(values)];
}
