using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Content;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Checks;

/// <summary>
/// Holds content against a real server: builds a scenario's tables once, prepares every statement of its strategies and asks every query, all in a transaction
/// that is rolled back, so that one empty race database serves all scenarios.
/// </summary>
public sealed partial class ContentCheck
{
    private static readonly string[] _rowsColumns = ["attempt", "key"];

    private static readonly string[] _invariantColumns = ["key", "excess"];

    private readonly NpgsqlConnection _connection;
    private readonly Scenario _scenario;
    private readonly HashSet<string> _installed;
    private readonly CancellationToken _cancellation;
    private readonly HashSet<ContentError> _errors = [];
    private readonly HashSet<string> _accepted = [];

    private ContentCheck(NpgsqlConnection connection, Scenario scenario, HashSet<string> installed, CancellationToken cancellation)
    {
        _connection = connection;
        _scenario = scenario;
        _installed = installed;
        _cancellation = cancellation;
    }

    /// <summary>Checks scenarios, one after another.</summary>
    /// <param name="scenarios">What to check.</param>
    /// <param name="connect">
    /// Opens a connection to an empty race database, as the race's own role. What needs an extension that is not installed in it is not checked.
    /// </param>
    /// <param name="cancellation">Stops between statements.</param>
    /// <exception cref="NpgsqlException">The server cannot be reached, or went away.</exception>
    public static async Task<ContentCheckReport> RunAsync(
        IReadOnlyList<Scenario> scenarios, Func<CancellationToken, Task<NpgsqlConnection>> connect, CancellationToken cancellation)
    {
        var errors = new List<ContentError>();
        var skipped = new List<Scenario>();
        var connection = await connect(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var installed = await InstalledAsync(connection, cancellation).ConfigureAwait(false);
            foreach (var scenario in scenarios)
            {
                if (connection.PostgreSqlVersion.Major < scenario.MinimumPostgres || scenario.Extensions.Except(installed).Any())
                {
                    skipped.Add(scenario);
                    continue;
                }

                var check = new ContentCheck(connection, scenario, installed, cancellation);
                await check.CheckAsync().ConfigureAwait(false);
                errors.AddRange(check._errors.OrderBy(e => e.Line));
            }
        }

        return new ContentCheckReport(errors, skipped);
    }

    private static async Task<HashSet<string>> InstalledAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand("SELECT coalesce(array_agg(extname::text), '{}') FROM pg_extension", connection);
        await using var closing = command.ConfigureAwait(false);
        return [.. (string[])(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!];
    }

    private async Task CheckAsync()
    {
        var transaction = await _connection.BeginTransactionAsync(_cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await BuildAsync().ConfigureAwait(false))
            {
                // Strategies without a setup share the tables, and so what the server says of a statement.
                var strategies = _scenario.Strategies
                    .Where(s => s.Needs.Postgres <= _connection.PostgreSqlVersion.Major && !s.Needs.Extensions.Except(_installed).Any())
                    .ToLookup(s => s.Setup is null);
                await CheckOnTablesAsync([.. strategies[true]]).ConfigureAwait(false);
                await ExecuteAsync("SAVEPOINT built").ConfigureAwait(false);
                foreach (var strategy in strategies[false])
                {
                    if (await ScriptAsync($"the setup of '{strategy.Id}'", strategy.Setup!, ContentLines.Setup(strategy.Id)).ConfigureAwait(false))
                        await CheckOnTablesAsync([strategy]).ConfigureAwait(false);
                    await ExecuteAsync("ROLLBACK TO built").ConfigureAwait(false);
                }
            }

            await transaction.RollbackAsync(_cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Checks strategies and the scenario's queries on the tables as they are now.</summary>
    private async Task CheckOnTablesAsync(IReadOnlyList<Strategy> strategies)
    {
        await ExecuteAsync("SAVEPOINT checked").ConfigureAwait(false);
        _accepted.Clear();
        foreach (var strategy in strategies)
            foreach (var step in strategy.Program.Steps.Where(s => s.Kind == StepKind.Statement)) await PrepareAsync(strategy, step).ConfigureAwait(false);
        var types = await new ParameterTypes(_connection).ReadAsync(_cancellation).ConfigureAwait(false);

        // The same statement is parsed anew on other tables. The driver has no asynchronous form of this.
        _connection.UnprepareAll();
        foreach (var strategy in strategies) await CheckValuesAsync(strategy, types).ConfigureAwait(false);

        await CheckQueryAsync("rows", _scenario.Rows, ContentLines.Rows, _rowsColumns, exactly: false).ConfigureAwait(false);
        if (_scenario.View is { } view) await CheckQueryAsync("view", view, ContentLines.View, [], exactly: false).ConfigureAwait(false);
        foreach (var invariant in _scenario.Invariants)
            await CheckQueryAsync($"the invariant '{invariant.Name}'", invariant.Query, ContentLines.Query(invariant.Name), _invariantColumns, exactly: true).ConfigureAwait(false);
    }

    private async Task<bool> BuildAsync()
    {
        if (!await ScriptAsync("the schema", _scenario.Schema, ContentLines.Schema).ConfigureAwait(false)) return false;
        await ExecuteAsync("SAVEPOINT checked").ConfigureAwait(false);
        return await TryAsync($"the table '{AttemptsTable.Name}', which the lab adds behind the schema,", "", ContentLines.Schema, 0, () => ExecuteAsync(AttemptsTable.Sql)).ConfigureAwait(false)
            && (_scenario.KeyRows is not { } rows
                || await TryAsync("the statement 'for each key'", rows.Statement.Numbered, ContentLines.KeyRows, 0, () => KeyRowsWriter.WriteAsync(_connection, rows, _scenario.Key, 2, _cancellation), rows.Statement).ConfigureAwait(false));
    }

    /// <summary>Runs a script up to the first statement that is refused.</summary>
    private async Task<bool> ScriptAsync(string what, string script, string place)
    {
        await ExecuteAsync("SAVEPOINT checked").ConfigureAwait(false);
        foreach (var (start, sql) in SqlText.Split(script))
        {
            if (!await TryAsync(what, sql, place, script.AsSpan(0, start).Count('\n'), () => ExecuteAsync(sql)).ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>Has the server parse a statement, with types that it infers itself, as a race does. Nothing is executed.</summary>
    private async Task PrepareAsync(Strategy strategy, ProgramStep step)
    {
        var sql = step.Sql!;
        var what = $"the step '{step.Name}' of '{strategy.Id}'";
        var place = ContentLines.Statement(strategy.Id, step.Name);
        if (_accepted.Contains(sql.Numbered) && step.Keep.Count == 0) return;
        IReadOnlyList<string> columns = [];
        var prepared = await TryAsync(what, sql.Numbered, place, 0, async () =>
        {
            var command = new NpgsqlCommand(sql.Numbered, _connection);
            await using (command.ConfigureAwait(false))
            {
                foreach (var _ in sql.Parameters) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = "" });
                await command.PrepareAsync(_cancellation).ConfigureAwait(false);
                if (step.Keep.Count > 0) columns = await ColumnsAsync(command, System.Data.CommandBehavior.SchemaOnly).ConfigureAwait(false);
            }
        }, sql).ConfigureAwait(false);
        if (!prepared) return;
        _accepted.Add(sql.Numbered);
        foreach (var kept in step.Keep.Where(k => !columns.Contains(k.Column)))
        {
            Add(place, 0, columns.Count == 0
                ? $"{what} keeps '{kept.Column}', but its statement returns no rows: RETURNING is missing"
                : $"{what} keeps '{kept.Column}', but its columns are {string.Join(", ", columns)}");
        }
    }

    /// <summary>What every attempt is given must be what the server takes it for; what steps keep is known only when they run.</summary>
    private async Task CheckValuesAsync(Strategy strategy, ParameterTypes types)
    {
        var given = new GivenValues(_scenario, strategy);
        foreach (var step in strategy.Program.Steps.Where(s => s.Kind == StepKind.Statement && _accepted.Contains(s.Sql!.Numbered)))
        {
            for (var i = 0; i < step.ValueSlots.Count; i++)
            {
                if (given.Of(step.ValueSlots[i]) is not { } value || await types.RefusalAsync(step.Sql!.Numbered, i, value, _cancellation).ConfigureAwait(false) is not { } refused) continue;
                if (strategy.Program.HandlesAt(step, refused.SqlState)) continue;
                var name = step.Sql.Parameters[i];
                Add(ContentLines.Statement(strategy.Id, step.Name), 0,
                    $"the step '{step.Name}' of '{strategy.Id}' is rejected each time: @{name} is '{value}', and the server takes it for {refused.Type} (SQLSTATE {refused.SqlState}, {refused.Message}). "
                    + (name == KeyRows.Parameter ? "For keys that are numbers write key: \"{n}\", or let the column be text" : $"Cast what it is compared with, as in id::text = @{name}, or give the column another type"));
            }
        }
    }

    private async Task CheckQueryAsync(string what, string sql, string place, string[] wanted, bool exactly)
    {
        IReadOnlyList<string> columns = [];
        var asked = await TryAsync(what, sql, place, 0, async () =>
        {
            var command = new NpgsqlCommand(sql, _connection);
            await using (command.ConfigureAwait(false))
            {
                columns = await ColumnsAsync(command, System.Data.CommandBehavior.Default).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        if (asked && (!columns.Take(wanted.Length).SequenceEqual(wanted) || (exactly && columns.Count != wanted.Length)))
            Add(place, 0, $"{what} must return the columns {string.Join(" and ", wanted)}{(exactly ? "" : " first")}, and it returns {(columns.Count == 0 ? "none" : string.Join(", ", columns))}");
    }

    /// <summary>Does something behind the last savepoint, so that one refusal does not hide the next.</summary>
    private async Task<bool> TryAsync(string what, string sql, string place, int linesBefore, Func<Task> work, SqlText? statement = null)
    {
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        catch (PostgresException e) when (_connection.State == System.Data.ConnectionState.Open)
        {
            var (message, mend) = InNames(e, statement);
            Add(place, linesBefore + LinesBefore(e, sql),
                $"{what} is refused by the server: {message} (SQLSTATE {e.SqlState}){(e.Hint is null ? "" : $" Hint: {e.Hint}")}{mend}{(_scenario.Lines.HintOf(place) is { } hint ? $". {hint}" : "")}");
            await ExecuteAsync("ROLLBACK TO checked").ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>What the server calls $2 has a name in content.</summary>
    private static (string Message, string Mend) InNames(PostgresException e, SqlText? statement)
    {
        if (statement is null || statement.Parameters.Count == 0) return (e.MessageText, "");
        string? named = null;
        var message = NumberedParameter().Replace(e.MessageText, m =>
            int.TryParse(m.ValueSpan[1..], out var number) && number <= statement.Parameters.Count ? named = $"@{statement.Parameters[number - 1]}" : m.Value);
        var undecided = e.SqlState is PostgresErrorCodes.AmbiguousParameter or PostgresErrorCodes.IndeterminateDatatype;
        return (message, undecided && named is not null ? $". A parameter has one type in the whole statement: say which wherever it stands, as in {named}::bigint" : "");
    }

    /// <summary>How many lines of the statement stand before the place that the server points at.</summary>
    private static int LinesBefore(PostgresException e, string sql) => sql.AsSpan(0, Math.Clamp(e.Position - 1, 0, sql.Length)).Count('\n');

    private void Add(string place, int linesBefore, string reason) => _errors.Add(new ContentError(_scenario.File, _scenario.Lines.Of(place) + linesBefore, reason));

    private async Task ExecuteAsync(string sql)
    {
        var command = new NpgsqlCommand(sql, _connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(_cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<string>> ColumnsAsync(NpgsqlCommand command, System.Data.CommandBehavior behaviour)
    {
        var reader = await command.ExecuteReaderAsync(behaviour, _cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        }
    }

    [GeneratedRegex(@"\$\d{1,3}")]
    private static partial Regex NumberedParameter();
}

/// <summary>What holding content against a server showed.</summary>
/// <param name="Errors">Empty where the server accepts everything.</param>
/// <param name="Skipped">Scenarios that need a newer server, or an extension, and were not checked.</param>
public sealed record ContentCheckReport(IReadOnlyList<ContentError> Errors, IReadOnlyList<Scenario> Skipped);
