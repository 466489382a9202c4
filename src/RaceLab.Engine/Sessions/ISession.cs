using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Sessions;

/// <summary>
/// One connection that follows one program. Values go in and out in PostgreSQL's text form, so that the server alone decides about types.
/// Not thread-safe: one session serves one worker.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The server process behind the connection, as <c>pg_stat_activity.pid</c> shows it.</summary>
    int ProcessId { get; }

    /// <summary>
    /// Whether the driver has closed the connection behind a statement that the server only rejected, as Npgsql does behind errors of the classes 53, 58 and XX. Every other statement is
    /// then told that the connection is lost, but for the ROLLBACK of its transaction, which the server has done with the connection's end.
    /// </summary>
    bool IsGivenUp => false;

    /// <summary>Sends one statement of the program and waits for its answer.</summary>
    /// <param name="step">A step with SQL.</param>
    /// <param name="values">The attempt's values by slot; kept columns are written back into them.</param>
    /// <param name="cancellation">Cancels the statement on the server, which then counts as lost.</param>
    ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation);

    /// <summary>Puts away what the session has set, opened and locked, as a pool does between two users. Prepared statements stay.</summary>
    /// <returns>False where the connection is gone.</returns>
    Task<bool> ResetAsync(CancellationToken cancellation);

    /// <summary>
    /// Reads why the server has ended the session, which the next statement is then told. Without it that depends on how soon the statement is sent, since a
    /// socket that is closed already takes nothing and so gives nothing.
    /// </summary>
    /// <param name="cancellation">Gives up.</param>
    Task HearEndAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Sends a statement that is not of the program, for those who look on. No other may be under way.</summary>
    /// <param name="sql">One statement without parameters.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The rows; as many of them are kept as of the program's own answers.</returns>
    /// <exception cref="Npgsql.NpgsqlException">The server rejected it, or the connection is gone.</exception>
    Task<Answer> AskAsync(string sql, CancellationToken cancellation);
}

/// <summary>How a statement ended.</summary>
/// <param name="Kind">Answered, rejected or lost.</param>
/// <param name="Rows">Rows returned, or affected where the statement returns none.</param>
/// <param name="Error">For <see cref="StatementEnd.Rejected"/>, and where the server said why before the connection was lost.</param>
/// <param name="Answer">The rows themselves, where the session was opened to keep them; null for a statement that returns none.</param>
public readonly record struct StatementResult(StatementEnd Kind, long Rows, SqlError? Error = null, Answer? Answer = null)
{
    /// <summary>For a statement that the server rejected: what the client took to throw and catch that; zero where it is not known.</summary>
    public TimeSpan Thrown { get; init; }

    /// <summary>For whoever has waited for a shared call in the application: what its caller is told by it. Null for everything else.</summary>
    public Outcome? Told { get; init; }
}

/// <summary>Rows that a statement returned, in PostgreSQL's text form.</summary>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">A value for each column; null is NULL. No more than were asked for.</param>
/// <param name="Total">How many rows there were.</param>
public sealed record Answer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, long Total);

/// <summary>Ways in which a statement ends.</summary>
public enum StatementEnd : byte
{
    /// <summary>It was done.</summary>
    Answered,

    /// <summary>The server rejected it and the session goes on, unless <see cref="ISession.IsGivenUp"/>.</summary>
    Rejected,

    /// <summary>The connection is gone, or the answer did not come in time: the session is of no more use.</summary>
    Lost,
}
