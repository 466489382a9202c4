using Microsoft.AspNetCore.Components;
using RaceLab.Web.Browsers;

namespace RaceLab.Web.Components;

/// <summary>The document around every page. Rendered for the HTTP request, so it can read the owner's cookie and hand it on.</summary>
public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Request { get; set; } = default!;

    /// <summary>Travels to the circuit as a parameter of a root component, which Blazor encrypts: scripts of the page cannot read it.</summary>
    private string Owner => OwnerCookie.Of(Request);
}
