using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;

namespace RaceLab.Cli;

/// <summary>Puts the real lab together for the commands: the one place that knows which classes do the work.</summary>
internal static class Composition
{
    /// <summary>The engine's catalogue, servers and runner.</summary>
    public static LabAccess Lab() => new(Read, OpenAsync);

    private static ReadContent Read(string folder)
    {
        using var catalogue = Catalogue.Open(folder, watch: false);
        return new ReadContent(catalogue.Scenarios, catalogue.Errors);
    }

    private static async Task<IOpenLab> OpenAsync(string? connectionString, CancellationToken cancellation) =>
        new OpenLab(await LabServers.StartAsync(
            new LabServersOptions { Lab = connectionString, Redis = RedisAddress(), WithState = false }, NullLoggerFactory.Instance, cancellation));

    /// <summary>From the environment alone: an option on the command line would show its password to everybody on the machine.</summary>
    private static string? RedisAddress() => Environment.GetEnvironmentVariable("ConnectionStrings__Redis") is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : null;

    private sealed class OpenLab(LabServers servers) : IOpenLab
    {
        public string PostgresVersion => servers.Lab.Version.ToString();

        public IRaceRunner Runner { get; } = new RaceRunner(servers.Lab, TimeProvider.System, NullLogger<RaceRunner>.Instance);

        public Task<Exploration> ExploreAsync(Scenario scenario, Strategy strategy, int sessions, IProgress<int> progress, CancellationToken cancellation) =>
            new Explorer(servers.Lab, TimeProvider.System).ExploreAsync(scenario, strategy, sessions, progress, cancellation);

        public async Task<IReadOnlyList<ContentError>> CheckStatementsAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancellation)
        {
            await using var database = await servers.Lab.RentDatabaseAsync(cancellation);
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

        public Task<string?> FindLackAsync(Scenario scenario, Strategy strategy, CancellationToken cancellation) =>
            servers.Lab.FindLackAsync(scenario.NeedsOf(strategy), cancellation);

        public ValueTask DisposeAsync() => servers.DisposeAsync();
    }
}
