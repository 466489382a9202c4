using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Schedules;

/// <summary>An outcome's letter: on a diamond where it breaks an invariant, on a disc where it does not.</summary>
public sealed partial class OutcomeBadge
{
    /// <summary>The letter.</summary>
    [Parameter, EditorRequired]
    public string Letter { get; set; } = "";

    /// <summary>Whether it breaks an invariant.</summary>
    [Parameter]
    public bool IsViolation { get; set; }
}
