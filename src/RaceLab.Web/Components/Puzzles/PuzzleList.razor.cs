using Microsoft.AspNetCore.Components;
using RaceLab.Engine.Content;

namespace RaceLab.Web.Components.Puzzles;

/// <summary>The puzzles of a scenario, in content's order, and which of them were solved in this visit.</summary>
public sealed partial class PuzzleList
{
    /// <summary>In content's order.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Puzzle> Puzzles { get; set; } = [];

    /// <summary>The ids of those that were solved in this visit.</summary>
    [Parameter]
    public IReadOnlySet<string> Solved { get; set; } = new HashSet<string>();

    /// <summary>The chosen puzzle's id; null: none.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary>Another was chosen: its id, or null for none.</summary>
    [Parameter]
    public EventCallback<string?> ChosenChanged { get; set; }

    /// <summary>Whether nothing can be chosen now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    private string Summary => $"{Puzzles.Count(p => Solved.Contains(p.Id))} of {Puzzles.Count} solved in this visit";

    private Task Choose(string id) => ChosenChanged.InvokeAsync(id.Length == 0 ? null : id);
}
