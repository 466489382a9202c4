using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.TakeHome;
using RaceLab.Web.Races;
using RaceLab.Web.TakeHome;

namespace RaceLab.Web.Components.Pages;

/// <summary>A strategy as code. Which one, and in which language, is in the address.</summary>
public sealed partial class TakeHomePage : IDisposable
{
    private TakeHomeLanguage _language;
    private string? _problem;

    /// <summary>The scenario's id.</summary>
    [Parameter]
    public string ScenarioId { get; set; } = "";

    /// <summary>The strategy's id.</summary>
    [Parameter]
    public string StrategyId { get; set; } = "";

    /// <summary>The language's word; null: the first.</summary>
    [SupplyParameterFromQuery(Name = "language")]
    public string? LanguageWord { get; set; }

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private Scenario? Scenario => Catalogue.Find(ScenarioId);

    private Strategy? Strategy => Scenario?.FindStrategy(StrategyId);

    private string Title => $"Take home {Strategy?.Title ?? "a strategy"} – RaceLab";

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
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        (_language, _problem) = TakeHomeLink.Read(LanguageWord);
        if (Strategy is not null) Choice.Carry(ScenarioId, StrategyId);
    }

    private void ChooseScenario(string id)
    {
        if (Catalogue.Find(id) is { } chosen) Go(chosen.Id, chosen.Strategies[0].Id, _language);
    }

    private void ChooseStrategy(string id) => Go(ScenarioId, id, _language);

    private void ChooseLanguage(TakeHomeLanguage language) => Go(ScenarioId, StrategyId, language);

    private void Go(string scenario, string strategy, TakeHomeLanguage language) =>
        Navigation.NavigateTo(TakeHomeLink.To(scenario, strategy, language)!, replace: true);

    private void OnChanged() => _ = InvokeAsync(StateHasChanged);
}
