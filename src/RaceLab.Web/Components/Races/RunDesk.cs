using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components.Races;

/// <summary>From where something is run and stopped: what there is to know of it and its runner, whatever it is.</summary>
public abstract class RunDesk : ComponentBase
{
    /// <summary>What is or would be run, in a line.</summary>
    [Parameter]
    public string Summary { get; set; } = "";

    /// <summary>Whether whoever looks has started it.</summary>
    [Parameter]
    public bool IsMine { get; set; }

    /// <summary>Whether the choices can be run and nothing is under way.</summary>
    [Parameter]
    public bool CanRun { get; set; }

    /// <summary>The page with the same choices and nothing begun, for those who only watch.</summary>
    [Parameter]
    public string OwnLink { get; set; } = "";

    /// <summary>Run was pressed.</summary>
    [Parameter]
    public EventCallback Run { get; set; }

    /// <summary>Stop was pressed.</summary>
    [Parameter]
    public EventCallback Stop { get; set; }
}
