using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Pages;

/// <summary>
/// Steps through a race by hand. The schedule is in the address, so that what is shown can be sent, and survives a lost connection: the page that comes back
/// plays it again.
/// </summary>
public sealed partial class StepPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private DotNetObjectReference<StepPage>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _keys;
    private StepLink _link = StepLink.Nothing;
    private Opened? _opened;
    private StepperState? _state;
    private readonly HashSet<string> _solved = [];
    private string? _refusal;
    private string? _address;
    private string? _exported;
    private bool _isAlive;

    [Inject]
    private Catalogue Catalogue { get; set; } = default!;

    [Inject]
    private Steppers Steppers { get; set; } = default!;

    [Inject]
    private ServerLacks Lacks { get; set; } = default!;

    [Inject]
    private CarriedChoice Choice { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private string? ScenarioId => _link.Scenario ?? (Catalogue.Scenarios is [var first, ..] ? first.Id : null);

    private Scenario? Scenario => Catalogue.Find(ScenarioId ?? "");

    private string? StrategyId => _link.Strategy ?? Scenario?.Strategies[0].Id;

    private Strategy? Strategy => Scenario?.FindStrategy(StrategyId ?? "");

    private Puzzle? Puzzle => _link.Puzzle is { } id ? Scenario?.FindPuzzle(id) : null;

    private string? Problem => _link.Puzzle is { } puzzle && Scenario is { } scenario && Puzzle is null
        ? $"“{scenario.Title}” has no puzzle “{LinkQuery.Cut(puzzle)}”. Choose one of these."
        : ChoiceProblem.Of(Catalogue, ScenarioId, StrategyId);

    private string Title => $"Step through {Strategy?.Title ?? "a race"} – RaceLab";

    /// <summary>A digit was pressed.</summary>
    [JSInvokable]
    public Task PlayByKey(int session) => PlayAsync(session);

    /// <summary>E was pressed: the environment takes the first turn that it has.</summary>
    [JSInvokable]
    public Task DeliverByKey() => _state is { Environment: [var first, ..] } ? TakeTurnAsync(first) : Task.CompletedTask;

    /// <summary>An arrow was pressed: -1 takes a turn back, 1 steps on.</summary>
    [JSInvokable]
    public Task MoveByKey(int by) => _state is { Phase: StepperPhase.Ready } state ? GoToAsync(state.Turns.Count + Math.Sign(by)) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await CloseAsync();
        await PageScript.LetGoAsync(_module, _keys);

        _self?.Dispose();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (Navigation.Uri == _address) return;
        _address = Navigation.Uri;
        Choose(StepLink.Parse(new Uri(_address).Query));
        if (_isAlive) await OpenAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./Components/Pages/StepPage.razor.js");
            _keys = await _module.InvokeAsync<IJSObjectReference>("listen", _gone.Token, _self);

            // Not before somebody looks: a page that is only fetched opens no sessions.
            _isAlive = true;
            await OpenAsync();
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The page was left before it was ready.
        }
    }

    /// <summary>Takes a link over. A puzzle says itself whose it is, and how many sessions it has.</summary>
    private void Choose(StepLink link)
    {
        _link = link;
        if (Puzzle is { } puzzle) _link = link with { Strategy = puzzle.Strategy, Sessions = puzzle.Sessions };
        Choice.Carry(ScenarioId, StrategyId);
    }

    /// <summary>Opens a run for what is chosen, and plays its schedule as far as the link says.</summary>
    private async Task OpenAsync()
    {
        // What was there before takes no more turns, so it must not look as if it did.
        _refusal = null;
        _state = null;
        StateHasChanged();
        await CloseAsync();

        // While the run before was being closed, another may have been chosen and opened, or the page been left.
        if (_opened is not null || _gone.IsCancellationRequested || Scenario is not { } scenario || Strategy is not { } strategy) return;
        try
        {
            var stepper = Steppers.Start(scenario, strategy, _link.Sessions, _link.Schedule, _link.Position);
            _opened = new Opened(scenario, strategy, Listing.Of(strategy.Program), stepper);
            stepper.Changed += OnChanged;
            Show();
        }
        catch (ServerRefusedException refused)
        {
            _refusal = refused.Message;
        }

        StateHasChanged();
    }

    private async Task CloseAsync()
    {
        if (_opened is not { } opened) return;
        _opened = null;
        opened.Stepper.Changed -= OnChanged;
        await opened.Stepper.DisposeAsync();
    }

    private Task PlayAsync(int session) => _opened is { } opened && _state is { Phase: StepperPhase.Ready or StepperPhase.Busy } ? opened.Stepper.PlayAsync(session) : Task.CompletedTask;

    private Task TakeTurnAsync(ScheduledStep turn) => _opened is { } opened ? opened.Stepper.PlayAsync(turn) : Task.CompletedTask;

    private Task GoToAsync(int position) => _opened is { } opened ? opened.Stepper.GoToAsync(position) : Task.CompletedTask;

    private Task ChooseScenario(string id) => ChooseAsync(StepLink.Nothing with { Scenario = id, Sessions = _link.Sessions });

    private Task ChooseStrategy(string id) => ChooseAsync(StepLink.Nothing with { Scenario = ScenarioId, Strategy = id, Sessions = _link.Sessions });

    private Task ChooseSessions(int count) => ChooseAsync(StepLink.Nothing with { Scenario = ScenarioId, Strategy = StrategyId, Sessions = count });

    private Task ChoosePuzzle(string? id) => Scenario?.FindPuzzle(id ?? "") is { } puzzle
        ? ChooseAsync(StepLink.Nothing with { Scenario = ScenarioId, Strategy = puzzle.Strategy, Sessions = puzzle.Sessions, Puzzle = puzzle.Id })
        : ChooseAsync(_link with { Puzzle = null, Refusals = [] });

    private Task ShowScheduleAsync(IReadOnlyList<ScheduledStep> schedule) => ChooseAsync(_link with { Schedule = schedule, At = null, Refusals = [] });

    private void NoteSolved(string puzzle) => _solved.Add(puzzle);

    private async Task ChooseAsync(StepLink link)
    {
        // The run before is let go of first: it may come to rest at any moment, and would then write itself into the link.
        Choose(link);
        await OpenAsync();
        await WriteAddressAsync();
    }

    private void OnChanged() => _ = InvokeAsync(async () =>
    {
        Show();
        StateHasChanged();
        if (_state is { Phase: StepperPhase.Ready }) await WriteAddressAsync();
    });

    private void Show()
    {
        if (_opened is not { } opened) return;

        // While turns are being replayed the last picture stays: it does not flicker.
        _state = opened.Stepper.State;
        if (_state.Phase != StepperPhase.Ready) return;
        _link = _link with { Scenario = opened.Scenario.Id, Strategy = opened.Strategy.Id, Schedule = _state.Schedule, At = _state.Turns.Count };
        _exported = "data:application/json;charset=utf-8," + Uri.EscapeDataString(ScheduleDocument.From(opened.Scenario, opened.Strategy, _state).ToJson());
    }

    private async Task WriteAddressAsync()
    {
        var address = Navigation.ToAbsoluteUri(_link.Address).AbsoluteUri;
        if (address == _address || _keys is null) return;
        _address = address;
        try
        {
            await _keys.InvokeVoidAsync("address", _gone.Token, address);
        }
        catch (Exception gone) when (PageScript.IsGone(gone))
        {
            // The page is gone, and its address with it.
        }
    }

    private sealed record Opened(Scenario Scenario, Strategy Strategy, Listing Listing, Stepper Stepper);
}
