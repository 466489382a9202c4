using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>What an exploration proves, and what it does not.</summary>
public sealed partial class ProofNotes
{
    /// <summary>The exploration.</summary>
    [Parameter, EditorRequired]
    public Exploration Explored { get; set; } = default!;
}
