using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Races;

/// <summary>The scenarios of the catalogue.</summary>
public sealed partial class ScenarioPicker
{
    /// <summary>In the catalogue's order.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Scenario> Scenarios { get; set; } = [];

    /// <summary>The chosen scenario's id.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary>Another was chosen: its id.</summary>
    [Parameter]
    public EventCallback<string> ChosenChanged { get; set; }

    /// <summary>Whether a race is under way, whose choices these are.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    /// <summary>What is wrong with the choice, such as an id out of a link that nobody knows; null: nothing.</summary>
    [Parameter]
    public string? Problem { get; set; }
}
