using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Studies;
using RaceLab.Web.Comparisons;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// Several strategies under one workload: at <c>/compare</c> they are chosen, at <c>/compare/{id}</c> their comparison is watched and kept. Every choice is in the address.
/// </summary>
public sealed partial class ComparePage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _module;
    private CompareLink _link = CompareLink.Parse("");
    private ReadWorkload _read = WorkloadForm.Default.Read();
    private ShownStudy? _study;
    private Missing? _missing;
    private StudyRecord? _computed;
    private Comparison? _comparison;
    private string? _refusal;
    private string? _shown;
    private bool _isAlive;
    private bool _isFetching;

    /// <summary>The comparison of the permalink; null: none yet.</summary>
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

    private string? ScenarioId => _link.Race.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => Catalogue.Find(ScenarioId ?? "");

    private string? ScenarioProblem => Scenario is not null ? null : ChoiceProblem.Of(Catalogue, ScenarioId, null);

    private IReadOnlyList<Strategy> Strategies => Scenario is null ? [] : _link.StrategiesOf(Scenario, LackOf);

    private IReadOnlyList<string> ChosenIds => [.. Strategies.Select(s => s.Id)];

    private CompareLink Choices => _link with { Race = _link.Race with { Scenario = ScenarioId, Strategy = null }, Strategies = _link.Strategies ?? ChosenIds };

    private IReadOnlyList<string> Refusals => Scenario is null || _study is not null ? _link.Race.Refusals : [.. _link.Race.Refusals, .. _link.ProblemsWith(Scenario, LackOf)];

    private StudyPlan? Plan => Scenario is null || _read.Workload is null || ComparisonPlan.FindProblem(Strategies.Count, _link.Rounds) is not null
        ? null : ComparisonPlan.Of(Scenario, Strategies, _read.Workload, _link.Rounds);

    private string? Problem => Scenario is null ? null : ComparisonPlan.FindProblem(Strategies.Count, _link.Rounds) ?? Plan?.FindProblem();

    private bool CanRun => _isAlive && !IsUnderWay && Plan is not null && Problem is null;

    /// <summary>Computed once for each record, which never changes.</summary>
    private Comparison? Compared
    {
        get
        {
            if (ReferenceEquals(_computed, Record)) return _comparison;
            _computed = Record;
            return _comparison = Record is null ? null : Comparison.Of(Record);
        }
    }

    private string Title => _study is null ? "Compare – RaceLab" : $"{StudyText.Of(_study)}: {Record!.ScenarioTitle}, {Record.Strategies.Count} strategies – RaceLab";

    private string Summary => (_study is { IsUnderWay: true }, Plan) switch
    {
        (true, _) => StateText.Of(Record!.Workload),
        (_, null) => "Nothing to compare yet",
        (_, var plan) => $"{Figures.Count(Strategies.Count, "strategy", "strategies")}, {_link.Rounds} rounds: {Figures.Count(plan.Races.Count, "race", "races")}, {StudyText.TimeOf(plan)}",
    };

    private string Conditions => ComparisonWords.Conditions(Record!);

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
            Choose(CompareLink.Parse(new Uri(address).Query, UsualFor));
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

    private async Task FindAsync(string id)
    {
        _study = null;
        _isFetching = true; // Meanwhile the page must not look as if nothing had been asked for.
        try
        {
            _study = await Finder.FindAsync(id, ComparisonPlan.Kind, _gone.Token);
            if (_study is null)
                _missing = new Missing("There is no such comparison", "The link may have been cut short, or the comparison was deleted, or is older than what this lab keeps.");
            else
                Choose(new CompareLink(new RaceLink(Record!.Scenario, null, WorkloadForm.From(Record.Workload), []), [.. Record.Strategies.Select(s => s.Id)], ComparisonPlan.RoundsOf(Record)));
        }
        catch (Exception unavailable) when (unavailable is ArchiveUnavailableException or InvalidDataException)
        {
            _missing = new Missing("This comparison cannot be shown just now", unavailable.Message);
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

    private void Choose(CompareLink link)
    {
        _link = link;
        _read = link.Race.Workload.Read();
        Choice.Carry(ScenarioId, Strategies is [var first, ..] ? first.Id : null);
    }

    private string? LackOf(Strategy strategy) => Lacks.Of(Scenario!, strategy);

    private Task ChooseScenario(string id) => LeaveAsync(_link with
    {
        Race = _link.Race with { Scenario = id, Strategy = null, Workload = _link.Race.Workload == UsualFor(ScenarioId) ? UsualFor(id) : _link.Race.Workload },
        Strategies = null,
    });

    private Task ChooseStrategies(IReadOnlyList<string> ids) => LeaveAsync(_link with { Strategies = ids });

    private Task ChooseRounds(ChangeEventArgs chosen) =>
        int.TryParse(chosen.Value as string, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && ComparisonPlan.FindProblem(2, rounds) is null
            ? LeaveAsync(_link with { Rounds = rounds })
            : Task.CompletedTask;

    private Task ChooseWorkload(WorkloadForm form) => LeaveAsync(_link with { Race = _link.Race with { Workload = form } });

    private WorkloadForm UsualFor(string? scenario) =>
        Catalogue.Find(scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : ""))?.Workload is { } usual ? WorkloadForm.From(Workload.From(usual)) : WorkloadForm.Default;

    /// <summary>What was chosen anew goes into the address. A comparison that is over is left by it, and the browser's way back leads to it.</summary>
    private async Task LeaveAsync(CompareLink link)
    {
        if (IsUnderWay) return;
        var over = _study;
        Choose(link with { Race = link.Race with { Refusals = [] } });
        _study = null;
        _refusal = null;
        var address = Choices.Address;
        if (over is null && _module is not null)
        {
            await _module.InvokeVoidAsync("address", _gone.Token, address);
            return;
        }

        _shown = Navigation.ToAbsoluteUri(address).AbsoluteUri;
        Navigation.NavigateTo(address, replace: over is null);
    }

    private void Run()
    {
        if (!CanRun) return;
        try
        {
            var study = Registry.Start(Plan!, Owner.Value);
            _study = ShownStudy.Of(study);
            _refusal = null;
            _shown = Navigation.ToAbsoluteUri($"/compare/{study.Id}").AbsoluteUri;
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
