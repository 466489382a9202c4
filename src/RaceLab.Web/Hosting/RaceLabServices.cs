using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;
using RaceLab.Engine.History;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Studies;
using RaceLab.Web.Browsers;
using RaceLab.Web.Components.Exports;
using RaceLab.Web.Races;
using RaceLab.Web.Studies;

namespace RaceLab.Web.Hosting;

/// <summary>What the application is made of.</summary>
public static class RaceLabServices
{
    /// <summary>
    /// Adds the pages and everything that they stand on. Not among it: the catalogue, <see cref="IRaceRunner"/>, <see cref="IExplorer"/>, <see cref="Steppers"/>,
    /// <see cref="IRaceArchive"/>, <see cref="IStudyArchive"/>, <see cref="IHistory"/> and <see cref="ServerLacks"/>, which come with the servers.
    /// </summary>
    public static IServiceCollection AddRaceLab(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices();
        services.AddHealthChecks();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RaceRegistry>();
        services.TryAddSingleton<StudyRegistry>();
        services.TryAddSingleton<RaceFinder>();
        services.TryAddSingleton<StudyFinder>();
        services.TryAddSingleton<HtmlReport>();
        services.TryAddSingleton<ExplorationShelf>();
        services.AddScoped<CarriedChoice>();
        services.AddScoped<CircuitConnection>();
        services.AddScoped<CircuitHandler>(scope => scope.GetRequiredService<CircuitConnection>());
        return services;
    }
}
