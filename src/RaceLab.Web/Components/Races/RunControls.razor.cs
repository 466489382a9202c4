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

    /// <summary>What is or would be run, in a line.</summary>
    [Parameter]
    public string Summary { get; set; } = "";

    /// <summary>Whether it is under way.</summary>
    [Parameter]
    public bool IsUnderWay { get; set; }

    /// <summary>Whether whoever looks has started it.</summary>
    [Parameter]
    public bool IsMine { get; set; }

    /// <summary>Whether the choices can be run and nothing is under way.</summary>
    [Parameter]
    public bool CanRun { get; set; }

    /// <summary>Whether it was asked to stop.</summary>
    [Parameter]
    public bool IsStopping { get; set; }

    /// <summary>Whether Space runs and Escape stops.</summary>
    [Parameter]
    public bool HasKeys { get; set; }

    /// <summary>The id of what says why it cannot be run; null: nothing does.</summary>
    [Parameter]
    public string? DescribedBy { get; set; }

    /// <summary>The page with the same choices and nothing begun, for those who only watch.</summary>
    [Parameter]
    public string OwnLink { get; set; } = "";

    /// <summary>Run was pressed.</summary>
    [Parameter]
    public EventCallback Run { get; set; }

    /// <summary>Stop was pressed.</summary>
    [Parameter]
    public EventCallback Stop { get; set; }
}
