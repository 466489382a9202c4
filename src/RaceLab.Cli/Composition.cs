using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Checks;
using RaceLab.Engine.Content;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Settings;

namespace RaceLab.Cli;

/// <summary>Puts the real lab together for the commands: the one place that knows which classes do the work.</summary>
internal static class Composition
{
    /// <summary>The engine's catalogue, servers and runner, with the settings that the environment gives.</summary>
    public static LabAccess Lab(LabEnvironment environment) =>
        new(Read, ReadFile, (connectionString, cancellation) => OpenAsync(environment.Settings, connectionString, cancellation)) { Environment = environment };

    /// <summary>The servers that the settings ask for: nothing is kept, and the command line's connection string goes first.</summary>
    public static LabServersOptions ServersOf(LabSettings settings, string? connectionString) =>
        settings.Servers with { Lab = connectionString ?? settings.Servers.Lab, WithState = false };

    private static ReadContent Read(string folder)
    {
        using var catalogue = Catalogue.Open(folder, watch: false);
        return new ReadContent(catalogue.Scenarios, catalogue.Errors);
    }

    private static ReadContent ReadFile(string path, string name)
    {
        var reading = ScenarioFile.Read(path, name);
        return new ReadContent(reading.Scenario is { } scenario ? [scenario] : [], reading.Errors);
    }

    private static async Task<IOpenLab> OpenAsync(LabSettings settings, string? connectionString, CancellationToken cancellation) =>
        new OpenLab(await LabServers.StartAsync(ServersOf(settings, connectionString), NullLoggerFactory.Instance, cancellation), settings.Races);

    private sealed class OpenLab(LabServers servers, RaceLimits limits) : IOpenLab
    {
        public string PostgresVersion => servers.Lab.Version.ToString();

        public IRaceRunner Runner { get; } = new RaceRunner(servers.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance, limits);

        public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int> progress, CancellationToken cancellation) =>
            new Explorer(servers.Lab, TimeProvider.System).ExploreAsync(scenario, strategy, sessions, progress, cancellation);

        public async Task<ScheduleResult> PlayAsync(Scenario scenario, Strategy strategy, IReadOnlyList<ScheduledStep> schedule, int sessions, CancellationToken cancellation)
        {
            try
            {
                return await new ScheduleRunner(servers.Lab, TimeProvider.System).RunAsync(scenario, strategy, schedule, sessions, cancellation);
            }
            catch (PostgresException refused) when (!refused.SqlState.StartsWith("57P", StringComparison.Ordinal))
            {
                throw new StatementRefusedException(new RefusedStatement("a statement of the scenario or the strategy", refused.SqlState, refused.MessageText), refused);
            }
            catch (NpgsqlException gone)
            {
                throw new ServerRefusedException($"The server went away while the schedule was played. {gone.Message}", gone);
            }
        }

        public async Task<IReadOnlyList<ContentError>> CheckStatementsAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation)
        {
            var extensions = scenarios.SelectMany(s => s.Strategies.SelectMany(t => s.NeedsOf(t).Extensions)).Distinct().Where(servers.Lab.Extensions.Contains);
            await using var database = await servers.Lab.RentDatabaseAsync([.. extensions], cancellation);
            await using var source = new SessionSettings().SourceFor(database.ConnectionString);
            try
            {
                var report = await ContentCheck.RunAsync(scenarios, async token => await source.OpenConnectionAsync(token), cancellation);
                return report.Errors;
            }
            catch (NpgsqlException gone)
            {
                throw new ServerRefusedException($"The server went away while content was checked. {gone.Message}", gone);
            }
        }

        public Task<PlayReport> PlayAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation) =>
            PlayCheck.RunAsync(servers.Lab, TimeProvider.System, scenarios, cancellation);

        public Task<string?> FindLackAsync(Scenario scenario, Strategy strategy, CancellationToken cancellation) =>
            servers.Lab.FindLackAsync(scenario.NeedsOf(strategy), cancellation);

        public ValueTask DisposeAsync() => servers.DisposeAsync();
    }
}
