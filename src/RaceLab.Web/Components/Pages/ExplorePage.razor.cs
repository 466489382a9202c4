using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// Every interleaving of a strategy: chosen here, run by the <see cref="ExplorationShelf"/> for all who ask, shown as a headline, as outcomes and
/// schedule by schedule. Every choice is in the address.
/// </summary>
public sealed partial class ExplorePage : IAsyncDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);
    private static readonly int[] NumbersOfSessions = [2, 3];

    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _module;
    private ExploreLink _link = ExploreLink.To(null, null);
    private ExplorationTicket? _ticket;
    private Listing _listing = Listing.Empty;
    private Strategy? _listed;
    private IReadOnlyList<OutcomeCard> _cards = [];
    private Exploration? _carded;
    private string? _shown;
    private bool _isAlive;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private ExplorationShelf Shelf { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private string? ScenarioId => _link.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    /// <summary>While something is explored, or was, content as it was then.</summary>
    private Scenario? Scenario => _ticket?.Exploration.Scenario ?? Catalogue.Find(ScenarioId ?? "");

    private string? StrategyId => _link.Strategy ?? Scenario?.Strategies[0].Id;

    private Strategy? Strategy => _ticket?.Exploration.Strategy ?? Scenario?.FindStrategy(StrategyId ?? "");

    private ExplorationEnd? End => _ticket?.Exploration.Completion is { IsCompletedSuccessfully: true, Result: var end } ? end : null;

    private SharedExploration? UnderWay => End is null ? _ticket?.Exploration : null;

    private Exploration? Explored => End?.Explored;

    private bool CountsRetries => Explored is not null && OrderBound.CountsRetries(Explored, _ticket!.Exploration.Strategy.Program);

    private string? Problem => End?.Problem;

    private bool CanExplore => _isAlive && UnderWay is null && Strategy is not null;

    private ExploreLink Choices => _link with { Scenario = ScenarioId, Strategy = StrategyId };

    private string Title => Strategy is null ? "Every order – RaceLab" : $"Every order: {Strategy.Title} – RaceLab";

    private string Summary => Strategy is null ? "Choose a strategy first." : $"{Strategy.Title}: {Figures.Word(_link.Sessions)} sessions, one key";

    private IReadOnlyList<OutcomeCard> Cards
    {
        get
        {
            if (ReferenceEquals(_carded, Explored)) return _cards;
            _carded = Explored;
            return _cards = Explored is null ? [] : OutcomeCard.Of(Explored, _listing);
        }
    }

    private int? ShownOutcome => _link.Outcome < Cards.Count ? _link.Outcome : null;

    private MatrixPage? Matrix => Explored is null ? null : MatrixPage.Of(Explored, _listing, ShownOutcome, _link.Page);

    private IReadOnlyList<string> Refusals => Explored is not null && _link.Outcome is { } outcome && ShownOutcome is null
        ? [.. _link.Refusals, $"There is no outcome {OutcomeLetter.Of(outcome)} here; all outcomes are shown."]
        : _link.Refusals;

    private string? ScenarioProblem => ChoiceProblem.Of(Catalogue, ScenarioId, StrategyId);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Catalogue.Changed -= OnCatalogueChanged;
        _ticket?.Dispose();
        await _gone.CancelAsync();
        _gone.Dispose();
        await PageScript.LetGoAsync(_module);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = Navigation.Uri;
        if (address == _shown) return;
        _shown = address;
        Choose(ExploreLink.Parse(new Uri(address).Query));
        if (_isAlive && _link.Run) await ExploreAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        Catalogue.Changed += OnCatalogueChanged;

        // Until now nobody heard a click, so the button did not invite one.
        _isAlive = true;
        StateHasChanged();
        try
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./js/address.js");
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            return;
        }

        if (_link.Run) await ExploreAsync();
    }

    /// <summary>Takes choices over; what was explored before belongs to other choices, unless only the view of it has changed.</summary>
    private void Choose(ExploreLink link)
    {
        if (_ticket is not null && (link.Scenario, link.Strategy, link.Sessions, link.Run) != (_link.Scenario, _link.Strategy, _link.Sessions, _link.Run)) Leave();
        _link = link;
        Choice.Carry(ScenarioId, StrategyId);
        if (ReferenceEquals(_listed, Strategy)) return;
        _listed = Strategy;
        _listing = Strategy is null ? Listing.Empty : Listing.Of(Strategy.Program);
    }

    private Task ChooseScenario(string id) => ChangeAsync(ExploreLink.To(id, Catalogue.Find(id)?.Strategies[0].Id) with { Sessions = _link.Sessions });

    private Task ChooseStrategy(string id) => ChangeAsync(ExploreLink.To(ScenarioId, id) with { Sessions = _link.Sessions });

    private Task ChooseSessions(int sessions) => ChangeAsync(ExploreLink.To(ScenarioId, StrategyId) with { Sessions = sessions });

    private Task ShowOutcome(int? outcome) => ChangeAsync(Choices with { Outcome = outcome, Page = 1, Refusals = [] });

    private Task ShowPage(int page) => ChangeAsync(Choices with { Page = page, Refusals = [] });

    private async Task ExploreAsync()
    {
        if (!CanExplore) return;
        Leave();
        Choose(Choices with { Run = true });
        var ticket = _ticket = Shelf.Ask(Scenario!, Strategy!, _link.Sessions);
        await WriteAddressAsync();
        await FollowAsync(ticket);
    }

    /// <summary>Draws how far it is until it is over, or until something else was chosen.</summary>
    private async Task FollowAsync(ExplorationTicket ticket)
    {
        using var ticks = new PeriodicTimer(ProgressInterval, Time);
        var completion = ticket.Exploration.Completion;
        while (!completion.IsCompleted && !_gone.IsCancellationRequested && ReferenceEquals(ticket, _ticket))
        {
            StateHasChanged();
            await Task.WhenAny(completion, ticks.WaitForNextTickAsync(CancellationToken.None).AsTask());
        }

        if (!_gone.IsCancellationRequested) StateHasChanged();
    }

    private Task Stop() => ChangeAsync(Choices with { Run = false, Outcome = null, Page = 1, Refusals = [] });

    private void Leave()
    {
        _ticket?.Dispose();
        _ticket = null;
    }

    private Task ChangeAsync(ExploreLink link)
    {
        Choose(link);
        return WriteAddressAsync();
    }

    /// <summary>Blazor's own way of writing the address scrolls to the top, away from what is being chosen.</summary>
    private async Task WriteAddressAsync()
    {
        if (_module is not null) await _module.InvokeVoidAsync("address", _gone.Token, _link.ToString());
    }

    private void OnCatalogueChanged() => _ = InvokeAsync(() =>
    {
        Choose(_link);
        StateHasChanged();
    });
}
