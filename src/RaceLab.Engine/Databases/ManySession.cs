using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>A session whose program speaks with more than one server: to the outside it is the one on the primary, where it writes and waits for locks.</summary>
/// <param name="primary">Where it writes.</param>
/// <param name="replica">Where it only reads; null where no step does.</param>
/// <param name="leases">Where it takes leases; null where no block is one.</param>
internal sealed class ManySession(ISession primary, ISession? replica, LeaseClient? leases) : ISession
{
    /// <inheritdoc/>
    public int ProcessId => primary.ProcessId;

    /// <inheritdoc/>
    public bool IsGivenUp => primary.IsGivenUp || replica is { IsGivenUp: true };

    /// <inheritdoc/>
    /// <exception cref="ServerRefusedException">A step was about a lease, and Redis is gone.</exception>
    public async ValueTask<StatementResult> ExecuteAsync(ProgramStep step, string?[] values, CancellationToken cancellation)
    {
        if (step.Gate is { Lease: not null } gate)
        {
            return step.Kind == StepKind.Enter
                ? await leases!.TakeAsync(gate, values, cancellation).ConfigureAwait(false)
                : await leases!.GiveBackAsync(gate, values).ConfigureAwait(false);
        }

        var result = await (step.Target == StatementTarget.Replica ? replica! : primary).ExecuteAsync(step, values, cancellation).ConfigureAwait(false);

        // The database is gone and the application is not: whoever has written this block gives back what it has taken.
        if (result.Kind == StatementEnd.Lost && leases is not null) await leases.GiveBackAllAsync().ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public Task<bool> ResetAsync(CancellationToken cancellation) => primary.ResetAsync(cancellation);

    /// <inheritdoc/>
    public Task HearEndAsync(CancellationToken cancellation) => primary.HearEndAsync(cancellation);

    /// <inheritdoc/>
    public Task<Answer> AskAsync(string sql, CancellationToken cancellation) => primary.AskAsync(sql, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (replica is not null) await replica.DisposeAsync().ConfigureAwait(false);
        await primary.DisposeAsync().ConfigureAwait(false);
    }
}
