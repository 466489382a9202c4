using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using RaceLab.Engine.Content;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;
using RaceLab.Engine.Studies;
using RaceLab.Web.Races;

namespace RaceLab.Web.Hosting;

/// <summary>A whole lab: its servers, its content and its web application, started together and ended in order.</summary>
public sealed class LabHost : IAsyncDisposable
{
    /// <summary>The first page goes before the rehearsal.</summary>
    private static readonly TimeSpan BeforeRehearsal = TimeSpan.FromSeconds(1.5);

    private readonly LabServers _servers;
    private readonly Catalogue _catalogue;
    private readonly ILoggerFactory _logs;
    private readonly CancellationTokenSource _ending = new();
    private Task _rehearsal = Task.CompletedTask;

    private LabHost(LabServers servers, Catalogue catalogue, ILoggerFactory logs, WebApplication app)
    {
        _logs = logs;
        _servers = servers;
        _catalogue = catalogue;
        App = app;
    }

    /// <summary>The web application, which the caller starts and stops.</summary>
    public WebApplication App { get; }

    /// <summary>Where races happen and where they are kept.</summary>
    public LabServers Servers => _servers;

    /// <summary>
    /// Starts the servers and puts the application together. <c>docs/operations.md</c> lists the settings; all are optional, and all are checked first.
    /// </summary>
    /// <param name="args">The command line: any setting, such as <c>--urls http://127.0.0.1:0</c>.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="SettingsException">A setting makes no sense.</exception>
    /// <exception cref="ServerRefusedException">A server cannot be had.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no content.</exception>
    public static async Task<LabHost> StartAsync(string[] args, CancellationToken cancellation)
    {
        Task<LabServers>? starting = null;
        Catalogue? catalogue = null;
        ILoggerFactory? logs = null;
        try
        {
            var builder = RaceLabApp.CreateBuilder(args);
            var settings = SettingsReader.Read(builder.Configuration);
            logs = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole());
            var folder = settings.Content ?? ContentFolder.Find()
                ?? throw new DirectoryNotFoundException("There is no folder 'content' with scenarios here or above: start the lab in its repository, or name the folder by --RaceLab:Content.");

            // The servers' processes take their time, and reading content takes the lab's own.
            starting = Task.Run(() => LabServers.StartAsync(settings.Servers, logs, cancellation), CancellationToken.None);
            catalogue = Catalogue.Open(folder);
            var servers = await starting;
            if (settings.Otlp is { } target) builder.Services.AddTelemetry(target);
            builder.Services.AddSingleton(catalogue);
            builder.Services.AddSingleton(servers.Lab);
            builder.Services.AddSingleton<IRaceArchive>(servers.State!);
            builder.Services.AddSingleton<IStudyArchive>(servers.State!);
            builder.Services.AddSingleton<IHistory>(servers.State!);
            builder.Services.AddSingleton<IRaceRunner, RaceRunner>();
            builder.Services.AddSingleton<IExplorer, Explorer>();
            builder.Services.AddSingleton(settings.Races);
            builder.Services.AddSingleton(settings.Stepping);
            builder.Services.AddSingleton<Steppers>();
            builder.Services.AddSingleton(new RaceMeter(servers.Lab.Permits));
            Furnish(builder.Services, settings, servers);
            var app = RaceLabApp.Build(builder);
            app.Services.GetRequiredService<ServerLacks>().Learn();
            return new LabHost(servers, catalogue, logs, app);
        }
        catch
        {
            catalogue?.Dispose();
            if (starting is not null) await EndAsync(starting);
            logs?.Dispose();
            throw;
        }
    }

    /// <summary>Begins to rehearse in the background (<see cref="Rehearsal"/>), so that the first race is as fast as later ones. To be called once, when the page is there.</summary>
    public void Rehearse() => _rehearsal = Task.Run(async () =>
    {
        try
        {
            await Task.Delay(BeforeRehearsal, _ending.Token);
            await Rehearsal.HoldAsync(_catalogue, App.Services.GetRequiredService<IRaceRunner>(), _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The lab ended first.
        }
        catch (Exception fault)
        {
            _logs.CreateLogger<LabHost>().LogWarning(fault, "The rehearsal failed");
        }
    });

    /// <summary>Ends the studies, races and explorations, then the application, then the servers.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _rehearsal;
        _ending.Dispose();
        await App.Services.GetRequiredService<StudyRegistry>().DisposeAsync();
        await App.Services.GetRequiredService<RaceRegistry>().DisposeAsync();
        await App.Services.GetRequiredService<Steppers>().DisposeAsync();
        await App.Services.GetRequiredService<ExplorationShelf>().DisposeAsync();
        await App.StopAsync();
        Telemetry.SendTheLast(App.Services);
        await App.DisposeAsync();
        await _servers.DisposeAsync();
        _catalogue.Dispose();
        _logs.Dispose();
    }

    /// <summary>Ends servers that nobody will use. Why they did not start, if they did not, is told already or less important than what is.</summary>
    private static async Task EndAsync(Task<LabServers> starting)
    {
        await starting.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (starting.IsCompletedSuccessfully) await starting.Result.DisposeAsync();
    }

    private static void Furnish(IServiceCollection services, LabSettings settings, LabServers servers)
    {
        services.AddSingleton(own => new ServerLacks(servers.Lab.KnownLack, servers.Lab.ProbeAsync, own.GetRequiredService<ILogger<ServerLacks>>()));
        services.AddHostedService(own => IdleMemory.Of(servers.Lab.Permits, own.GetRequiredService<RaceRegistry>(), own.GetRequiredService<TimeProvider>()));
        services.AddHealthChecks()
            .AddCheck("lab", new ServerHealth(servers.Lab.PingAsync))
            .AddCheck("state", new ServerHealth(servers.State!.PingAsync));
        services.AddDataProtection().SetApplicationName("RaceLab");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new SharedKeys(servers.State!));
        services.Configure<CircuitOptions>(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = settings.Circuits;
            circuits.DisconnectedCircuitRetentionPeriod = settings.CircuitTime;
        });
    }
}
