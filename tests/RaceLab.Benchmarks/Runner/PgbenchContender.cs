using System.Globalization;
using Dapper;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Races;
using RaceLab.Engine.Sessions;

namespace RaceLab.Benchmarks.Runner;

/// <summary>pgbench with one thread and as many clients as a race has workers: the same tables, role, settings and socket, the same statements, prepared likewise.</summary>
internal sealed class PgbenchContender(Pgbench program, LabServer server, RaceRequest request) : IContender
{
    private readonly string _script = PgbenchScript.Of(request.Strategy);
    private int _runs;

    /// <inheritdoc/>
    public string Name => "pgbench";

    /// <inheritdoc/>
    public async Task<Round> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        await using var database = await server.RentDatabaseAsync(cancellation).ConfigureAwait(false);
        await using var source = new SessionSettings { SynchronousCommit = request.Workload.SynchronousCommit, ApplicationName = "pgbench" }.SourceFor(database.ConnectionString);
        await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false)) await BuildAsync(connection, cancellation).ConfigureAwait(false);

        var script = Path.GetTempFileName();
        PgbenchRun run;
        try
        {
            await File.WriteAllTextAsync(script, _script, cancellation).ConfigureAwait(false);
            run = await program.RunAsync(length, Arguments(script), Environment(database, source), cancellation).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(script);
        }

        await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false)) await JudgeAsync(connection, run, cancellation).ConfigureAwait(false);
        return new Round(run.PerSecond, run.Cpu?.TotalMicroseconds / run.Made);
    }

    private IEnumerable<string> Arguments(string script)
    {
        var workload = request.Workload;
        return
        [
            "-n", "-M", "prepared", "-j", "1", "-c", Text(workload.Workers), "-f", script, $"--random-seed={Text(++_runs)}",
            "-D", $"{PgbenchScript.Keys}={Text(workload.Keys)}", "-D", $"{PgbenchScript.Workers}={Text(workload.Workers)}", "-D", $"{PgbenchScript.Made}=0",
        ];
    }

    private static Dictionary<string, string> Environment(RaceDatabase database, NpgsqlDataSource source)
    {
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return new()
        {
            ["PGHOST"] = target.Host!,
            ["PGPORT"] = Text(target.Port),
            ["PGUSER"] = target.Username!,
            ["PGPASSWORD"] = target.Password!,
            ["PGDATABASE"] = target.Database!,
            ["PGOPTIONS"] = new NpgsqlConnectionStringBuilder(source.ConnectionString).Options!,
        };
    }

    /// <summary>The tables of the same race, in the same order.</summary>
    private async Task BuildAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await RunAsync(request.Scenario.Schema).ConfigureAwait(false);
        await RunAsync(AttemptsTable.Sql).ConfigureAwait(false);
        if (request.Scenario.KeyRows is { } rows) await KeyRowsWriter.WriteAsync(connection, rows, request.Scenario.Key, request.Workload.Keys, cancellation).ConfigureAwait(false);
        if (request.Strategy.Setup is { } setup) await RunAsync(setup).ConfigureAwait(false);

        Task<int> RunAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: cancellation));
    }

    /// <summary>What the table says of a run: it keeps what the strategy promises, and its rows are of attempts that were made.</summary>
    private async Task JudgeAsync(NpgsqlConnection connection, PgbenchRun run, CancellationToken cancellation)
    {
        var scenario = request.Scenario;
        foreach (var invariant in scenario.Invariants.Where(i => request.Strategy.Promises[i.Name] == Promise.None))
            if (await CountAsync(invariant.Query).ConfigureAwait(false) is > 0 and var violations) throw new LabException($"pgbench's table is wrong: '{invariant.Title}' was broken {violations} times by {request.Strategy.Id}.");
        var made = $"SELECT attempt FROM ({scenario.Rows}) AS rows WHERE attempt IS NOT NULL";
        var (rows, attempts) = (await CountAsync(made).ConfigureAwait(false), await CountAsync($"SELECT DISTINCT attempt FROM ({made}) AS made").ConfigureAwait(false));
        var keys = await CountAsync($"SELECT DISTINCT key FROM ({scenario.Rows}) AS rows").ConfigureAwait(false);
        var unasked = await CountAsync($"SELECT FROM ({scenario.Rows}) AS rows WHERE key::int NOT BETWEEN 1 AND {Text(request.Workload.Keys)}").ConfigureAwait(false);
        if (run.Made == 0 || keys == 0 || rows > run.Made || attempts != rows || unasked > 0)
            throw new LabException($"pgbench's table is wrong: {rows} rows of {attempts} attempts for {keys} keys and {unasked} other ones, after {run.Made} attempts of {request.Strategy.Id}.");

        Task<long> CountAsync(string query) => connection.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT count(*) FROM ({query}) AS counted", cancellationToken: cancellation));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
