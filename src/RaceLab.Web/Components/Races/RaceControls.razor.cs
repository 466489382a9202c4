using Microsoft.AspNetCore.Components;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Races;

/// <summary>Run, Stop, and where the race is in its life.</summary>
public sealed partial class RaceControls
{
    /// <summary>The race; null: none yet.</summary>
    [Parameter]
    public ShownRace? Race { get; set; }

    /// <summary>Whether the race was asked to stop.</summary>
    [Parameter]
    public bool IsStopping { get; set; }

    /// <summary>Why what is chosen cannot be raced on this server, in a sentence; null: it can.</summary>
    [Parameter]
    public string? Lack { get; set; }

    /// <summary>Why Run was refused; null: it was not.</summary>
    [Parameter]
    public string? Refusal { get; set; }

    private bool IsUnderWay => Race is { IsUnderWay: true };

    private string State => Race is null && Lack is not null ? "Not on this server" : StateText.Of(Race);

    private string RunLabel => IsUnderWay ? "Racing" : Race is null ? "Run" : "Run again";
}
