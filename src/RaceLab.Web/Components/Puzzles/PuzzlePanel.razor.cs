using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Puzzles;

namespace RaceLab.Web.Components.Puzzles;

/// <summary>A puzzle beside the run that is to solve it: what to reach, how it stands, and hints for whoever asks.</summary>
public sealed partial class PuzzlePanel
{
    private Puzzle? _hintsOf;
    private int _shown;

    /// <summary>The puzzle. Another one begins without hints.</summary>
    [Parameter, EditorRequired]
    public Puzzle Puzzle { get; set; } = default!;

    /// <summary>What came of the run; null while it is under way.</summary>
    [Parameter]
    public ScheduleResult? Result { get; set; }

    /// <summary>How many turns were taken.</summary>
    [Parameter]
    public int Turns { get; set; }

    /// <summary>What became of "there is no such order".</summary>
    [Parameter]
    public NoOrderClaim Claim { get; set; } = NoOrderClaim.NotMade;

    /// <summary>The learner says that there is no such order: every order is to be tried.</summary>
    [Parameter]
    public EventCallback NoOrderClaimed { get; set; }

    /// <summary>The learner wants to see the order that was found; without a handler it is only written down.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<ScheduledStep>> PlayRequested { get; set; }

    private PuzzleStanding Standing { get; set; } = default!;

    private bool HasMoreHints => _shown < Puzzle.Hints.Count;

    private string HintLabel => HasMoreHints ? $"{(_shown == 0 ? "A hint" : "Another hint")} ({_shown + 1} of {Puzzle.Hints.Count})" : "No more hints";

    /// <summary>Once said it stays, so that whoever has pressed it does not lose the place on the page.</summary>
    private bool ShowsClaim => Puzzle.CanTryEveryOrder && NoOrderClaimed.HasDelegate && (HasClaim || Standing.Mood != PuzzleMood.Solved);

    private bool HasClaim => Claim != NoOrderClaim.NotMade;

    private string? ClaimLine => Claim switch
    {
        { Runs: not null } => "The lab tries every order.",
        { Verdict: { } verdict } => PuzzleStanding.Of(verdict),
        _ => null,
    };

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_hintsOf, Puzzle)) _shown = 0;
        _hintsOf = Puzzle;
        Judge();
    }

    private void ShowHint()
    {
        if (HasMoreHints) _shown++;
        Judge();
    }

    private Task SayThereIsNone() => Claim.CanBeMade ? NoOrderClaimed.InvokeAsync() : Task.CompletedTask;

    private void Judge() => Standing = PuzzleStanding.Of(Puzzle, Result, Turns, _shown, Claim);
}
