using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;
using RaceLab.Engine.TakeHome;
using RaceLab.Engine.Tests;

namespace RaceLab.TakeHome.Tests;

/// <summary>All strategies that psql can say, run with psql: two callers, one after the other, are told what the lab's own machine is told.</summary>
public sealed class PsqlTests(TestPostgres postgres)
{
    private const int Callers = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task EveryScript_CallersOneAfterAnother_SayWhatTheLabSays()
    {
        var found = await Tool.TryRunAsync("psql", ["--version"], Path.GetTempPath(), null, Cancellation);
        Assert.SkipWhen(found is null, "psql is not on this machine: install PostgreSQL's client programs (Debian: postgresql-client).");
        using var folder = new GeneratedFolder();
        var written = Taken.All(TakeHomeLanguage.Psql).Where(t => t.Strategy.Connection is not { IsServerAbsent: true });
        var scripts = await Taken.RunnableAsync(written, postgres.Lab, Cancellation);
        Assert.NotEmpty(scripts);
        await using var database = await ScratchDatabase.MakeAsync(postgres);
        var wrong = new List<string>();
        foreach (var taken in scripts)
        {
            var file = Path.Combine(taken.Scenario.Id, taken.File.FileName);
            folder.Write(file, taken.File.Text);
            var (expected, expectedRows) = await InSchemaAsync(database, taken, connection => FollowAsync(taken, connection));
            var (told, rows) = await InSchemaAsync(database, taken, connection => RunAsync(taken, file, folder, connection));
            if (!expected.SequenceEqual(told)) wrong.Add($"{taken} told {string.Join(", ", told)}, and in the lab {string.Join(", ", expected)}");
            else if (expectedRows != rows) wrong.Add($"{taken} left {rows}, and in the lab {expectedRows}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    private static async Task<(IReadOnlyList<string> Told, string Rows)> InSchemaAsync(ScratchDatabase database, Taken taken, Func<NpgsqlConnection, Task<IReadOnlyList<string>>> call)
    {
        var schema = $"psql_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = schema, Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await SendAsync(connection, $"CREATE SCHEMA {schema}");
        try
        {
            if (Preamble.Extensions(taken.Scenario, taken.Strategy) is { Length: > 0 } extensions) await SendAsync(connection, extensions);
            await SendAsync(connection, taken.Scenario.Schema);
            if (taken.Scenario.KeyRows is { } keyRows) await KeyRowsWriter.WriteAsync(connection, keyRows, taken.Scenario.Key, 1, Cancellation);
            if (taken.Strategy.Setup is { } setup) await SendAsync(connection, setup);
            var told = await call(connection);
            await using var command = new NpgsqlCommand($"SELECT coalesce(string_agg(format('%s %s', attempt, key), ', ' ORDER BY attempt, key), 'nothing') FROM (\n{taken.Scenario.Rows}\n) AS made", connection);
            return (told, (string)(await command.ExecuteScalarAsync(Cancellation))!);
        }
        finally
        {
            await SendAsync(connection, $"DROP SCHEMA {schema} CASCADE");
        }
    }

    /// <summary>Runs the script as a person would.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(Taken taken, string file, GeneratedFolder folder, NpgsqlConnection connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        var environment = new Dictionary<string, string?>
        {
            ["PGHOST"] = settings.Host,
            ["PGPORT"] = settings.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = settings.Username,
            ["PGPASSWORD"] = settings.Password,
            ["PGDATABASE"] = settings.Database ?? settings.Username,
            ["PGOPTIONS"] = $"-c search_path={settings.SearchPath}",
        };
        var told = new List<string>();
        foreach (var caller in Enumerable.Range(1, Callers))
        {
            var values = new Dictionary<string, string> { ["key"] = taken.Scenario.Key.For(1), ["attempt"] = $"{caller}", ["worker"] = $"{caller}", ["delivery"] = "1", ["window"] = "0.01" };
            foreach (var drawn in taken.Strategy.Program.Drawn) values[drawn.Name] = drawn.IsList ? $$"""{"{{taken.Scenario.Key.For(1)}}","{{taken.Scenario.Key.For(2)}}"}""" : $"{Guid.NewGuid()}";
            if (taken.Strategy.Program.RoleOf(caller).Name is { } role) values[role.Replace(' ', '_')] = "1";
            var run = await Tool.RunAsync("psql", ["--no-psqlrc", .. values.SelectMany(v => new[] { "-v", $"{v.Key}={v.Value}" }), "-f", file], folder.Path, environment, Cancellation);
            told.Add(run.Exit == 3 ? "rejected" : run.Told.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "nothing");
        }

        return told;
    }

    /// <summary>Follows the program as the lab does, on one connection, without crashes.</summary>
    private static async Task<IReadOnlyList<string>> FollowAsync(Taken taken, NpgsqlConnection connection)
    {
        var workload = new Workload { Seed = taken.Scenario.Workload?.Seed ?? 1 };
        // Callers who come one after another do not come within one millisecond, as they may where nothing but a loop is between them.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var inputs = InputSource.ForRace(new RaceRequest(taken.Scenario, taken.Strategy, workload), clock);
        var told = new List<string>();
        foreach (var caller in Enumerable.Range(1, Callers))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var machine = new AttemptMachine(taken.Strategy.Program, caller, inputs: inputs);
            machine.Start(taken.Scenario.Key.For(1), $"{caller}", $"{caller}");
            while (machine.Next is { } step)
            {
                try
                {
                    machine.Completed(step.Sql is null ? 0 : await SendAsync(connection, step, machine.Values));
                }
                catch (PostgresException rejected)
                {
                    machine.Rejected(new SqlError(rejected.SqlState, rejected.ConstraintName, rejected.MessageText));
                }
            }

            told.Add(machine.Outcome.ToString().ToLowerInvariant());
        }

        return told;
    }

    private static async Task<long> SendAsync(NpgsqlConnection connection, ProgramStep step, string?[] values)
    {
        await using var command = new NpgsqlCommand(step.Sql!.Numbered, connection) { AllResultTypesAreUnknown = true };
        foreach (var slot in step.ValueSlots) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = (object?)values[slot] ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var returnsRows = reader.FieldCount > 0;
        long rows = 0;
        while (await reader.ReadAsync(Cancellation))
        {
            if (rows++ > 0) continue;
            foreach (var (column, slot) in step.Keep) values[slot] = reader[column] as string;
        }

        await reader.NextResultAsync(Cancellation);
        return returnsRows ? rows : Math.Max(0, reader.RecordsAffected);
    }

    private static async Task SendAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
