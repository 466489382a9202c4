using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Studies;
using RaceLab.Web.Comparisons;

namespace RaceLab.Web.Components.Comparisons;

/// <summary>A panel for each strategy, all with the same axes, and the table behind them.</summary>
public sealed partial class ComparisonPanels
{
    /// <summary>What is drawn.</summary>
    [Parameter, EditorRequired]
    public ComparisonPicture Picture { get; set; } = default!;

    /// <summary>What it was drawn from.</summary>
    [Parameter, EditorRequired]
    public Comparison Comparison { get; set; } = default!;
}
