using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>A session whose program sends its statements to more than one server: to the outside it is the one on the primary, where it writes and waits for locks.</summary>
/// <param name="primary">Where it writes.</param>
/// <param name="replica">Where it only reads.</param>
internal sealed class ManySession(NpgsqlSession primary, NpgsqlSession replica) : ISession
{
    /// <inheritdoc/>
    public int ProcessId => primary.ProcessId;

    /// <inheritdoc/>
    public ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation) =>
        (step.Target == StatementTarget.Replica ? replica : primary).ExecuteAsync(step, values, cancellation);

    /// <inheritdoc/>
    public Task<Answer> AskAsync(string sql, CancellationToken cancellation) => primary.AskAsync(sql, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await replica.DisposeAsync().ConfigureAwait(false);
        await primary.DisposeAsync().ConfigureAwait(false);
    }
}
