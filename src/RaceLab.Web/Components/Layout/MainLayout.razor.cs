using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace RaceLab.Web.Components.Layout;

/// <summary>What is around every page: the bar at the top, and a net for faults.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnParametersSet() => _boundary?.Recover();
}
