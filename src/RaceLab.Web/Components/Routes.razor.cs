using Microsoft.AspNetCore.Components;

namespace RaceLab.Web.Components;

/// <summary>The interactive part of the document: finds the page for the address.</summary>
public sealed partial class Routes
{
    /// <summary>The token of the browser that asked for the document.</summary>
    [Parameter, EditorRequired]
    public string Owner { get; set; } = "";
}

/// <summary>Who looks at the page: a token that only their browser has.</summary>
/// <param name="Value">The token.</param>
public sealed record OwnerToken(string Value);
