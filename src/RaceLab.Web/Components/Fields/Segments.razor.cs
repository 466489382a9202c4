using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Fields;

/// <summary>One of a few, all of which can be seen side by side.</summary>
/// <typeparam name="T">What is chosen.</typeparam>
public sealed partial class Segments<T>
{
    /// <summary>The buttons' name, unique on the page.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>What is chosen here.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>What there is to choose from.</summary>
    [Parameter, EditorRequired]
    public IEnumerable<(T Value, string Title)> Options { get; set; } = [];

    /// <summary>The chosen value.</summary>
    [Parameter]
    public T? Chosen { get; set; }

    /// <summary>Another was chosen.</summary>
    [Parameter]
    public EventCallback<T> ChosenChanged { get; set; }

    /// <summary>Whether nothing can be chosen now.</summary>
    [Parameter]
    public bool Disabled { get; set; }
}
