using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Exports;

/// <summary>A list of files that can be taken from what a page shows.</summary>
public sealed partial class TakeAlong
{
    /// <summary>The files, as items of a list.</summary>
    [Parameter, EditorRequired]
    public RenderFragment ChildContent { get; set; } = default!;
}
