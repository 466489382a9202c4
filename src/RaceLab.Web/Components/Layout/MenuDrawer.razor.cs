using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace RaceLab.Web.Components.Layout;

/// <summary>The ways through the lab on a narrow screen. It closes when one of them is taken, and by Escape.</summary>
public sealed partial class MenuDrawer : IDisposable
{
    /// <summary>Whether it is to be seen.</summary>
    [Parameter]
    public bool IsOpen { get; set; }

    /// <summary>It was opened or closed.</summary>
    [Parameter]
    public EventCallback<bool> IsOpenChanged { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    /// <inheritdoc/>
    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    private Task OnKeyAsync(KeyboardEventArgs pressed) => pressed.Key == "Escape" ? CloseAsync() : Task.CompletedTask;

    private Task CloseAsync() => IsOpen ? IsOpenChanged.InvokeAsync(false) : Task.CompletedTask;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(CloseAsync);
}
