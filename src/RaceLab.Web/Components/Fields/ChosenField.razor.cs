using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Fields;

/// <summary>One of a few, from a list that opens below it.</summary>
public sealed partial class ChosenField
{
    /// <summary>The field's id, unique on the page.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Its name.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>What there is to choose from.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<(string Value, string Title)> Options { get; set; } = [];

    /// <summary>The chosen value. One that is not among the options shows as none.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary>Another was chosen: its value.</summary>
    [Parameter]
    public EventCallback<string> ChosenChanged { get; set; }

    /// <summary>What is wrong with the choice; null: nothing.</summary>
    [Parameter]
    public string? Problem { get; set; }

    /// <summary>Whether nothing can be chosen now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    private string ProblemId => $"{Id}-problem";

    private string TitleOf(string? value) => Options.FirstOrDefault(option => option.Value == value).Title ?? "";
}
