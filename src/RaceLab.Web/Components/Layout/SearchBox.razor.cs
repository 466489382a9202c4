using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Layout;

/// <summary>The bar's way to the search. Without a circuit the browser goes there by itself.</summary>
public sealed partial class SearchBox
{
    private string? _words;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private void Submit()
    {
        Navigation.NavigateTo("/search" + LinkQuery.Write(("q", string.IsNullOrWhiteSpace(_words) ? null : _words.Trim())));
        _words = null;
    }
}
