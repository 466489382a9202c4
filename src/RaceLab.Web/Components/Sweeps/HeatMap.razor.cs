using Microsoft.AspNetCore.Components;
using RaceLab.Web.Sweeps;

namespace RaceLab.Web.Components.Sweeps;

/// <summary>Pause by workers: the probability in each cell, filled in while the sweep runs. It is a table, so it needs none behind it.</summary>
public sealed partial class HeatMap
{
    /// <summary>What is in the cells.</summary>
    [Parameter, EditorRequired]
    public SweepPicture Picture { get; set; } = default!;
}
