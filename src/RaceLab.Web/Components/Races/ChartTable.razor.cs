using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>The numbers behind the charts of a race that is over.</summary>
public sealed partial class ChartTable
{
    private const int MostRows = 60;
    private IReadOnlyList<ChartPoint> _points = [];
    private byte[]? _read;

    /// <summary>The race's last frame; null while it is under way.</summary>
    [Parameter]
    public byte[]? Snapshot { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_read, Snapshot)) return;
        _read = Snapshot;
        _points = ChartPoints.Read(Snapshot, MostRows);
    }

    private static string Latency(float ms) => float.IsNaN(ms) ? "–" : Figures.Milliseconds(ms);
}
