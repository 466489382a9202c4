using RaceLab.Engine.Content;
using RaceLab.Web.Scenarios;

namespace RaceLab.Web.Choices;

/// <summary>A scenario's strategies, to choose from.</summary>
public static class StrategyChoices
{
    /// <summary>Grouped by what they are worth.</summary>
    /// <param name="scenario">Whose.</param>
    /// <param name="lackOf">Why a strategy cannot be raced on this server, in a sentence; null where it can.</param>
    public static IReadOnlyList<ChoiceGroup> Of(Scenario scenario, Func<Strategy, string?> lackOf) =>
    [
        .. StrategyGroup.Of(scenario).Select(g => new ChoiceGroup(
            g.Title,
            ToneOf(g.Standing),
            [.. g.Strategies.Select(s => new Choice(s.Id, s.Title) { About = s.Summary, Lack = lackOf(s) })])),
    ];

    /// <summary>The name of a standing's colour and shape.</summary>
    public static string ToneOf(Standing standing) => standing.ToString().ToLowerInvariant();
}
