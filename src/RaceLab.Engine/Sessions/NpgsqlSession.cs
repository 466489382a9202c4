using System.Data;
using Npgsql;
using NpgsqlTypes;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Sessions;

/// <summary>A session over Npgsql, with every statement of the program prepared before the race begins.</summary>
public sealed class NpgsqlSession : ISession
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand?[] _commands;
    private readonly int _keptRows;
    private SqlError? _lastWord;

    private NpgsqlSession(NpgsqlConnection connection, int steps, int keptRows)
    {
        _connection = connection;
        _commands = new NpgsqlCommand?[steps];
        _keptRows = keptRows;
    }

    /// <inheritdoc/>
    public int ProcessId { get; private set; }

    /// <inheritdoc/>
    public bool IsGivenUp { get; private set; }

    /// <summary>Connects and, unless told otherwise, prepares the statements of a program that are sent to one server.</summary>
    /// <param name="source">Where to connect.</param>
    /// <param name="program">Its statements are the only ones that the session can send.</param>
    /// <param name="target">Which of them: those that are sent to this server.</param>
    /// <param name="keptRows">How many rows of an answer to keep for those who look on; 0 where nobody does, as in a race.</param>
    /// <param name="prepare">False for a connection that is used once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server cannot be reached, will not have one more connection, or rejects a statement.</exception>
    public static async Task<NpgsqlSession> OpenAsync(
        NpgsqlDataSource source, StepProgram program, StatementTarget target, int keptRows, bool prepare, CancellationToken cancellation)
    {
        var connection = source.CreateConnection();
        var session = new NpgsqlSession(connection, program.Steps.Count, keptRows);
        ProgramStep? preparing = null;
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            session.ProcessId = connection.ProcessID;
            foreach (var step in program.Steps)
            {
                if (step.Sql is null || step.Target != target) continue;
                var command = CommandFor(step, connection, step.Keep.Count > 0 || keptRows > 0);
                session._commands[step.Index] = command;
                preparing = step;
                if (prepare) await command.PrepareAsync(cancellation).ConfigureAwait(false);
            }

            return session;
        }
        catch (Exception failure)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            if (failure is PostgresException rejected && preparing is not null && StatementRefusedException.IsAboutAStatement(rejected))
                throw new StatementRefusedException(new RefusedStatement($"the step '{preparing.Name}'", rejected.SqlState, rejected.MessageText), rejected);
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
        if (IsGivenUp && step is { Kind: StepKind.Rollback, InTransaction: false }) return new StatementResult(StatementEnd.Answered, 0);
        if (_connection.FullState != ConnectionState.Open) return new StatementResult(StatementEnd.Lost, 0, _lastWord);
        if (cancellation.IsCancellationRequested) return new StatementResult(StatementEnd.Lost, 0);
        var tooLarge = false;
        try
        {
            var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (reader.FieldCount == 0)
                {
                    await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                    return new StatementResult(StatementEnd.Answered, Math.Max(0, reader.RecordsAffected));
                }

                var answer = AnswerReader.For(reader, step.Keep.Count > 0 ? Math.Max(1, _keptRows) : _keptRows);
                try
                {
                    while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) await answer.TakeAsync(cancellation).ConfigureAwait(false);
                }
                catch (AnswerTooLargeException)
                {
                    // What the server has not sent yet is not waited for.
                    tooLarge = true;
                    command.Cancel();
                    throw;
                }

                foreach (var (column, slot) in step.Keep) values[slot] = answer.First?[reader.GetOrdinal(column)];
                return new StatementResult(StatementEnd.Answered, answer.Total, null, _keptRows > 0 ? answer.Finish() : null);
            }
        }
        catch (NpgsqlException) when (tooLarge)
        {
            await _connection.CloseAsync().ConfigureAwait(false);
            return new StatementResult(StatementEnd.Lost, 0, AnswerLimit.Error);
        }
        catch (PostgresException rejected)
        {
            var thrown = ThrowClock.Since(rejected);
            var error = new SqlError(rejected.SqlState, rejected.ConstraintName, rejected.MessageText);
            if (!StatementRefusedException.IsAboutAStatement(rejected))
                return new StatementResult(StatementEnd.Lost, 0, cancellation.IsCancellationRequested ? null : error) { Thrown = thrown };
            IsGivenUp = _connection.FullState != ConnectionState.Open;
            return new StatementResult(StatementEnd.Rejected, 0, error) { Thrown = thrown };
        }
        catch (Exception lost) when (
            lost is NpgsqlException or TimeoutException or OperationCanceledException || _connection.FullState != ConnectionState.Open)
        {
            // Whatever cut the answer off, what the server did with the statement is not known from here.
            return new StatementResult(StatementEnd.Lost, 0, null);
        }
    }

    /// <inheritdoc/>
    public async Task HearEndAsync(CancellationToken cancellation)
    {
        try
        {
            await _connection.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (PostgresException said)
        {
            _lastWord = new SqlError(said.SqlState, said.ConstraintName, said.MessageText);
        }
        catch (NpgsqlException)
        {
            // It went without a word, and that is what the next statement is told.
        }
    }

    /// <inheritdoc/>
    public async Task<bool> ResetAsync(CancellationToken cancellation)
    {
        try
        {
            var command = new NpgsqlCommand(SessionSettings.Reset, _connection);
            await using var disposing = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception lost) when (lost is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<Answer> AskAsync(string sql, CancellationToken cancellation) => AnswerReader.AskAsync(_connection, sql, _keptRows, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands)
            if (command is not null) await command.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlCommand CommandFor(ProgramStep step, NpgsqlConnection connection, bool asText)
    {
        var command = new NpgsqlCommand(step.Sql!.Numbered, connection) { AllResultTypesAreUnknown = asText };

        // Unknown: sent as text without a type, so that PostgreSQL infers it as it would for any client.
        foreach (var _ in step.ValueSlots) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = DBNull.Value });
        return command;
    }
}
