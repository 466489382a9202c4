using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Exports;

/// <summary>The files that can be taken from a race that is over.</summary>
public sealed partial class ExportLinks
{
    /// <summary>A race that is over.</summary>
    [Parameter, EditorRequired]
    public ShownRace Race { get; set; } = default!;
}
