using Npgsql;
using NpgsqlTypes;

namespace RaceLab.Engine.Content;

/// <summary>
/// Holds content against a real server: builds each strategy's tables, prepares every statement and asks every query, all in a transaction
/// that is rolled back, so that one empty race database serves all scenarios.
/// </summary>
public sealed class ContentCheck
{
    private static readonly string[] _rowsColumns = ["attempt", "key"];

    private static readonly string[] _invariantColumns = ["key", "excess"];

    private readonly NpgsqlConnection _connection;
    private readonly Scenario _scenario;
    private readonly HashSet<ContentError> _errors = [];

    private ContentCheck(NpgsqlConnection connection, Scenario scenario)
    {
        _connection = connection;
        _scenario = scenario;
    }

    /// <summary>Checks scenarios, one after another.</summary>
    /// <param name="scenarios">What to check.</param>
    /// <param name="connect">Opens a connection to an empty race database, as the race's own role.</param>
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
            foreach (var scenario in scenarios)
            {
                if (connection.PostgreSqlVersion.Major < scenario.MinimumPostgres)
                {
                    skipped.Add(scenario);
                    continue;
                }

                var check = new ContentCheck(connection, scenario);
                foreach (var strategy in scenario.Strategies.Where(s => s.Needs.Postgres <= connection.PostgreSqlVersion.Major)) await check.CheckAsync(strategy, cancellation).ConfigureAwait(false);
                errors.AddRange(check._errors.OrderBy(e => e.Line));
            }
        }

        return new ContentCheckReport(errors, skipped);
    }

    private async Task CheckAsync(Strategy strategy, CancellationToken cancellation)
    {
        var transaction = await _connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await BuildAsync(strategy, cancellation).ConfigureAwait(false))
            {
                foreach (var step in strategy.Program.Steps.Where(s => s.Kind == Programs.StepKind.Statement))
                    await CheckStepAsync(strategy, step, cancellation).ConfigureAwait(false);
                await CheckQueryAsync("rows", _scenario.Rows, _scenario.Lines.Of(ContentLines.Rows), _rowsColumns, exactly: false, cancellation).ConfigureAwait(false);
                if (_scenario.View is { } view)
                    await CheckQueryAsync("view", view, _scenario.Lines.Of(ContentLines.View), [], exactly: false, cancellation).ConfigureAwait(false);
                foreach (var invariant in _scenario.Invariants)
                {
                    await CheckQueryAsync($"the invariant '{invariant.Name}'", invariant.Query,
                        _scenario.Lines.Of(ContentLines.Query(invariant.Name)), _invariantColumns, exactly: true, cancellation).ConfigureAwait(false);
                }
            }

            await transaction.RollbackAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> BuildAsync(Strategy strategy, CancellationToken cancellation)
    {
        var schema = _scenario.Lines.Of(ContentLines.Schema);
        return await ScriptAsync("the schema", _scenario.Schema, schema, cancellation).ConfigureAwait(false)
            && await TryAsync($"the table '{AttemptsTable.Name}', which the lab adds behind the schema,", "", schema, c => ExecuteAsync(AttemptsTable.Sql, c), cancellation).ConfigureAwait(false)
            && (_scenario.KeyRows is not { } rows
                || await TryAsync("the statement 'for each key'", rows.Statement.Numbered, _scenario.Lines.Of(ContentLines.KeyRows), c => rows.MakeAsync(_connection, _scenario.Key, 2, c), cancellation).ConfigureAwait(false))
            && (strategy.Setup is not { } setup
                || await ScriptAsync($"the setup of '{strategy.Id}'", setup, _scenario.Lines.Of(ContentLines.Setup(strategy.Id)), cancellation).ConfigureAwait(false));
    }

    /// <summary>Runs a script up to the first statement that is refused.</summary>
    private async Task<bool> ScriptAsync(string what, string script, int line, CancellationToken cancellation)
    {
        foreach (var (start, sql) in Programs.SqlText.Split(script))
        {
            var at = line + script.AsSpan(0, start).Count('\n');
            if (!await TryAsync(what, sql, at, c => ExecuteAsync(sql, c), cancellation).ConfigureAwait(false)) return false;
        }

        return true;
    }

    private async Task CheckStepAsync(Strategy strategy, Programs.ProgramStep step, CancellationToken cancellation)
    {
        var sql = step.Sql!;
        var line = _scenario.Lines.Of(ContentLines.Statement(strategy.Id, step.Name));
        IReadOnlyList<string> columns = [];
        var prepared = await TryAsync($"the step '{step.Name}' of '{strategy.Id}'", sql.Numbered, line,
            async c => columns = await DescribeAsync(sql, c).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        if (!prepared) return;
        foreach (var kept in step.Keep.Where(k => !columns.Contains(k.Column)))
        {
            Add(line, columns.Count == 0
                ? $"the step '{step.Name}' of '{strategy.Id}' keeps '{kept.Column}', but its statement returns no rows: RETURNING is missing"
                : $"the step '{step.Name}' of '{strategy.Id}' keeps '{kept.Column}', but its columns are {string.Join(", ", columns)}");
        }
    }

    private async Task CheckQueryAsync(string what, string sql, int line, string[] wanted, bool exactly, CancellationToken cancellation)
    {
        IReadOnlyList<string> columns = [];
        var asked = await TryAsync(what, sql, line, async c => columns = await AskAsync(sql, c).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        if (asked && (!columns.Take(wanted.Length).SequenceEqual(wanted) || (exactly && columns.Count != wanted.Length)))
            Add(line, $"{what} must return the columns {string.Join(" and ", wanted)}{(exactly ? "" : " first")}, and it returns {(columns.Count == 0 ? "none" : string.Join(", ", columns))}");
    }

    /// <summary>Does something behind a savepoint, so that one refusal does not hide the next.</summary>
    private async Task<bool> TryAsync(string what, string sql, int line, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        await ExecuteAsync("SAVEPOINT checked", cancellation).ConfigureAwait(false);
        try
        {
            await work(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException e) when (_connection.State == System.Data.ConnectionState.Open)
        {
            Add(line + LinesBefore(e, sql), $"{what} is refused by the server: {e.MessageText} (SQLSTATE {e.SqlState}){(e.Hint is null ? "" : $" Hint: {e.Hint}")}");
            await ExecuteAsync("ROLLBACK TO checked", cancellation).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>How many lines of the statement stand before the place that the server points at.</summary>
    private static int LinesBefore(PostgresException e, string sql) => sql.AsSpan(0, Math.Clamp(e.Position - 1, 0, sql.Length)).Count('\n');

    private void Add(int line, string reason) => _errors.Add(new ContentError(_scenario.File, line, reason));

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql, _connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Has the server parse a statement, with types that it infers itself, as a race does. Nothing is executed.</summary>
    private async Task<IReadOnlyList<string>> DescribeAsync(Programs.SqlText sql, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql.Numbered, _connection);
        await using (command.ConfigureAwait(false))
        {
            for (var i = 0; i < sql.Parameters.Count; i++)
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = "" });
            return await ColumnsAsync(command, System.Data.CommandBehavior.SchemaOnly, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync(string sql, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(sql, _connection);
        await using (command.ConfigureAwait(false))
        {
            return await ColumnsAsync(command, System.Data.CommandBehavior.Default, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(NpgsqlCommand command, System.Data.CommandBehavior behaviour, CancellationToken cancellation)
    {
        var reader = await command.ExecuteReaderAsync(behaviour, cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        }
    }
}

/// <summary>What holding content against a server showed.</summary>
/// <param name="Errors">Empty where the server accepts everything.</param>
/// <param name="Skipped">Scenarios that need a newer server, and were not checked.</param>
public sealed record ContentCheckReport(IReadOnlyList<ContentError> Errors, IReadOnlyList<Scenario> Skipped);
