using RaceLab.Web.Races;

namespace RaceLab.Web.History;

/// <summary>The address at which two races are laid over each other.</summary>
public static class OverlayLink
{
    /// <summary>How many races an overlay has.</summary>
    public const int Most = 2;

    /// <summary>The address, from the slash on.</summary>
    public static string To(string a, string b) => "/history/overlay" + LinkQuery.Write(("a", a), ("b", b));

    /// <summary>The address that compares the strategies of both, with the workload of the first; of two scenarios nothing can be compared.</summary>
    public static string ToComparison(ShownRace a, ShownRace b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.ScenarioId != b.ScenarioId) return "/compare";
        var strategies = string.Join(',', new[] { a.StrategyId, b.StrategyId }.Distinct());
        return $"/compare{LinkQuery.Write(("scenario", a.ScenarioId), ("strategies", strategies))}&{new RaceLink(null, null, WorkloadForm.From(a.Workload), []).ToString()[1..]}";
    }

    /// <summary>What to do next, when fewer than two races are chosen.</summary>
    public static string Invitation(int chosen) => chosen == 0 ? "Tick two races to lay them over each other." : "Tick one more, and the two can be laid over each other.";
}
