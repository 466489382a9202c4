namespace RaceLab.Web.Browsers;

/// <summary>
/// Keeps other sites' pages away from a lab on this machine: their scripts may not open its hub, frame its pages or add scripts to them.
/// </summary>
public sealed class BrowserProtection(RequestDelegate next)
{
    /// <summary>Nothing but this site's own files. Blazor and MudBlazor set styles on elements, so those are allowed.</summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static readonly PathString Hub = "/_blazor";

    /// <summary>Refuses a hub request from elsewhere; otherwise adds the headers and goes on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(Hub, StringComparison.OrdinalIgnoreCase) && !IsSameOrigin(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("Only the lab's own pages may talk to it.", context.RequestAborted);
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        await next(context);
    }

    /// <summary>Browsers name the origin of every WebSocket and of every POST; a request without one does not come from a page.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        return string.IsNullOrEmpty(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && from.Scheme == request.Scheme
                && string.Equals(from.Authority, new Uri($"{request.Scheme}://{request.Host}").Authority, StringComparison.OrdinalIgnoreCase));
    }
}
