using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>
/// One connection that follows one program. Values go in and out in PostgreSQL's text form, so that the server alone decides about types.
/// Not thread-safe: one session serves one worker.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The server process behind the connection, as <c>pg_stat_activity.pid</c> shows it.</summary>
    int ProcessId { get; }

    /// <summary>Sends one statement of the program and waits for its answer.</summary>
    /// <param name="step">A step with SQL.</param>
    /// <param name="values">The attempt's values by slot; kept columns are written back into them.</param>
    /// <param name="cancellation">Cancels the statement on the server. A cancelled statement counts as lost.</param>
    ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation);
}

/// <summary>How a statement ended.</summary>
/// <param name="Kind">Answered, rejected or lost.</param>
/// <param name="Rows">Rows returned, or affected where the statement returns none.</param>
/// <param name="Error">For <see cref="StatementEnd.Rejected"/>, and where the server said why before the connection was lost.</param>
public readonly record struct StatementResult(StatementEnd Kind, long Rows, SqlError? Error = null);

/// <summary>Ways in which a statement ends.</summary>
public enum StatementEnd : byte
{
    /// <summary>It was done.</summary>
    Answered,

    /// <summary>The server rejected it and the session goes on.</summary>
    Rejected,

    /// <summary>The connection is gone, or the answer did not come in time: the session is of no more use.</summary>
    Lost,
}
