using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace RaceLab.Web.Components.Layout;

/// <summary>What is around every page: the bar at the top, a drawer with the ways through the lab where the bar has no room for them, and a net for faults.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private bool _isMenuOpen;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _boundary?.Recover();

    private void OpenMenu() => _isMenuOpen = true;
}
