using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Schedules;

/// <summary>A stepped run: the schedule so far, the sessions, who waits for whom, and what is committed. It only shows, and asks for turns.</summary>
public sealed partial class StepBoard
{
    /// <summary>The run as it is now, with its sessions.</summary>
    [Parameter, EditorRequired]
    public StepperState State { get; set; } = default!;

    /// <summary>What the sessions do.</summary>
    [Parameter, EditorRequired]
    public Strategy Strategy { get; set; } = default!;

    /// <summary>Its steps with their marks.</summary>
    [Parameter, EditorRequired]
    public Listing Listing { get; set; } = Listing.Empty;

    /// <summary>A session takes its turn: its number.</summary>
    [Parameter]
    public EventCallback<int> Played { get; set; }

    /// <summary>The environment takes a turn, such as a delivery.</summary>
    [Parameter]
    public EventCallback<ScheduledStep> TurnTaken { get; set; }

    /// <summary>Another position was chosen: how many turns are taken there.</summary>
    [Parameter]
    public EventCallback<int> PositionChanged { get; set; }

    /// <summary>A run that was closed is to go on.</summary>
    [Parameter]
    public EventCallback Continued { get; set; }

    private bool CanMove => State.Phase == StepperPhase.Ready;

    private string Invitation => State switch
    {
        { Phase: StepperPhase.Closed } => "The sessions are closed.",
        { Phase: StepperPhase.Opening or StepperPhase.Busy } => "Working …",
        { Result: not null } => "Every attempt has ended.",
        { Sessions: var all, Environment.Count: 0 } when !all.Any(s => s.IsReady) => "Everybody waits: PostgreSQL will have to end one of them.",
        { Turns.Count: 0 } => $"You decide who is next: press {Keys}, or click a session.",
        _ => $"Whose turn? {Keys}",
    };

    private string Keys => string.Join(" or ", State.Sessions.Where(s => s.IsReady).Select(s => $"{s.Number}").Concat(State.Environment.Take(1).Select(_ => "E")));
}
