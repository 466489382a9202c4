using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Schedules;

/// <summary>How many sessions there are.</summary>
public sealed partial class SessionsPicker
{
    /// <summary>2 to <see cref="RaceLab.Engine.Schedules.ScheduleRunner.MaximumSessions"/>.</summary>
    [Parameter]
    public int Chosen { get; set; }

    /// <summary>Another number was chosen.</summary>
    [Parameter]
    public EventCallback<int> ChosenChanged { get; set; }

    /// <summary>Whether it cannot be chosen just now.</summary>
    [Parameter]
    public bool Disabled { get; set; }
}
