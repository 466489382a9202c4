using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>One session: its program, how far it is, what came back, what it waits for, and what it sees. Its head is the button that sends its next statement.</summary>
public sealed partial class SessionCard
{
    /// <summary>What to show.</summary>
    [Parameter, EditorRequired]
    public SessionPicture Picture { get; set; } = default!;

    /// <summary>What is committed, to be told from what only this session sees.</summary>
    [Parameter]
    public Look? Committed { get; set; }

    /// <summary>Whether no turn can be taken just now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    /// <summary>It takes its turn: its number.</summary>
    [Parameter]
    public EventCallback<int> Played { get; set; }

    private int Number => Picture.State.Number;

    private string Condition => Picture.State switch
    {
        { Outcome: not null } => "ended",
        { Wait: not null } or { AwaitsDelivery: true } => "waits",
        _ => "ready",
    };
}
