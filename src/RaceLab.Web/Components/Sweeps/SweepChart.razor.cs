using Microsoft.AspNetCore.Components;
using RaceLab.Web.Sweeps;

namespace RaceLab.Web.Components.Sweeps;

/// <summary>For each number of workers, the probability over the pauses, beside the model's line. The heat map is the table to it.</summary>
public sealed partial class SweepChart
{
    private static readonly int[] Shares = [0, 50, 100];

    /// <summary>One for each number of workers.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<SweepLine> Lines { get; set; } = [];

    private static string At(double number) => SweepLine.Text(number);

    private static string Y(int percent) => SweepLine.Text(SweepLine.YOf(percent / 100.0));
}
