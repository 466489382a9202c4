using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Choices;

/// <summary>The shape that says, beside a colour and a word, what a strategy is worth.</summary>
public sealed partial class StandingMark
{
    /// <summary>broken, halfright or sound.</summary>
    [Parameter, EditorRequired]
    public string? Tone { get; set; }
}
