using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>Who waits for whom, as a picture and in words.</summary>
public sealed partial class WaitGraph
{
    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public StepperState State { get; set; } = default!;

    private WaitPicture Picture => WaitPicture.Of(State);

    private IEnumerable<SessionState> Waiting => State.Sessions.Where(s => s.Wait is not null);

    private string Words => Picture.Arrows.Count == 0
        ? $"{State.Sessions.Count} sessions, and nobody waits"
        : string.Join(", ", Picture.Arrows.Select(a => $"session {a.From} waits for session {a.To}"));
}
