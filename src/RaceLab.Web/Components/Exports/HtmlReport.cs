using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using RaceLab.Web.Races;

namespace RaceLab.Web.Components.Exports;

/// <summary>
/// A race as one HTML file with everything in it: the page's own components, rendered once, with the page's own style sheets. It has no script, asks no server for
/// anything, and is light or dark as the reader's system is. Thread-safe.
/// </summary>
public sealed partial class HtmlReport(IServiceProvider services, ILoggerFactory logs, IWebHostEnvironment site, TimeProvider time)
{
    private static readonly string[] _sheets = ["css/tokens.css", "css/lab.css", "RaceLab.Web.styles.css"];

    private readonly Lazy<string> _style = new(() => Style(site));

    /// <summary>The file of a race that is over.</summary>
    public async Task<string> WriteAsync(ShownRace race)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(ReportDocument.Race)] = race,
                [nameof(ReportDocument.Style)] = _style.Value,
                [nameof(ReportDocument.ExportedAt)] = time.GetUtcNow(),
            });
            return (await renderer.RenderComponentAsync<ReportDocument>(parameters)).ToHtmlString();
        });
    }

    /// <summary>The dark colours, which on the page a script switches on, are left to the reader's system.</summary>
    internal static string FollowSystem(string sheet) => Dark().Replace(sheet, "@media (prefers-color-scheme: dark) { :root {$1} }");

    private static string Style(IWebHostEnvironment site) => FollowSystem(string.Join('\n', _sheets.Select(sheet =>
    {
        var file = site.WebRootFileProvider.GetFileInfo(sheet);
        if (!file.Exists) throw new FileNotFoundException($"The style sheet {sheet} is missing from this build.");
        using var reader = new StreamReader(file.CreateReadStream());
        return reader.ReadToEnd();
    })));

    [GeneratedRegex(@":root\[data-theme=dark\]\s*\{([^}]*)\}")]
    private static partial Regex Dark();
}
