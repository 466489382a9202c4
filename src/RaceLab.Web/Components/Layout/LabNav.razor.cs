using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Layout;

/// <summary>The ways to look at a strategy (raced, beside others, stepped by hand, in every order), with what is chosen going along, and where to read about it.</summary>
public sealed partial class LabNav : IDisposable
{
    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    private IEnumerable<(string Name, string Address, string[] Rooms)> Ways =>
    [
        ("Race", "/" + Choice.Query, ["", "races"]),
        ("Compare", "/compare" + Choice.Query, ["compare"]),
        ("Sweep", "/sweep" + Choice.Query, ["sweep"]),
        ("Step", "/step" + Choice.Query, ["step"]),
        ("Explore", "/explore" + Choice.Query, ["explore"]),
        ("History", "/history", ["history"]),
        ("Scenarios", "/scenarios", ["scenarios"]),
        ("Reference", "/reference", ["reference", "guides"]),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        Choice.Changed -= OnChanged;
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Navigation.LocationChanged += OnLocationChanged;
        Choice.Changed += OnChanged;
    }

    private string? Here(string[] rooms) =>
        rooms.Contains(Navigation.ToBaseRelativePath(Navigation.Uri).Split('/', '?', '#')[0]) ? "page" : null;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => OnChanged();

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
