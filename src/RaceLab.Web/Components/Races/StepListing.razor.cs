using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>What one attempt does: the statements exactly as they are sent, in order, each role by itself, with the marks that the pictures use.</summary>
public sealed partial class StepListing
{
    /// <summary>The steps.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <summary>The heading.</summary>
    [Parameter]
    public string Title { get; set; } = "One attempt";

    /// <summary>The heading's id, unique on the page.</summary>
    [Parameter]
    public string HeadingId { get; set; } = "steps-title";

    /// <summary>SQL that runs once before the race; null: none.</summary>
    [Parameter]
    public string? Setup { get; set; }
}
