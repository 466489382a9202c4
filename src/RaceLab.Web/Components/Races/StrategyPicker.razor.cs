using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Races;

/// <summary>The strategies of a scenario, grouped by what they are worth; that, and whether this server can race one, is said by a word, a shape and a colour.</summary>
public sealed partial class StrategyPicker
{
    /// <summary>Whose.</summary>
    [Parameter, EditorRequired]
    public Scenario Scenario { get; set; } = default!;

    /// <summary>Why a strategy cannot be raced on this server, in a sentence; null where it can.</summary>
    [Parameter]
    public Func<Strategy, string?> LackOf { get; set; } = static _ => null;

    /// <summary>The chosen strategy's id.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary>Another was chosen: its id.</summary>
    [Parameter]
    public EventCallback<string> ChosenChanged { get; set; }

    /// <summary>Whether a race is under way, whose choices these are.</summary>
    [Parameter]
    public bool Disabled { get; set; }
}
