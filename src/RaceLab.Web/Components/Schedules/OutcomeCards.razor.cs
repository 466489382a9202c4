using Microsoft.AspNetCore.Components;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>The different ends of an exploration, one card each.</summary>
public sealed partial class OutcomeCards
{
    /// <summary>The cards, those that break something first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<OutcomeCard> Cards { get; set; } = [];
}
