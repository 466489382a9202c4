using Microsoft.AspNetCore.Components;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>All orders at once, as one bar.</summary>
public sealed partial class OrderBar
{
    /// <summary>Its parts.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<OrderShare> Shares { get; set; } = [];
}
