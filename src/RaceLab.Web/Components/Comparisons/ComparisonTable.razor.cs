using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Studies;

namespace RaceLab.Web.Components.Comparisons;

/// <summary>The strategies of a comparison side by side, and every pair of them.</summary>
public sealed partial class ComparisonTable
{
    /// <summary>What was compared.</summary>
    [Parameter, EditorRequired]
    public Comparison Comparison { get; set; } = default!;

    private IEnumerable<(string Measure, Difference Difference)> Pairs =>
        Comparison.Rates.OrderByDescending(d => d.IsBeyondNoise).ThenByDescending(d => d.Ratio).Select(d => ("attempts per second", d))
            .Concat(Comparison.SlowestAttempts.OrderByDescending(d => d.IsBeyondNoise).ThenByDescending(d => d.Ratio).Select(d => ("p99", d)));

    private string TitleOf(int strategy) => Comparison.Strategies[strategy].Strategy.Title;
}
