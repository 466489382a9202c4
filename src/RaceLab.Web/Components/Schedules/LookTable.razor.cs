using Microsoft.AspNetCore.Components;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>A table through somebody's eyes.</summary>
public sealed partial class LookTable
{
    /// <summary>What to show.</summary>
    [Parameter, EditorRequired]
    public LookPicture Picture { get; set; } = default!;

    /// <summary>Whose eyes.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";
}
