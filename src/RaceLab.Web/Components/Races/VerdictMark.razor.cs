using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>The sign beside a verdict, with a colour and a shape; whoever shows it gives it its size.</summary>
public sealed partial class VerdictMark
{
    /// <summary>Of which verdict.</summary>
    [Parameter, EditorRequired]
    public VerdictMood Mood { get; set; }
}
