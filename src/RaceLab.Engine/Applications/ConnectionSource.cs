using System.Net;
using System.Net.Sockets;
using Npgsql;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using RaceLab.Engine.Wire;

namespace RaceLab.Engine.Applications;

/// <summary>Where the connections of a strategy's application come from: the race's database under its settings, or an address at which nobody listens.</summary>
internal sealed class ConnectionSource : IAsyncDisposable
{
    private readonly SessionSource _source;
    private readonly Socket? _nobody;
    private readonly StepProgram _program;
    private readonly int _keptRows;
    private readonly ConnectionUse? _use;
    private readonly RentedServices _services;
    private readonly TimeProvider _time;

    /// <param name="loops">Of the wire engine; null: Npgsql.</param>
    /// <param name="connectionString">The race's database.</param>
    /// <param name="settings">What every connection is opened with.</param>
    /// <param name="use">What the strategy asks for; null: a connection for each worker.</param>
    /// <param name="services">What else a connection's user is connected to; stays the caller's.</param>
    /// <param name="program">What is prepared on connections that are used more than once.</param>
    /// <param name="keptRows">How many rows of an answer are kept.</param>
    /// <param name="time">Times the waits for a server that strangers have filled.</param>
    public ConnectionSource(
        WireLoops? loops, string connectionString, SessionSettings settings, ConnectionUse? use, RentedServices services, StepProgram program, int keptRows, TimeProvider time)
    {
        if (use is { IsServerAbsent: true })
        {
            // Bound and never listening: nobody else can take the port, and whoever connects is refused.
            _nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)_nobody.LocalEndPoint!).Port }.ConnectionString;
        }

        _source = SessionSource.For(connectionString, settings, loops);
        _program = program;
        _keptRows = keptRows;
        _use = use;
        _services = services;
        _time = time;
    }

    /// <summary>
    /// Opens a connection. Where an attempt asks for one, a server that strangers have filled is waited for: only a limit of its own role is the strategy's affair.
    /// </summary>
    /// <exception cref="ServerRefusedException">It cannot be opened.</exception>
    public Task<ISession> OpenAsync(CancellationToken cancellation)
    {
        return _use is null ? ConnectAsync() : FullServer.OutlastAsync(ConnectAsync, null, FullServer.Patience, _time, cancellation);

        // A connection for one attempt is not worth preparing statements on.
        async Task<ISession> ConnectAsync() =>
            await _services.JoinAsync(
                await _source.OpenAsync(_program, StatementTarget.Primary, _keptRows, prepare: _use is null or { Pool: not null }, cancellation).ConfigureAwait(false), _program, _keptRows, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync().ConfigureAwait(false);
        _nobody?.Dispose();
    }
}
