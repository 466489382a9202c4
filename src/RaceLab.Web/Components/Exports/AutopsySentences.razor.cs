using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Autopsies;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Exports;

/// <summary>An autopsy to be read and not to be leafed through.</summary>
public sealed partial class AutopsySentences
{
    /// <summary>The findings.</summary>
    [Parameter, EditorRequired]
    public Autopsy Autopsy { get; set; } = default!;

    /// <summary>Knows the steps' names.</summary>
    [Parameter, EditorRequired]
    public AutopsyWords Words { get; set; } = default!;
}
