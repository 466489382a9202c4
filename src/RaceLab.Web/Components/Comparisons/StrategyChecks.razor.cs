using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Comparisons;

/// <summary>The strategies of a scenario, any number of which can be chosen; one that the server cannot race says why, and cannot.</summary>
public sealed partial class StrategyChecks
{
    /// <summary>Whose.</summary>
    [Parameter, EditorRequired]
    public Scenario Scenario { get; set; } = default!;

    /// <summary>Why a strategy cannot be raced on this server, in a sentence; null where it can.</summary>
    [Parameter]
    public Func<Strategy, string?> LackOf { get; set; } = static _ => null;

    /// <summary>The chosen strategies' ids.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Chosen { get; set; } = [];

    /// <summary>Others were chosen: all of their ids.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<string>> ChosenChanged { get; set; }

    /// <summary>Whether a comparison is under way, whose choices these are.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    private Task ToggleAsync(string id) => ChosenChanged.InvokeAsync(Chosen.Contains(id) ? [.. Chosen.Where(c => c != id)] : [.. Chosen, id]);
}
