using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Races;
using RaceLab.Web.Exports;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Exports;

/// <summary>What each worker did first, in a picture and in a table.</summary>
public sealed partial class FirstMoments
{
    private const int MostRows = 300;
    private LanePicture _picture = new([], [], "");

    /// <summary>The first moments, as the record has them.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<LaneSegment> Lanes { get; set; } = [];

    /// <summary>The steps, for colours and names.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _picture = LanePicture.Of(Lanes, Listing);
}
