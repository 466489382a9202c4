using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Web.Choices;
using RaceLab.Web.Races;
using RaceLab.Web.Scenarios;

namespace RaceLab.Web.Components.Scenarios;

/// <summary>One strategy on its scenario's page: what it promises, why, its steps, the order that shows its flaw, and where it can be tried.</summary>
public sealed partial class StrategyPart
{
    /// <summary>Whose.</summary>
    [Parameter, EditorRequired]
    public Scenario Scenario { get; set; } = default!;

    /// <summary>Which.</summary>
    [Parameter, EditorRequired]
    public Strategy Strategy { get; set; } = default!;

    /// <summary>Why this server cannot race it, in a sentence; null: it can.</summary>
    [Parameter]
    public string? Lack { get; set; }

    private string Tone => StrategyChoices.ToneOf(StrategyGroup.StandingOf(Scenario, Strategy));

    private string RaceAddress => "/" + LinkQuery.Write(("scenario", Scenario.Id), ("strategy", Strategy.Id));

    private int WitnessSessions => Math.Max(Puzzle.FewestSessions, Strategy.Witness.Max(w => w.Whose));

    private IEnumerable<Puzzle> Puzzles => Scenario.Puzzles.Where(p => p.Strategy == Strategy.Id);

    private bool IsKept(Invariant invariant) => !StrategyGroup.FlawsOf(Scenario, Strategy).Contains(invariant);
}
