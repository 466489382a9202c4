using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Pages;

/// <summary>A page of advice.</summary>
public sealed partial class GuidePage : IDisposable
{
    /// <summary>The guide's id.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    private Guide? Guide => Catalogue.Guides.FirstOrDefault(g => g.Id == Id);

    /// <inheritdoc/>
    public void Dispose() => Catalogue.Changed -= OnChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Catalogue.Changed += OnChanged;

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
