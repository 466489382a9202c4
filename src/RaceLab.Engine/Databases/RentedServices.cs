using RaceLab.Engine.Clusters;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Databases;

/// <summary>What one race or one stage has beside its database, for as long as it runs: what its program uses, and nothing else.</summary>
internal sealed class RentedServices : IAsyncDisposable
{
    private readonly SessionSource? _replica;
    private readonly RedisConnection? _redis;
    private readonly string _prefix = $"racelab:{Guid.NewGuid():N}";

    private RentedServices(Standby? standby, SessionSource? replica, RedisConnection? redis, LeaseBook? leases)
    {
        Standby = standby;
        Leases = leases;
        _replica = replica;
        _redis = redis;
    }

    /// <summary>Null where no step is on the replica.</summary>
    public Standby? Standby { get; }

    /// <summary>Who holds which lease; null in a race, and where no block is a lease.</summary>
    public LeaseBook? Leases { get; }

    /// <summary>Takes what a program uses.</summary>
    /// <param name="services">Of the lab.</param>
    /// <param name="program">Whose steps say what.</param>
    /// <param name="database">The database, which a standby has as well.</param>
    /// <param name="settings">For connections to the standby.</param>
    /// <param name="stepped">Whether leases run out by turns, and not by time.</param>
    /// <param name="loops">Of the wire engine; null: Npgsql.</param>
    /// <param name="cancellation">Gives up waiting for it.</param>
    /// <exception cref="ServerRefusedException">Something cannot be had, with the reason.</exception>
    public static async Task<RentedServices> RentAsync(
        LabServices services, StepProgram program, RaceDatabase database, SessionSettings settings, bool stepped, WireLoops? loops, CancellationToken cancellation)
    {
        var redis = program.Services.Contains(LabService.Redis)
            ? await RedisConnection.OpenAsync(await services.RedisAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false)
            : null;
        try
        {
            var standby = program.Services.Contains(LabService.Replica) ? await services.RentStandbyAsync(cancellation).ConfigureAwait(false) : null;
            return new RentedServices(
                standby, standby is null ? null : SessionSource.For(standby.ConnectionStringFor(database.ConnectionString), settings, loops), redis, stepped && redis is not null ? new LeaseBook() : null);
        }
        catch
        {
            if (redis is not null) await redis.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects one worker or session to everything else that its program uses.</summary>
    /// <param name="session">Where it writes; closed where this fails.</param>
    /// <param name="program">What it follows.</param>
    /// <param name="keptRows">How many rows of an answer to keep.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">A server cannot be reached, or rejects a statement.</exception>
    public async Task<ISession> JoinAsync(ISession session, StepProgram program, int keptRows, CancellationToken cancellation)
    {
        if (_replica is null && _redis is null) return session;
        ISession? replica = null;
        try
        {
            if (_replica is not null) replica = await _replica.OpenAsync(program, StatementTarget.Replica, keptRows, prepare: true, cancellation).ConfigureAwait(false);
            return new ManySession(session, replica, _redis is null ? null : new LeaseClient(_redis, _prefix, Leases));
        }
        catch
        {
            if (replica is not null) await replica.DisposeAsync().ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A lease runs out.</summary>
    /// <exception cref="ServerRefusedException">Redis is gone.</exception>
    public Task ExpireAsync(LeaseHold hold) => LeaseClient.ExpireAsync(_redis!, Leases!, hold);

    /// <summary>A new schedule begins: no lease is held. Whatever is left of the one before goes, since nobody will.</summary>
    public async Task ForgetLeasesAsync()
    {
        foreach (var hold in Leases?.Holds ?? []) await ExpireAsync(hold).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync().ConfigureAwait(false);
        if (_replica is not null) await _replica.DisposeAsync().ConfigureAwait(false);
        if (Standby is not null) await Standby.DisposeAsync().ConfigureAwait(false);
    }
}
