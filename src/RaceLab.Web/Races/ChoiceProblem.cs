using RaceLab.Engine.Content;

namespace RaceLab.Web.Races;

/// <summary>What a link names and content does not have, in a sentence.</summary>
public static class ChoiceProblem
{
    /// <summary>What is wrong with a choice; null: nothing.</summary>
    /// <param name="catalogue">What there is.</param>
    /// <param name="scenarioId">What was asked for.</param>
    /// <param name="strategyId">What was asked for of it.</param>
    public static string? Of(Catalogue catalogue, string? scenarioId, string? strategyId)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return catalogue.Find(scenarioId ?? "") switch
        {
            null when catalogue.Scenarios.Count == 0 => "Content has no scenario that can be used.",
            null => $"There is no scenario “{scenarioId}” here. Choose one of these.",
            var scenario when scenario.FindStrategy(strategyId ?? "") is null => $"“{scenario.Title}” has no strategy “{strategyId}”. Choose one of these.",
            _ => null,
        };
    }
}
