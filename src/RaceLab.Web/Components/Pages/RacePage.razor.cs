using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// The lab: at <c>/</c> a race is chosen, at <c>/races/{id}</c> it is watched, by whoever has the link. Every choice is in the address, so
/// what the page shows is read from there.
/// </summary>
public sealed partial class RacePage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private DotNetObjectReference<RacePage>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _keys;
    private RaceLink _link = RaceLink.Parse("");
    private ReadWorkload _read = WorkloadForm.Default.Read();
    private ShownRace? _race;
    private Missing? _missing;
    private Listing _listing = Listing.Empty;
    private Strategy? _listed;
    private string? _refusal;
    private string? _shown;
    private bool _stopping;
    private bool _isAlive;
    private bool _isFetching;

    /// <summary>The race of the permalink; null: none yet.</summary>
    [Parameter]
    public string? Id { get; set; }

    [CascadingParameter]
    private OwnerToken Owner { get; set; } = default!;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private RaceRegistry Registry { get; set; } = default!;

    [Inject]
    private RaceFinder Finder { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private bool IsUnderWay => _race is { IsUnderWay: true };

    private bool IsMine => _race?.Owner == Owner.Value;

    private RaceResult? Result => IsUnderWay ? null : _race?.Result;

    private string? ScenarioId => _race?.ScenarioId ?? _link.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => _race is null ? Catalogue.Find(ScenarioId ?? "") : _race.Scenario;

    private string? StrategyId => _race?.StrategyId ?? _link.Strategy ?? FirstChoice(Scenario)?.Id;

    private Strategy? Strategy => _race is null ? Scenario?.FindStrategy(StrategyId ?? "") : _race.Strategy;

    private Workload? Workload => _race?.Workload ?? _read.Workload;

    /// <summary>Why what is chosen cannot be raced on this server; null: it can, as far as is known.</summary>
    private string? Lack => Scenario is null || Strategy is null ? null : Lacks.Of(Scenario, Strategy);

    private bool CanRun => _isAlive && !IsUnderWay && Scenario is not null && Strategy is not null && _read.Workload is not null && Lack is null;

    private string? ScenarioProblem => _race is null ? ChoiceProblem.Of(Catalogue, ScenarioId, StrategyId) : null;

    private Listing Listing
    {
        get
        {
            if (ReferenceEquals(_listed, Strategy)) return _listing;
            _listed = Strategy;
            return _listing = Strategy is null ? Listing.Empty : Listing.Of(Strategy.Program);
        }
    }

    private bool CountsDuplicates => Scenario?.Invariants.Any(i => i.Live == LiveCount.ExtraCreations) ?? true;

    private string Heading => Scenario?.Title ?? _race?.ScenarioId ?? "RaceLab";

    private string Subheading => Scenario?.Summary ?? "";

    private string Title => _race is null ? "RaceLab" : $"{StateText.Of(_race)}: {Strategy?.Title ?? _race.StrategyId} – RaceLab";

    private string Summary => Workload is null ? "The workload has a value that cannot be raced." : StateText.Of(Workload);

    private string OwnLink => "/" + Choices;

    /// <summary>The same workload for several strategies, this one among them.</summary>
    private string ComparedLink => "/compare" + (Choices with { Workload = Workload is { } raced ? WorkloadForm.From(raced) : _link.Workload });

    private RaceLink Choices => _link with { Scenario = ScenarioId, Strategy = StrategyId };

    /// <summary>Space was pressed where it means Run.</summary>
    [JSInvokable]
    public void RunByKey()
    {
        Run();
        StateHasChanged();
    }

    /// <summary>Escape was pressed where it means Stop.</summary>
    [JSInvokable]
    public void StopByKey()
    {
        Stop();
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Catalogue.Changed -= OnChangedElsewhere;
        Lacks.Learned -= OnChangedElsewhere;
        await _gone.CancelAsync();
        _gone.Dispose();
        await PageScript.LetGoAsync(_module, _keys);

        _self?.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri;
        if (address == _shown) return;
        _shown = address;
        _refusal = null;
        _stopping = false;
        _missing = null;
        if (Id is null)
        {
            _race = null;
            Choose(RaceLink.Parse(new Uri(address).Query, UsualFor));
        }
        else if (_race?.Id != Id)
        {
            await FindAsync(Id);
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        Catalogue.Changed += OnChangedElsewhere;
        Lacks.Learned += OnChangedElsewhere;
        Lacks.Learn();

        // Until now nobody heard a click, so Run did not invite one.
        _isAlive = true;
        StateHasChanged();
        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./Components/Pages/RacePage.razor.js");
            _keys = await _module.InvokeAsync<IJSObjectReference>("listen", _gone.Token, _self);
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The page was left before it was ready.
        }
    }

    private async Task FindAsync(string id)
    {
        _race = null;
        _isFetching = true; // Meanwhile the page must not look as if no race had been asked for.
        try
        {
            _race = await Finder.FindAsync(id, _gone.Token);
            if (_race is null)
                _missing = new Missing("There is no such race", "The link may have been cut short, or the race is older than what this lab keeps.");
            else
                Choose(new RaceLink(_race.ScenarioId, _race.StrategyId, WorkloadForm.From(_race.Workload), []));
        }
        catch (ArchiveUnavailableException unavailable)
        {
            _race = null;
            _missing = new Missing("This race cannot be fetched just now", unavailable.Message);
        }
        finally
        {
            _isFetching = false;
        }
    }

    private void Choose(RaceLink link)
    {
        _link = link;
        _read = link.Workload.Read();
        Choice.Carry(ScenarioId, StrategyId);
    }

    /// <summary>What is chosen where nobody has chosen: the first that this server can race, else the first.</summary>
    private Strategy? FirstChoice(Scenario? scenario) => scenario?.Strategies.FirstOrDefault(s => Lacks.Of(scenario, s) is null) ?? scenario?.Strategies[0];

    /// <summary>Another scenario brings its own workload along, except where somebody has chosen one.</summary>
    private Task ChooseScenario(string id) => LeaveAsync(Choices with
    {
        Scenario = id,
        Strategy = FirstChoice(Catalogue.Find(id))?.Id,
        Workload = _link.Workload == UsualFor(ScenarioId) ? UsualFor(id) : _link.Workload,
    });

    private WorkloadForm UsualFor(string? scenario) =>
        Catalogue.Find(scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : ""))?.Workload is { } usual ? WorkloadForm.From(Workload.From(usual)) : WorkloadForm.Default;

    private Task ChooseStrategy(string id) => LeaveAsync(Choices with { Strategy = id });

    private Task ChooseWorkload(WorkloadForm form) => LeaveAsync(Choices with { Workload = form });

    /// <summary>
    /// What was chosen anew goes into the address. A race that is over is left by it, and the browser's way back leads to it.
    /// </summary>
    private async Task LeaveAsync(RaceLink link)
    {
        if (IsUnderWay) return;
        var address = "/" + link;
        var over = _race;
        Choose(link with { Refusals = [] });
        _race = null;
        _refusal = null;
        if (over is null && _keys is not null)
        {
            await _keys.InvokeVoidAsync("address", _gone.Token, address);
            return;
        }

        _shown = Navigation.ToAbsoluteUri(address).AbsoluteUri;
        Navigation.NavigateTo(address, replace: over is null);
    }

    /// <summary>Starts a race. Pressing it fifty times starts one: from the first on, a race is under way here.</summary>
    private void Run()
    {
        if (!CanRun) return;
        try
        {
            var race = Registry.Start(new RaceRequest(Scenario!, Strategy!, _read.Workload!), Owner.Value);
            _race = ShownRace.Of(race);
            _refusal = null;
            _stopping = false;
            _shown = Navigation.ToAbsoluteUri($"/races/{race.Id}").AbsoluteUri;
            Navigation.NavigateTo(_shown);
        }
        catch (RaceRefusedException refused)
        {
            _refusal = refused.Message;
        }
    }

    private void Stop()
    {
        if (IsUnderWay) _stopping = Registry.TryStop(_race!.Id, Owner.Value) || _stopping;
    }

    private void OnRaceChanged() => StateHasChanged();

    private void OnChangedElsewhere() => _ = InvokeAsync(StateHasChanged);

    private sealed record Missing(string Headline, string Text);
}
