using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Races;
using RaceLab.Web.History;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Exports;

/// <summary>A race as a document of its own, without scripts.</summary>
public sealed partial class ReportDocument
{
    private Listing _listing = Listing.Empty;
    private IReadOnlyList<LineChart> _charts = [];

    /// <summary>A race that is over.</summary>
    [Parameter, EditorRequired]
    public ShownRace Race { get; set; } = default!;

    /// <summary>The style sheet.</summary>
    [Parameter, EditorRequired]
    public string Style { get; set; } = "";

    /// <summary>When the document was made.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset ExportedAt { get; set; }

    private RaceResult Result => Race.Result ?? throw new InvalidOperationException("Only a race that is over can be exported.");

    private string Heading => $"{Race.Scenario?.Title ?? Race.ScenarioId}: {Race.Strategy?.Title ?? Race.StrategyId}";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _listing = Race.Strategy is null ? Listing.Empty : Listing.Of(Race.Strategy.Program);
        _charts = RaceCharts.Of(Result.Snapshot);
    }
}
