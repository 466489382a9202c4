using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>A session over Npgsql, with every statement of the program prepared before the race begins.</summary>
public sealed class NpgsqlSession : ISession
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand?[] _commands;

    private NpgsqlSession(NpgsqlConnection connection, int steps)
    {
        _connection = connection;
        _commands = new NpgsqlCommand?[steps];
    }

    /// <inheritdoc/>
    public int ProcessId => _connection.ProcessID;

    /// <summary>Connects and prepares every statement of a program.</summary>
    /// <exception cref="ServerRefusedException">The server cannot be reached, will not have one more connection, or rejects a statement.</exception>
    public static async Task<NpgsqlSession> OpenAsync(NpgsqlDataSource source, StepProgram program, CancellationToken cancellation)
    {
        var connection = source.CreateConnection();
        var session = new NpgsqlSession(connection, program.Steps.Count);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            foreach (var step in program.Steps)
            {
                if (step.Sql is null) continue;
                var command = CommandFor(step, connection);
                session._commands[step.Index] = command;
                await command.PrepareAsync(cancellation).ConfigureAwait(false);
            }

            return session;
        }
        catch (Exception failure)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (failure is PostgresException { Severity: not ("FATAL" or "PANIC") } rejected)
                throw new ServerRefusedException($"PostgreSQL rejected a statement of this strategy ({rejected.SqlState}): {rejected.MessageText}", rejected);
            if (failure is NpgsqlException or TimeoutException)
                throw new ServerRefusedException($"A worker could not connect: {failure.Message}", failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation)
    {
        var command = _commands[step.Index]!;
        var slots = step.ValueSlots;
        for (var i = 0; i < slots.Count; i++) command.Parameters[i].Value = (object?)values[slots[i]] ?? DBNull.Value;
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (reader.FieldCount == 0)
                {
                    await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                    return new StatementResult(StatementEnd.Answered, Math.Max(0, reader.RecordsAffected));
                }

                foreach (var kept in step.Keep) values[kept.Slot] = null;
                long rows = 0;
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    if (rows++ > 0) continue;
                    foreach (var (column, slot) in step.Keep)
                    {
                        var ordinal = reader.GetOrdinal(column);
                        values[slot] = reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
                    }
                }

                return new StatementResult(StatementEnd.Answered, rows);
            }
        }
        catch (PostgresException rejected)
        {
            var error = new SqlError(rejected.SqlState, rejected.ConstraintName, rejected.MessageText);
            var fatal = rejected.Severity is "FATAL" or "PANIC" || _connection.FullState.HasFlag(System.Data.ConnectionState.Broken);
            return new StatementResult(fatal ? StatementEnd.Lost : StatementEnd.Rejected, 0, error);
        }
        catch (Exception lost) when (lost is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            // Whatever cut the answer off, what the server did with the statement is not known from here.
            return new StatementResult(StatementEnd.Lost, 0, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands)
            if (command is not null) await command.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlCommand CommandFor(ProgramStep step, NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(step.Sql!.Numbered, connection) { AllResultTypesAreUnknown = step.Keep.Count > 0 };

        // Unknown: sent as text without a type, so that PostgreSQL infers it as it would for any client.
        foreach (var _ in step.ValueSlots) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = DBNull.Value });
        return command;
    }
}
