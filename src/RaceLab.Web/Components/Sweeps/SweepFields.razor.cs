using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.Sweeps;

namespace RaceLab.Web.Components.Sweeps;

/// <summary>Which cells are swept, and how thoroughly. What is out of range stays as it was typed, with a sentence below it.</summary>
public sealed partial class SweepFields
{
    /// <summary>As typed.</summary>
    [Parameter, EditorRequired]
    public SweepChoices Choices { get; set; } = SweepChoices.Default;

    /// <summary>What they read as.</summary>
    [Parameter, EditorRequired]
    public ReadSweep Read { get; set; } = default!;

    /// <summary>Whose invariants may break; null: not known.</summary>
    [Parameter]
    public Scenario? Scenario { get; set; }

    /// <summary>Something was changed.</summary>
    [Parameter]
    public EventCallback<SweepChoices> ChoicesChanged { get; set; }

    /// <summary>Whether a sweep is under way, whose choices these are.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    private string? Invariant => Choices.Invariant.Length > 0 ? Choices.Invariant : Scenario?.Invariants[0].Name;

    private Task Change(SweepChoices choices) => ChoicesChanged.InvokeAsync(choices);
}
