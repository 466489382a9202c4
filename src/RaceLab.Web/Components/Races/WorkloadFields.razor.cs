using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>How hard the strategy is raced. What is out of range stays as it was typed, with a sentence below it.</summary>
public sealed partial class WorkloadFields
{
    /// <summary>As typed.</summary>
    [Parameter, EditorRequired]
    public WorkloadForm Form { get; set; } = WorkloadForm.Default;

    /// <summary>What the form reads as.</summary>
    [Parameter, EditorRequired]
    public ReadWorkload Read { get; set; } = WorkloadForm.Default.Read();

    /// <summary>Something was changed.</summary>
    [Parameter]
    public EventCallback<WorkloadForm> FormChanged { get; set; }

    /// <summary>Whether a race is under way, whose workload this is.</summary>
    [Parameter]
    public bool Disabled { get; set; }
}
