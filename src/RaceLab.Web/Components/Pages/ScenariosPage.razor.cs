using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Pages;

/// <summary>The catalogue: all scenarios, with a sentence on each.</summary>
public sealed partial class ScenariosPage : IDisposable
{
    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose() => Catalogue.Changed -= OnChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Catalogue.Changed += OnChanged;

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
