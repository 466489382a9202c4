using Npgsql;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>What one race or one stage has beside its database, for as long as it runs: what its program uses, and nothing else.</summary>
internal sealed class RentedServices : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _replica;

    private RentedServices(Standby? standby, NpgsqlDataSource? replica)
    {
        Standby = standby;
        _replica = replica;
    }

    /// <summary>Null where no step is on the replica.</summary>
    public Standby? Standby { get; }

    /// <summary>Takes what a program uses.</summary>
    /// <param name="services">Of the lab.</param>
    /// <param name="program">Whose steps say what.</param>
    /// <param name="database">The database, which a standby has as well.</param>
    /// <param name="settings">For connections to the standby.</param>
    /// <param name="cancellation">Gives up waiting for it.</param>
    /// <exception cref="ServerRefusedException">Something cannot be had, with the reason.</exception>
    public static async Task<RentedServices> RentAsync(
        LabServices services, StepProgram program, RaceDatabase database, SessionSettings settings, CancellationToken cancellation)
    {
        var standby = program.Services.Contains(LabService.Replica) ? await services.RentStandbyAsync(cancellation).ConfigureAwait(false) : null;
        return new RentedServices(standby, standby is null ? null : settings.SourceFor(standby.ConnectionStringFor(database)));
    }

    /// <summary>Connects one worker or session to everything that its program uses.</summary>
    /// <param name="primary">Where it writes.</param>
    /// <param name="program">What it follows.</param>
    /// <param name="keptRows">How many rows of an answer to keep.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">A server cannot be reached, or rejects a statement.</exception>
    public async Task<ISession> OpenSessionAsync(NpgsqlDataSource primary, StepProgram program, int keptRows, CancellationToken cancellation)
    {
        var session = await NpgsqlSession.OpenAsync(primary, program, StatementTarget.Primary, keptRows, cancellation).ConfigureAwait(false);
        if (_replica is null) return session;
        try
        {
            return new ManySession(session, await NpgsqlSession.OpenAsync(_replica, program, StatementTarget.Replica, keptRows, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_replica is not null) await _replica.DisposeAsync().ConfigureAwait(false);
        if (Standby is not null) await Standby.DisposeAsync().ConfigureAwait(false);
    }
}
