using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Web.Reference;

namespace RaceLab.Web.Components.Reference;

/// <summary>Leads to where something that a page claims can be seen.</summary>
public sealed partial class DemonstrationButton
{
    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired]
    public Demonstration Shown { get; set; } = default!;

    /// <summary>What pressing it does: "Produce 23505".</summary>
    [Parameter]
    public string Verb { get; set; } = "See it";

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    private DemonstrationLink Link => DemonstrationLink.Of(Shown, Catalogue, Verb);
}
