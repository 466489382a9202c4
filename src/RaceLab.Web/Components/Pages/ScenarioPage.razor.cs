using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Pages;

/// <summary>A scenario to read from top to bottom: its story, its tables, what must hold, and then every strategy with what becomes of it.</summary>
public sealed partial class ScenarioPage : IDisposable
{
    /// <summary>The scenario's id.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    private Scenario? Scenario => Catalogue.Find(Id);

    private string RaceAddress => "/" + LinkQuery.Write(("scenario", Id));

    private string StepAddress => (StepLink.Nothing with { Scenario = Id }).Address;

    /// <inheritdoc/>
    public void Dispose()
    {
        Catalogue.Changed -= OnChanged;
        Lacks.Learned -= OnChanged;
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Catalogue.Changed += OnChanged;
        Lacks.Learned += OnChanged;
        Lacks.Learn();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // Whoever reads about a scenario most likely wants to race it next.
        if (Scenario is not null && Choice.Scenario != Id) Choice.Carry(Id, null);
    }

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
