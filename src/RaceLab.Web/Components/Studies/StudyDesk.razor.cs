using Microsoft.AspNetCore.Components;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Components.Studies;

/// <summary>From where a study is run: its buttons, how far it is, and what stands in its way.</summary>
public sealed partial class StudyDesk
{
    /// <summary>The study; null: none yet.</summary>
    [Parameter]
    public ShownStudy? Study { get; set; }

    /// <summary>What the button does, such as "Sweep".</summary>
    [Parameter]
    public string Verb { get; set; } = "";

    /// <summary>What it says while it is done, such as "Sweeping".</summary>
    [Parameter]
    public string Doing { get; set; } = "";

    /// <summary>Why what is chosen cannot be raced on this server, in a sentence; null: it can.</summary>
    [Parameter]
    public string? Lack { get; set; }

    /// <summary>What else stands in the way, or went wrong, in a sentence; null: nothing.</summary>
    [Parameter]
    public string? Problem { get; set; }

    /// <summary>What else is to be said before it is run.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private bool IsUnderWay => Study is { IsUnderWay: true };

    private string Label => IsUnderWay ? Doing : Study is null ? Verb : $"{Verb} again";
}
