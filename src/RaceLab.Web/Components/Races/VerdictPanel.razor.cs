using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>What came out, in words, with a sign.</summary>
public sealed partial class VerdictPanel
{
    /// <summary>The words.</summary>
    [Parameter, EditorRequired]
    public VerdictText Text { get; set; } = default!;
}
