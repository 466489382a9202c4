using Npgsql;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Contract;

/// <summary>A fault: ends the server processes behind one race's connections, again and again while it runs.</summary>
internal static class BackendCutter
{
    /// <summary>Cuts one connection of the race, amid a statement, at every frame. The race is found by its strategy's id, which must be its alone.</summary>
    public static async Task CutWhileRunningAsync(Race race, string adminConnectionString, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(adminConnectionString);
        var version = 0;
        while (race.State is not (RaceState.Counting or RaceState.Over))
        {
            version = await race.WaitForChangeAsync(version, cancellation);

            // Where statements are few and short, somebody has to look often to meet one.
            while (race.State == RaceState.Running && !await CutOneAsync(source, race.Request.Strategy.Id, cancellation))
            {
            }
        }
    }

    private static async Task<bool> CutOneAsync(NpgsqlDataSource source, string strategyId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'racelab ' || $1 AND state <> 'idle' ORDER BY random() LIMIT 1
            """);
        command.Parameters.AddWithValue(strategyId);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
