using System.Net.Sockets;
using Npgsql;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Applications;

/// <summary>The place of one worker, or of one stepped session, in an instance of the application: its connection, and what it is inside of. It does one thing after another.</summary>
internal sealed class Seat(int actor, Instance instance) : IAsyncDisposable
{
    private const string CannotConnect = "08001";
    private const string ConnectionFailure = "08006";

    /// <summary>The connection; null where there is none just now.</summary>
    public ISession? Session { get; private set; }

    /// <summary>Whether it has one connection for all of its attempts, which <see cref="OpenAsync"/> opens.</summary>
    public bool IsDedicated => instance.IsDedicated;

    /// <summary>Opens the connection that it has for itself.</summary>
    /// <exception cref="ServerRefusedException">The server does not take one.</exception>
    public async Task OpenAsync(CancellationToken cancellation) => Session = await instance.OpenAsync(cancellation).ConfigureAwait(false);

    /// <summary>Does a step of the program that is neither a wait nor a crash.</summary>
    public ValueTask<StatementResult> DoAsync(ProgramStep step, AttemptMachine machine, CancellationToken cancellation)
    {
        if (step.Gate is not { Lease: null } gate) return Session!.ExecuteAsync(step, machine.Values, cancellation);
        return (gate.Kind, step.Kind) switch
        {
            (BlockKind.Connection, StepKind.Enter) => ConnectAsync(cancellation),
            (BlockKind.Connection, _) => DisconnectAsync(),
            (_, StepKind.Enter) => new ValueTask<StatementResult>(instance.Gates.EnterAsync(actor, gate, machine.Values[gate.Slot], cancellation)),
            _ => ValueTask.FromResult(Leave(machine)),
        };
    }

    /// <summary>Tells the machine how a step went.</summary>
    public static void Tell(AttemptMachine machine, in StatementResult result)
    {
        switch (result)
        {
            case { Kind: StatementEnd.Answered, Told: { } told }: machine.Shared(told); break;
            case { Kind: StatementEnd.Answered }: machine.Completed(result.Rows); break;
            case { Kind: StatementEnd.Rejected }: machine.Rejected(result.Error!.Value); break;
            default: machine.Lost(result.Error); break;
        }
    }

    /// <summary>The connection is of no more use, or the application has died: whatever it held is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        instance.Gates.Die(actor);
        if (Session is not { } session) return;
        Session = null;
        if (instance.Pool is { } pool) await pool.DiscardAsync(actor, session).ConfigureAwait(false);
        else await session.DisposeAsync().ConfigureAwait(false);
    }

    private StatementResult Leave(AttemptMachine machine)
    {
        instance.Gates.Leave(actor, machine.CallError is { } error
            ? new StatementResult(StatementEnd.Rejected, 0, error)
            : new StatementResult(StatementEnd.Answered, 0) { Told = machine.CallAnswer });
        return new StatementResult(StatementEnd.Answered, 0);
    }

    private async ValueTask<StatementResult> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            Session = await (instance.Pool is { } pool ? pool.TakeAsync(actor, cancellation) : instance.OpenAsync(cancellation)).ConfigureAwait(false);
            return new StatementResult(StatementEnd.Answered, 0);
        }
        catch (ServerRefusedException refused) when (ErrorOf(refused) is { } error)
        {
            return new StatementResult(StatementEnd.Rejected, 0, error);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new StatementResult(StatementEnd.Lost, 0);
        }
    }

    private async ValueTask<StatementResult> DisconnectAsync()
    {
        var session = Session!;
        Session = null;
        if (instance.Pool is { } pool) await (session.IsGivenUp ? pool.DiscardAsync(actor, session) : pool.ReturnAsync(actor, session)).ConfigureAwait(false);
        else await session.DisposeAsync().ConfigureAwait(false);
        return new StatementResult(StatementEnd.Answered, 0);
    }

    /// <summary>What a program hears whose connection could not be made. Null: it could, and a statement of the strategy's was refused, which is a fault of content.</summary>
    private static SqlError? ErrorOf(ServerRefusedException refused)
    {
        for (Exception? cause = refused.InnerException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { InvariantSeverity: "FATAL" or "PANIC" } fatal: return new SqlError(fatal.SqlState, null, fatal.MessageText);

                // Preparing waits for the tables' locks, and is held to the strategy's own limit as every statement is.
                case PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } late: return new SqlError(late.SqlState, null, late.MessageText);
                case PostgresException: return null;

                // Nobody has said anything, so there is no SQLSTATE in what Npgsql throws: it is PostgreSQL's own for a client that cannot connect.
                case SocketException { SocketErrorCode: not SocketError.ConnectionReset } or TimeoutException: return new SqlError(CannotConnect, null, refused.InnerException!.Message);
            }
        }

        return new SqlError(ConnectionFailure, null, refused.InnerException?.Message ?? refused.Message);
    }
}
