using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Engine.Sweeps;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;
using RaceLab.Web.Sweeps;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// One strategy over many race windows: at <c>/sweep</c> it is chosen, at <c>/sweep/{id}</c> its sweep is watched and kept. Every choice is in the address.
/// </summary>
public sealed partial class SweepPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _module;
    private SweepLink _link = SweepLink.To(null, null);
    private ShownStudy? _study;
    private Missing? _missing;
    private StudyRecord? _drawn;
    private SweepMap? _map;
    private string? _refusal;
    private string? _shown;
    private bool _isAlive;
    private bool _isFetching;

    /// <summary>The sweep of the permalink; null: none yet.</summary>
    [Parameter]
    public string? Id { get; set; }

    [CascadingParameter]
    private OwnerToken Owner { get; set; } = default!;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private StudyRegistry Registry { get; set; } = default!;

    [Inject]
    private StudyFinder Finder { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private StudyRecord? Record => _study?.Record;

    private bool IsUnderWay => _study is { IsUnderWay: true };

    private bool IsMine => _study?.Owner == Owner.Value;

    private string? ScenarioId => _link.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => Catalogue.Find(ScenarioId ?? "");

    private string? StrategyId => _link.Strategy ?? Scenario?.Strategies[0].Id;

    private Strategy? Strategy => Scenario?.FindStrategy(StrategyId ?? "");

    private string? Lack => Scenario is null || Strategy is null ? null : Lacks.Of(Scenario, Strategy);

    private string? ScenarioProblem => _study is null ? ChoiceProblem.Of(Catalogue, ScenarioId, StrategyId) : null;

    private SweepLink Choices => _link with { Scenario = ScenarioId, Strategy = StrategyId };

    private ReadSweep Read => _link.Choices.Read(Scenario);

    private bool CanRun => _isAlive && !IsUnderWay && Strategy is not null && Lack is null && Read.Plan is not null;

    /// <summary>Drawn once for each record, which never changes.</summary>
    private SweepMap? Map
    {
        get
        {
            if (ReferenceEquals(_drawn, Record)) return _map;
            _drawn = Record;
            return _map = Record is null ? null : SweepMap.Of(Record);
        }
    }

    private string InvariantTitle => Record?.Races.SelectMany(r => r.Result.Invariants).FirstOrDefault(i => i.Name == Map!.Plan.Invariant)?.Title ?? Map!.Plan.Invariant;

    private string Heading => Record?.Strategies[0].Title ?? Strategy?.Title ?? "";

    private string Title => _study is null ? "Sweep – RaceLab" : $"{StudyText.Of(_study)}: {Record!.Strategies[0].Title} – RaceLab";

    private string Summary => IsUnderWay
        ? string.Join("; ", new[] { SweepWords.Now(_study!.Live?.Now), SweepWords.ToGo(Map!.Plan, Record!.Races.Count) }.OfType<string>())
        : Read.Plan is { } plan ? SweepWords.Of(plan) : "There is a value that cannot be swept.";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Catalogue.Changed -= OnChangedElsewhere;
        Lacks.Learned -= OnChangedElsewhere;
        await _gone.CancelAsync();
        _gone.Dispose();
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and what it held with it.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri;
        if (address == _shown) return;
        _shown = address;
        _refusal = null;
        _missing = null;
        if (Id is null)
        {
            _study = null;
            Take(SweepLink.Parse(new Uri(address).Query));
        }
        else if (_study?.Id != Id)
        {
            await FindAsync(Id);
            Follow();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        Catalogue.Changed += OnChangedElsewhere;
        Lacks.Learned += OnChangedElsewhere;
        Lacks.Learn();

        // Until now nobody heard a click, so the button did not invite one.
        _isAlive = true;
        Follow();
        StateHasChanged();
        try
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./js/address.js");
        }
        catch (Exception gone) when (gone is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left before it was ready.
        }
    }

    private static List<string> Remarks(SweepMap map) =>
        [.. SweepWords.Model(map), .. new[] { SweepWords.Independence(map), SweepWords.Unusable(map) }.OfType<string>()];

    private async Task FindAsync(string id)
    {
        _study = null;
        _isFetching = true; // Meanwhile the page must not look as if nothing had been asked for.
        try
        {
            var found = await Finder.FindAsync(id, SweepPlan.Kind, _gone.Token);
            if (found is null)
            {
                _missing = new Missing("There is no such sweep", "The link may have been cut short, or the sweep was deleted, or is older than what this lab keeps.");
                return;
            }

            _map = SweepMap.Of(found.Record);
            (_study, _drawn) = (found, found.Record);
            Take(new SweepLink(found.Record.Scenario, found.Record.Strategies[0].Id, SweepChoices.From(found.Record.Choices), []));
        }
        catch (Exception unavailable) when (unavailable is ArchiveUnavailableException or InvalidDataException)
        {
            _missing = new Missing("This sweep cannot be shown just now", unavailable.Message);
        }
        finally
        {
            _isFetching = false;
        }
    }

    /// <summary>Draws a study that is under way, until it is over or this page shows something else.</summary>
    private void Follow()
    {
        if (_isAlive && _study is { Live: { } study, IsUnderWay: true }) _ = FollowAsync(study);
    }

    private async Task FollowAsync(Study study)
    {
        try
        {
            var (version, isOver) = (0, false);
            while (!isOver && ReferenceEquals(study, _study?.Live))
            {
                version = await study.WaitForChangeAsync(version, _gone.Token);

                // Asked before drawing: an end that comes while this is drawn is another change, and drawn as well.
                isOver = study.Record.End is not null;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    private void Take(SweepLink link)
    {
        _link = link;
        Choice.Carry(ScenarioId, StrategyId);
    }

    private Task ChooseScenario(string id) =>
        LeaveAsync(_link with { Scenario = id, Strategy = Catalogue.Find(id)?.Strategies[0].Id, Choices = _link.Choices with { Invariant = "" } });

    private Task ChooseStrategy(string id) => LeaveAsync(Choices with { Strategy = id });

    private Task Choose(SweepChoices choices) => LeaveAsync(Choices with { Choices = choices });

    /// <summary>What was chosen anew goes into the address. A sweep that is over is left by it, and the browser's way back leads to it.</summary>
    private async Task LeaveAsync(SweepLink link)
    {
        if (IsUnderWay) return;
        var over = _study;
        Take(link with { Refusals = [] });
        _study = null;
        _refusal = null;
        var address = Choices.ToString();
        if (over is null && _module is not null)
        {
            await _module.InvokeVoidAsync("address", _gone.Token, address);
            return;
        }

        _shown = Navigation.ToAbsoluteUri(address).AbsoluteUri;
        Navigation.NavigateTo(address, replace: over is null);
    }

    /// <summary>Starts a sweep. Pressing it fifty times starts one: from the first on, one is under way here.</summary>
    private void Run()
    {
        if (!CanRun) return;
        try
        {
            var study = Registry.Start(Read.Plan!.For(Scenario!, Strategy!), Owner.Value);
            _study = ShownStudy.Of(study);
            _refusal = null;
            _shown = Navigation.ToAbsoluteUri($"/sweep/{study.Id}").AbsoluteUri;
            Follow();
            Navigation.NavigateTo(_shown);
        }
        catch (RaceRefusedException refused)
        {
            _refusal = refused.Message;
        }
    }

    private void Stop()
    {
        if (IsUnderWay) Registry.TryStop(_study!.Id, Owner.Value);
    }

    private void OnChangedElsewhere() => _ = InvokeAsync(StateHasChanged);

    private sealed record Missing(string Headline, string Text);
}
