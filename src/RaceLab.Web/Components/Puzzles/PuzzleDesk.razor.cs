using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Puzzles;

namespace RaceLab.Web.Components.Puzzles;

/// <summary>A puzzle with a lab behind it: who says that there is no such order has every order tried.</summary>
public sealed partial class PuzzleDesk : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private ExplorationTicket? _ticket;
    private NoOrderClaim _claim = NoOrderClaim.NotMade;
    private Puzzle? _of;
    private bool _told;

    /// <summary>Whose tables and invariants.</summary>
    [Parameter, EditorRequired]
    public Scenario Scenario { get; set; } = default!;

    /// <summary>Whose program.</summary>
    [Parameter, EditorRequired]
    public Strategy Strategy { get; set; } = default!;

    /// <summary>What is to be solved.</summary>
    [Parameter, EditorRequired]
    public Puzzle Puzzle { get; set; } = default!;

    /// <summary>What came of the run; null while it is under way.</summary>
    [Parameter]
    public ScheduleResult? Result { get; set; }

    /// <summary>How many turns were taken.</summary>
    [Parameter]
    public int Turns { get; set; }

    /// <summary>It is solved: its id. Told once.</summary>
    [Parameter]
    public EventCallback<string> Solved { get; set; }

    /// <summary>The order that was found is to be played.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<ScheduledStep>> PlayRequested { get; set; }

    [Inject]
    private ExplorationShelf Shelf { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _ticket?.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!ReferenceEquals(_of, Puzzle))
        {
            // Another puzzle: what was said of the one before is not said of this one.
            _of = Puzzle;
            _told = false;
            _claim = NoOrderClaim.NotMade;
            Leave();
        }

        await TellAsync();
    }

    private async Task TryEveryOrderAsync()
    {
        Leave();
        var ticket = _ticket = Shelf.Ask(Scenario, Strategy, Puzzle.Sessions);
        var completion = ticket.Exploration.Completion;
        using var ticks = new PeriodicTimer(ProgressInterval, Time);
        while (!completion.IsCompleted)
        {
            _claim = NoOrderClaim.BeingTried(ticket.Exploration.Runs);
            StateHasChanged();
            await Task.WhenAny(completion, ticks.WaitForNextTickAsync(CancellationToken.None).AsTask());
            if (_gone.IsCancellationRequested || !ReferenceEquals(ticket, _ticket)) return;
        }

        var end = await completion;
        _claim = end.Explored is { } explored ? NoOrderClaim.Judged(NoOrderVerdict.Of(Puzzle.Goal, explored)) : NoOrderClaim.Failed(end.Problem!);
        await TellAsync();
    }

    /// <summary>Telling makes the page draw itself anew, this component included: once is enough.</summary>
    private Task TellAsync()
    {
        if (_told || !PuzzleStanding.IsSolved(Puzzle, Result, _claim)) return Task.CompletedTask;
        _told = true;
        return Solved.InvokeAsync(Puzzle.Id);
    }

    private void Leave()
    {
        _ticket?.Dispose();
        _ticket = null;
    }
}
