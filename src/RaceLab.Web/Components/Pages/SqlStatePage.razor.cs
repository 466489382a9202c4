using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Pages;

/// <summary>What there is to know of one SQLSTATE, with a button that produces it.</summary>
public sealed partial class SqlStatePage : IDisposable
{
    /// <summary>Its five characters.</summary>
    [Parameter]
    public string SqlState { get; set; } = "";

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    private Article? Article => Catalogue.Articles.FirstOrDefault(a => string.Equals(a.SqlState, SqlState, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public void Dispose() => Catalogue.Changed -= OnChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Catalogue.Changed += OnChanged;

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
