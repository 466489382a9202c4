using Microsoft.AspNetCore.Components;
using RaceLab.Web.History;

namespace RaceLab.Web.Components.History;

/// <summary>A picture of lines over time, drawn without a script.</summary>
public sealed partial class LineChartView
{
    /// <summary>What to draw.</summary>
    [Parameter, EditorRequired]
    public LineChart Chart { get; set; } = default!;
}
