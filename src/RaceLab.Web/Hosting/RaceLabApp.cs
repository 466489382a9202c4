using Microsoft.AspNetCore.HostFiltering;
using RaceLab.Web.Components;

namespace RaceLab.Web.Hosting;

/// <summary>The web application, put together but not started: the program runs it, and browser tests run it on port 0 in their own process.</summary>
public static class RaceLabApp
{
    private static readonly string[] HostsByDefault = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Puts the application together.</summary>
    /// <param name="args">The command line: any setting, such as <c>--urls http://127.0.0.1:0</c>.</param>
    /// <param name="replace">Called when all services are registered, to replace some.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
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
        builder.Services.AddRaceLab(builder.Configuration);
        if (builder.Configuration["AllowedHosts"] is null)
            builder.Services.PostConfigure<HostFilteringOptions>(hosts => hosts.AllowedHosts = [.. HostsByDefault]);
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseMiddleware<BrowserProtection>();
        app.UseMiddleware<OwnerCookie>();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapHealthChecks("/health/live");
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
