using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Races;

/// <summary>What a link said and nobody understood, and what is wrong in content.</summary>
public sealed partial class Notices
{
    /// <summary>Sentences about the link.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Refusals { get; set; } = [];

    /// <summary>Errors of the content folder.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ContentError> Errors { get; set; } = [];
}
