using Microsoft.AspNetCore.Components;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>
/// A schedule, drawn: time goes from left to right, each session has its lane, its colour and its number, each step the mark that it has in the
/// listing, and a wait is hatched until it ends. Whoever shows it says the same in words.
/// </summary>
public sealed partial class ScheduleStripView
{
    /// <summary>What is drawn.</summary>
    [Parameter, EditorRequired]
    public ScheduleStrip Strip { get; set; } = default!;

    /// <summary>Whether the steps' names are written beside their marks.</summary>
    [Parameter]
    public bool Named { get; set; }
}
