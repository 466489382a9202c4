using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Databases;

/// <summary>Opens sessions on one database under one set of settings, with one of the engines that the lab has.</summary>
internal abstract class SessionSource : IAsyncDisposable
{
    /// <param name="connectionString">The database.</param>
    /// <param name="settings">What every connection is opened with.</param>
    /// <param name="loops">Of the wire engine; null: Npgsql.</param>
    /// <exception cref="WireUnfitException">The wire engine does not know what the connection string asks for.</exception>
    public static SessionSource For(string connectionString, SessionSettings settings, WireLoops? loops) =>
        loops is null ? new OverNpgsql(settings.SourceFor(connectionString)) : new OverWire(loops, WireTarget.From(settings.Over(connectionString).ConnectionString), settings.SimpleQueries);

    /// <summary>Connects and, unless told otherwise, prepares the statements of a program that are sent to this server.</summary>
    /// <param name="program">Its statements are the only ones that the session can send.</param>
    /// <param name="target">Which server this is.</param>
    /// <param name="keptRows">How many rows of an answer to keep for those who look on; 0 where nobody does, as in a race.</param>
    /// <param name="prepare">False for a connection that is used once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">The server cannot be reached, will not have one more connection, or rejects a statement.</exception>
    public abstract Task<ISession> OpenAsync(StepProgram program, StatementTarget target, int keptRows, bool prepare, CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    private sealed class OverNpgsql(NpgsqlDataSource source) : SessionSource
    {
        public override async Task<ISession> OpenAsync(StepProgram program, StatementTarget target, int keptRows, bool prepare, CancellationToken cancellation) =>
            await NpgsqlSession.OpenAsync(source, program, target, keptRows, prepare, cancellation).ConfigureAwait(false);

        public override ValueTask DisposeAsync() => source.DisposeAsync();
    }

    private sealed class OverWire(WireLoops loops, WireTarget target, bool simply) : SessionSource
    {
        public override async Task<ISession> OpenAsync(StepProgram program, StatementTarget server, int keptRows, bool prepare, CancellationToken cancellation) =>
            await WireSession.OpenAsync(loops.Here, target, program, server, keptRows, prepare, simply, cancellation).ConfigureAwait(false);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
