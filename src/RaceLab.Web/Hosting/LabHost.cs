using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;

namespace RaceLab.Web.Hosting;

/// <summary>A whole lab: its servers, its content and its web application, started together and ended in order.</summary>
public sealed class LabHost : IAsyncDisposable
{
    private readonly LabServers _servers;
    private readonly Catalogue _catalogue;

    private LabHost(LabServers servers, Catalogue catalogue, WebApplication app)
    {
        _servers = servers;
        _catalogue = catalogue;
        App = app;
    }

    /// <summary>The web application, which the caller starts and stops.</summary>
    public WebApplication App { get; }

    /// <summary>Where races happen and where they are kept.</summary>
    public LabServers Servers => _servers;

    /// <summary>
    /// Starts the servers and puts the application together. Settings: <c>ConnectionStrings:Lab</c>, <c>ConnectionStrings:State</c>,
    /// <c>RaceLab:Home</c>, <c>RaceLab:PostgresBin</c>, <c>RaceLab:Content</c>, each optional.
    /// </summary>
    /// <param name="args">The command line: any setting, such as <c>--urls http://127.0.0.1:0</c>.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="ServerRefusedException">A server cannot be had.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no content.</exception>
    public static async Task<LabHost> StartAsync(string[] args, CancellationToken cancellation)
    {
        LabServers? servers = null;
        Catalogue? catalogue = null;
        try
        {
            var builder = RaceLabApp.CreateBuilder(args);
            var settings = builder.Configuration;
            using var logs = LoggerFactory.Create(logging => logging.AddConfiguration(settings.GetSection("Logging")).AddConsole());
            var folder = settings["RaceLab:Content"] ?? ContentFolder.Find()
                ?? throw new DirectoryNotFoundException("There is no folder 'content' with scenarios here or above: start the lab in its repository, or name the folder by --RaceLab:Content.");
            catalogue = Catalogue.Open(folder);
            servers = await LabServers.StartAsync(
                new LabServersOptions
                {
                    Lab = settings.GetConnectionString("Lab"),
                    State = settings.GetConnectionString("State"),
                    Home = settings["RaceLab:Home"],
                    PostgresBin = settings["RaceLab:PostgresBin"],
                },
                logs,
                cancellation);
            builder.Services.AddSingleton(catalogue);
            builder.Services.AddSingleton(servers.Lab);
            builder.Services.AddSingleton<IRaceArchive>(servers.State!);
            builder.Services.AddSingleton<IRaceRunner, RaceRunner>();
            return new LabHost(servers, catalogue, RaceLabApp.Build(builder));
        }
        catch
        {
            catalogue?.Dispose();
            if (servers is not null) await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the races, then the application, then the servers.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.Services.GetRequiredService<RaceRegistry>().DisposeAsync();
        await App.DisposeAsync();
        await _servers.DisposeAsync();
        _catalogue.Dispose();
    }
}
