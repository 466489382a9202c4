using Microsoft.AspNetCore.Components;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>The executed schedules, one row each, sorted by outcome; each leads to the stepper.</summary>
public sealed partial class ScheduleMatrix
{
    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired]
    public MatrixPage Part { get; set; } = default!;

    /// <summary>The outcomes to choose from.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<OutcomeCard> Cards { get; set; } = [];

    /// <summary>The index of the outcome that is shown; null: all.</summary>
    [Parameter]
    public int? Outcome { get; set; }

    /// <summary>Another was chosen; null: all.</summary>
    [Parameter]
    public EventCallback<int?> OutcomeChanged { get; set; }

    /// <summary>Another part is wanted: its number, from 1.</summary>
    [Parameter]
    public EventCallback<int> PageChanged { get; set; }
}
