using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>A session over a client of the lab's own, with every statement of the program prepared before the race begins.</summary>
internal sealed class WireSession : ISession
{
    private readonly WireConnection _connection;
    private readonly WireStatement?[] _statements;
    private readonly StatementExchange _exchange;
    private readonly int _keptRows;

    private WireSession(WireConnection connection, WireStatement?[] statements, int keptRows)
    {
        _connection = connection;
        _statements = statements;
        _keptRows = keptRows;
        _exchange = new StatementExchange(keptRows) { Connection = connection };
    }

    /// <inheritdoc/>
    public int ProcessId => _connection.ProcessId;

    /// <summary>What it speaks through.</summary>
    internal WireConnection Connection => _connection;

    /// <summary>Connects and, unless told otherwise, prepares every statement of a program for one server.</summary>
    /// <param name="loop">On which it runs.</param>
    /// <param name="target">Where to connect.</param>
    /// <param name="program">Whose statements.</param>
    /// <param name="server">Which of them.</param>
    /// <param name="keptRows">How many rows of an answer to keep for those who look on; 0 where nobody does, as in a race.</param>
    /// <param name="prepare">False for a connection that is used once.</param>
    /// <param name="simply">Whether statements without values are sent by the simple query protocol. Preparing them only asks the server whether it takes them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server cannot be reached, will not have one more connection, or rejects a statement.</exception>
    public static async Task<WireSession> OpenAsync(
        WireLoop loop, WireTarget target, StepProgram program, StatementTarget server, int keptRows, bool prepare, bool simply, CancellationToken cancellation)
    {
        WireConnection? connection = null;
        PrepareExchange? preparing = null;
        try
        {
            connection = await WireConnection.OpenAsync(loop, target, cancellation).ConfigureAwait(false);
            var statements = new WireStatement?[program.Steps.Count];
            foreach (var step in program.Steps)
                if (step.Sql is not null && step.Target == server) statements[step.Index] = new WireStatement(step, WireStatement.SendingOf(step, prepare, simply));
            if (prepare)
            {
                preparing = new PrepareExchange([.. statements.OfType<WireStatement>()]) { Connection = connection };
                connection.Send(preparing);
                await preparing.Ended.WaitAsync(cancellation).ConfigureAwait(false);
            }

            return new WireSession(connection, statements, keptRows);
        }
        catch (Exception failure)
        {
            if (connection is not null) await connection.CloseAsync().ConfigureAwait(false);
            if (failure is PostgresException rejected && preparing is not null && StatementRefusedException.IsAboutAStatement(rejected))
                throw new StatementRefusedException(new RefusedStatement($"the step '{preparing.Refused.Step.Name}'", rejected.SqlState, rejected.MessageText), rejected);
            if (failure is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
                throw new ServerRefusedException($"A worker could not connect: {failure.Message}", failure as NpgsqlException ?? new NpgsqlException(failure.Message, failure));
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Whoever awaits it goes on on the loop's thread.</remarks>
    public ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation) =>
        _exchange.RunAsync(_statements[step.Index]!, values, cancellation);

    /// <summary>SQL of any number of statements, by the simple query protocol.</summary>
    /// <exception cref="NpgsqlException">The server rejected it, or the connection is gone.</exception>
    public async Task<IReadOnlyList<QueryAnswer>> QueryAsync(string sql, CancellationToken cancellation)
    {
        var query = new QueryExchange(sql, _keptRows) { Connection = _connection };
        await using var giveUp = cancellation.UnsafeRegister(_ => _connection.Loop.Post(() => _connection.Cancel(query)), null).ConfigureAwait(false);
        _connection.Send(query);
        try
        {
            return await query.Ended.ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or TimeoutException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new NpgsqlException($"The connection is closed: {gone.Message}", gone);
        }
        catch (PostgresException cancelled) when (cancelled.SqlState == PostgresErrorCodes.QueryCanceled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> ResetAsync(CancellationToken cancellation)
    {
        try
        {
            await QueryAsync(SessionSettings.Reset, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task HearEndAsync(CancellationToken cancellation) => _connection.Closed.WaitAsync(cancellation);

    /// <inheritdoc/>
    public async Task<Answer> AskAsync(string sql, CancellationToken cancellation)
    {
        var answers = await QueryAsync(sql, cancellation).ConfigureAwait(false);
        return answers.Select(a => a.Rows).FirstOrDefault(a => a is not null) ?? new Answer([], [], 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _exchange.Retire();
        await _connection.CloseAsync().ConfigureAwait(false);
    }
}
