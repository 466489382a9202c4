using RaceLab.Engine.Content;
using RaceLab.Web.Races;

namespace RaceLab.Web.Scenarios;

/// <summary>What the pages of scenarios say beside content's own texts.</summary>
public static class ScenarioWords
{
    /// <summary>How much there is in a scenario: "9 broken, 3 half-right and 6 sound strategies, 7 puzzles".</summary>
    public static string SizeOf(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var groups = StrategyGroup.Of(scenario).Select(g => $"{g.Strategies.Count} {g.Title.ToLowerInvariant()}").ToList();
        var strategies = $"{Listed(groups)} {(scenario.Strategies.Count == 1 ? "strategy" : "strategies")}";
        return scenario.Puzzles.Count == 0 ? strategies : $"{strategies}, {Figures.Count(scenario.Puzzles.Count, "puzzle", "puzzles")}";
    }

    /// <summary>What the strategies of a group have in common, in a sentence.</summary>
    public static string AboutGroup(Scenario scenario, Standing standing)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var about = scenario.Invariants[0].Title;
        return standing switch
        {
            Standing.Broken => $"These do not keep what this page is about: “{about}”. Each comes with the order of statements that shows it, every time.",
            Standing.HalfRight => $"These keep “{about}”, and have another flaw, which the order of statements beside each of them shows.",
            _ => "These keep everything that is promised above, whoever comes first. The lab has tried every order of two sessions, and races with up to 64 workers.",
        };
    }

    /// <summary>How often an attempt arrives, in a sentence; null where it arrives once.</summary>
    public static string? DeliveriesOf(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return scenario.Deliveries == 1 ? null : $"Each attempt arrives again, up to {scenario.Deliveries} times, until it was answered well.";
    }

    private static string Listed(List<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.SkipLast(1))} and {parts[^1]}";
}
