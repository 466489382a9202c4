using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Sweeps;

namespace RaceLab.Web.Components.Sweeps;

/// <summary>What one trial is, what the interval and the model are, and what the model is made of.</summary>
public sealed partial class SweepNotes
{
    /// <summary>What was found; null: nothing yet.</summary>
    [Parameter]
    public SweepMap? Map { get; set; }

    /// <summary>Whether it is open from the start.</summary>
    [Parameter]
    public bool Open { get; set; }
}
