using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace RaceLab.Web.Components.Fields;

/// <summary>A line to type into. What cannot be read stays as it was typed, with a sentence below it, which is said aloud when it comes.</summary>
public sealed partial class TypedField
{
    /// <summary>The input's id, unique on the page.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Its name.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>As typed.</summary>
    [Parameter]
    public string Value { get; set; } = "";

    /// <summary>Something else was typed, and the field was left.</summary>
    [Parameter]
    public EventCallback<string> ValueChanged { get; set; }

    /// <summary>What can be typed, in a few words.</summary>
    [Parameter]
    public string? Range { get; set; }

    /// <summary>What is wrong with it; null: nothing.</summary>
    [Parameter]
    public string? Problem { get; set; }

    /// <summary>Which keys a phone shows.</summary>
    [Parameter]
    public InputMode InputMode { get; set; } = InputMode.text;

    /// <summary>Whether nothing can be typed now.</summary>
    [Parameter]
    public bool Disabled { get; set; }

    private string ProblemId => $"{Id}-problem";
}
