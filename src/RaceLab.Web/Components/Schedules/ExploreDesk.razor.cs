using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Schedules;
using RaceLab.Web.Races;
using RaceLab.Web.Schedules;

namespace RaceLab.Web.Components.Schedules;

/// <summary>The button, how far an exploration is, and its one number: how many orders break what must hold.</summary>
public sealed partial class ExploreDesk
{
    /// <summary>What is under way; null: nothing.</summary>
    [Parameter]
    public SharedExploration? UnderWay { get; set; }

    /// <summary>What was found; null: nothing yet.</summary>
    [Parameter]
    public Exploration? Explored { get; set; }

    /// <summary>Whether the button may be pressed.</summary>
    [Parameter]
    public bool CanExplore { get; set; }

    /// <summary>What is or would be explored, in a line.</summary>
    [Parameter]
    public string Summary { get; set; } = "";

    /// <summary>Why nothing was found; null: nothing went wrong.</summary>
    [Parameter]
    public string? Problem { get; set; }

    /// <summary>The button was pressed.</summary>
    [Parameter]
    public EventCallback Explore { get; set; }

    /// <summary>Whoever looks has seen enough.</summary>
    [Parameter]
    public EventCallback Stop { get; set; }

    private bool IsUnderWay => UnderWay is not null;

    private string Digits => Explored is not null ? Figures.Count(ExplorationWords.Breaking(Explored)) : UnderWay is null ? "?" : Figures.Count(UnderWay.Runs);

    private string? Tone => Explored is null ? "open" : ExplorationWords.Breaking(Explored).IsZero ? "none" : "some";

    private string Noun => Explored is not null ? ExplorationWords.BelowTheNumber(Explored)
        : UnderWay is null ? "orders that break the rule"
        : UnderWay.Runs == 1 ? "run on the server so far" : "runs on the server so far";

    private string State => Explored is not null ? Explored.IsComplete ? "Every order was tried" : "Not every order was tried"
        : UnderWay is null ? "Ready"
        : UnderWay.HasBegun ? "Trying every order" : "Waiting: other explorations come first";

    private string Progress => UnderWay is { HasBegun: true } running
        ? $"For {Figures.Count((long)running.Elapsed.TotalSeconds, "second", "seconds")}. There can be {Figures.Count(OrderBound.RunsAtMost(running.Scenario, running.Strategy, running.Sessions), "run", "runs")} at most, and there are often far fewer. How many orders there are is known when the last one has been tried."
        : "It begins by itself.";
}
