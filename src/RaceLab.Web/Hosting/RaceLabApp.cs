using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HostFiltering;
using RaceLab.Web.Browsers;
using RaceLab.Web.Components;

namespace RaceLab.Web.Hosting;

/// <summary>The web application, put together but not started. <see cref="LabHost"/> gives it servers; component tests give it doubles.</summary>
public static class RaceLabApp
{
    /// <summary>Where the page is when nobody says otherwise: on this machine only.</summary>
    public const int DefaultPort = 5080;

    private static readonly string[] HostsByDefault = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>A builder with the page's own services; see <see cref="RaceLabServices.AddRaceLab"/> for what is left to add.</summary>
    /// <param name="args">The command line: any setting, such as <c>--urls</c> or <c>--port</c>.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // Named and placed by this assembly, so that its pages and files are found from whatever process and folder it is started.
            ApplicationName = typeof(RaceLabApp).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });

        // A build that was not published serves its files from where they lie; a published one has no list of them, and this does nothing.
        builder.WebHost.UseStaticWebAssets();
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls($"http://127.0.0.1:{builder.Configuration["port"] ?? DefaultPort.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        builder.Services.AddRaceLab(builder.Configuration);
        if (string.IsNullOrWhiteSpace(builder.Configuration["AllowedHosts"]))
            builder.Services.PostConfigure<HostFilteringOptions>(hosts => hosts.AllowedHosts = [.. HostsByDefault]);
        return builder;
    }

    /// <summary>Puts the application together.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseMiddleware<BrowserProtection>();
        app.UseMiddleware<OwnerCookie>();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = ServerHealth.WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = ServerHealth.WriteAsync });
        app.MapExports();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
