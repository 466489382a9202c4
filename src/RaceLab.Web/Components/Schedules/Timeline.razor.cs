using System.Globalization;
using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>The schedule as lanes and columns; each turn is a button that goes there, and a slider goes through all of them.</summary>
public sealed partial class Timeline
{
    /// <summary>What to draw.</summary>
    [Parameter, EditorRequired]
    public TimelinePicture Picture { get; set; } = default!;

    /// <summary>Whether nothing can be pressed just now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    /// <summary>Another position was chosen: how many turns are taken there.</summary>
    [Parameter]
    public EventCallback<int> PositionChanged { get; set; }

    private string Words => Picture.Cells.Count == 0
        ? "no turn yet"
        : $"{Figures.Count(Picture.Position, "turn", "turns")} taken{(Picture.Position < Picture.Cells.Count ? $", {Picture.Cells.Count - Picture.Position} ahead" : "")}";

    private static string Sign(LineStanding standing) => standing switch
    {
        LineStanding.Rejected => "✕",
        LineStanding.Waiting => "…",
        LineStanding.NotYet => "",
        _ => "✓",
    };

    private Task Scrub(ChangeEventArgs change) =>
        int.TryParse((string?)change.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? PositionChanged.InvokeAsync(position)
            : Task.CompletedTask;
}
