using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Web.Races;
using RaceLab.Web.Search;

namespace RaceLab.Web.Components.Pages;

/// <summary>Looks through everything that can be read in the lab. What is asked is in the address.</summary>
public sealed partial class SearchPage
{
    private string _query = "";
    private IReadOnlyList<Hit> _hits = [];

    /// <summary>What is asked.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private string Title => _query.Length == 0 ? "Search – RaceLab" : $"{LinkQuery.Cut(_query)} – Search – RaceLab";

    /// <inheritdoc/>
    protected override void OnParametersSet() => Find(Query ?? "");

    private void Ask(ChangeEventArgs typed) => Find((string?)typed.Value ?? "");

    private void Submit() => Navigation.NavigateTo("/search" + LinkQuery.Write(("q", _query.Trim())));

    private void Find(string query)
    {
        _query = query;
        _hits = LabSearch.In(Catalogue).Find(query);
    }
}
