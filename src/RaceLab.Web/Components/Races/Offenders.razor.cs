using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>The rows of the keys that break an invariant, as the table holds them.</summary>
public sealed partial class Offenders
{
    /// <summary>The invariants of a result.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<InvariantResult> Invariants { get; set; } = [];
}
