using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Races;

/// <summary>Run and Stop, for a race or for a study of many, and where it is in its life.</summary>
public sealed partial class RunControls
{
    /// <summary>What stands on the button that runs.</summary>
    [Parameter]
    public string Label { get; set; } = "";

    /// <summary>Where it is in its life, in a few words.</summary>
    [Parameter]
    public string State { get; set; } = "";

    /// <summary>Whether it is under way.</summary>
    [Parameter]
    public bool IsUnderWay { get; set; }

    /// <summary>Whether it was asked to stop.</summary>
    [Parameter]
    public bool IsStopping { get; set; }

    /// <summary>Whether Space runs and Escape stops.</summary>
    [Parameter]
    public bool HasKeys { get; set; }

    /// <summary>The id of what says why it cannot be run; null: nothing does.</summary>
    [Parameter]
    public string? DescribedBy { get; set; }
}
