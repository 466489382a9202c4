using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>
/// Databases and roles of labs that died on a server without clearing up. Whether a lab is dead is known from its lock (<see cref="LabLease"/>): not
/// held at two looks between which a living lab has had time to take it again, and nobody in its databases.
/// </summary>
internal static partial class LeftoverDatabases
{
    /// <summary>Between the two looks.</summary>
    public static readonly TimeSpan Interval = LabLease.Beat * 5;

    /// <summary>Drops what dead labs left. What may not be dropped is left, and the log says so.</summary>
    /// <param name="admin">The administrator.</param>
    /// <param name="log">Told what was dropped.</param>
    /// <param name="interval">Between the two looks; <see cref="Interval"/>, except in tests.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="NpgsqlException">The server is gone.</exception>
    public static async Task SweepAsync(NpgsqlDataSource admin, ILogger log, TimeSpan interval, CancellationToken cancellation)
    {
        var dead = await FindAsync(admin, cancellation).ConfigureAwait(false);
        if (dead.Count == 0) return;
        await Task.Delay(interval, cancellation).ConfigureAwait(false);
        dead.IntersectWith(await FindAsync(admin, cancellation).ConfigureAwait(false));
        foreach (var name in dead) await DropAsync(admin, name, log, cancellation).ConfigureAwait(false);
    }

    private static Task<HashSet<string>> FindAsync(NpgsqlDataSource admin, CancellationToken cancellation) => AdminTarget.WithConnectionAsync(
        admin,
        async connection =>
        {
            // Names first: a lab takes its lock before it makes its first database, so that none seen here is younger than the locks seen below.
            var names = (await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT datname FROM pg_database WHERE datname LIKE 'racelab\\_%' UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'racelab\\_%'",
                cancellationToken: cancellation)).ConfigureAwait(false)).ToList();
            var alive = (await connection.QueryAsync<int>(new CommandDefinition(
                "SELECT objid::int FROM pg_locks WHERE locktype = 'advisory' AND classid = @lockClass AND objsubid = 2",
                new { lockClass = LabLease.LockClass }, cancellationToken: cancellation)).ConfigureAwait(false)).ToHashSet();
            var busy = (await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL UNION SELECT usename FROM pg_stat_activity WHERE usename IS NOT NULL",
                cancellationToken: cancellation)).ConfigureAwait(false)).ToHashSet();
            return names.Where(name => NumberOf(name) is { } number && !alive.Contains(number) && !busy.Contains(name)).ToHashSet();
        },
        cancellation);

    private static async Task DropAsync(NpgsqlDataSource admin, string name, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await AdminTarget.WithConnectionAsync(
                admin,
                async connection =>
                {
                    // Without FORCE: whoever has entered since proves that it is not dead.
                    await connection.ExecuteAsync(new CommandDefinition($"DROP DATABASE IF EXISTS {name}", cancellationToken: cancellation)).ConfigureAwait(false);
                    return await connection.ExecuteAsync(new CommandDefinition($"DROP ROLE IF EXISTS {name}", cancellationToken: cancellation)).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
            log.LogInformation("Database {Database} of a lab that died was dropped", name);
        }
        catch (PostgresException refused)
        {
            log.LogInformation(refused, "Database {Database} of a lab that died could not be dropped", name);
        }
    }

    // Exactly the names that labs give, which need no quoting; anything else is somebody else's.
    private static int? NumberOf(string name) =>
        NameForm().Match(name) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^racelab_([0-9a-f]{6})_[0-9]{1,9}$")]
    private static partial Regex NameForm();
}
