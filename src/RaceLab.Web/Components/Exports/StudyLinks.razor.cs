using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Exports;

/// <summary>The files that can be taken from a comparison or sweep that is over.</summary>
public sealed partial class StudyLinks
{
    /// <summary>The study's id.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";
}
