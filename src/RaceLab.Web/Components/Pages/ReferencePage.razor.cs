using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Pages;

/// <summary>All articles on SQLSTATEs, the guides, and the questions with their answers.</summary>
public sealed partial class ReferencePage : IDisposable
{
    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose() => Catalogue.Changed -= OnChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Catalogue.Changed += OnChanged;

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
