using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>Everything else that is known of a race that is over, in tables.</summary>
public sealed partial class Report
{
    /// <summary>How it ended.</summary>
    [Parameter, EditorRequired]
    public RaceResult Result { get; set; } = default!;

    private IEnumerable<(string Name, long Count)> Outcomes =>
    [
        ("created", Result.Attempts.Created),
        ("found", Result.Attempts.Found),
        ("updated", Result.Attempts.Updated),
        ("rejected", Result.Attempts.Rejected),
        ("failed", Result.Attempts.Failed),
        ("unknown", Result.Attempts.Unknown),
    ];
}
