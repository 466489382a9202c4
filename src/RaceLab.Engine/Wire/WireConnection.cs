using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Wire;

/// <summary>
/// A connection by PostgreSQL's protocol 3.0 (<see href="https://www.postgresql.org/docs/current/protocol.html">frontend/backend protocol</see>): trust and
/// SCRAM-SHA-256, TLS, simple queries, prepared statements in text form, notices, notifications, cancelling. No COPY, no replication, no binary
/// values. One exchange at a time. On the loop's thread only, but for opening it, <see cref="Send"/> and <see cref="CloseAsync"/>.
/// </summary>
internal sealed class WireConnection
{
    private readonly WireTarget _target;
    private readonly Inbox _inbox = new();
    private readonly Outbox _outbox;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopSocket? _socket;
    private SslStream? _secure;
    private Exchange? _current;
    private Exception? _brokenBy;
    private long _deadline = long.MaxValue;
    private bool _isCancelling;

    private WireConnection(WireLoop loop, WireTarget target)
    {
        Loop = loop;
        _target = target;
        _outbox = new Outbox(Break);
    }

    public WireLoop Loop { get; }

    /// <summary>The server process.</summary>
    public int ProcessId { get; set; }

    /// <summary>What proves to the server that a cancel request comes from here.</summary>
    public byte[] Secret { get; set; } = [];

    /// <summary>The server's settings that it tells its clients, such as <c>server_version</c>, as they are now.</summary>
    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>The error with which the server ended the session; null: none.</summary>
    public ServerError? LastWords { get; private set; }

    /// <summary>Whether it is of no more use.</summary>
    public bool IsBroken => Volatile.Read(ref _brokenBy) is not null;

    /// <summary>Completes when it is of no more use, and whatever the server said before has been read.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether the last exchange was cancelled from here: it was given up, or took too long.</summary>
    public bool WasCancelled => _isCancelling;

    /// <summary>Whether it is encrypted.</summary>
    public bool IsSecure => _secure is not null;

    /// <summary>Called with each notice.</summary>
    public Action<ServerError>? Noticed { get; set; }

    /// <summary>Called with each notification of a channel that the session listens to: the sender's process, the channel, the payload.</summary>
    public Action<int, string, string>? Notified { get; set; }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="ServerRefusedException">It asks for what is not spoken here.</exception>
    public static async Task<WireConnection> OpenAsync(WireLoop loop, WireTarget target, CancellationToken cancellation)
    {
        var connection = new WireConnection(loop, target);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (target.ConnectTime is { } most) patience.CancelAfter(most);
        await using var giveUp = patience.Token.UnsafeRegister(
            _ => loop.Post(() => connection.Break(new TimeoutException($"Connecting to {target.Place} took too long."))), null).ConfigureAwait(false);
        try
        {
            var start = new StartUpExchange(target) { Connection = connection };
            await connection.ConnectAsync(start).ConfigureAwait(false);
            await start.Ended.ConfigureAwait(false);
            return connection;
        }
        catch (Exception failure)
        {
            // Whatever is told of it goes on away from the loop.
            await Task.Yield();
            loop.Post(() => connection.Break(failure));
            cancellation.ThrowIfCancellationRequested();
            if (failure is NpgsqlException or ServerRefusedException or TimeoutException) throw;
            if (failure is SocketException or IOException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
                throw new NpgsqlException($"Failed to connect to {target.Place}: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>One that never connects, for tests of what is read.</summary>
    internal static WireConnection Unopened(WireLoop loop, WireTarget target) => new(loop, target) { _brokenBy = new InvalidOperationException("never opened") };

    /// <summary>Begins an exchange, from any thread.</summary>
    public void Send(Exchange exchange)
    {
        if (Loop.IsCurrent) Begin(exchange);
        else Loop.Post(exchange);
    }

    /// <summary>Begins an exchange; where the connection is of no more use, it is broken at once.</summary>
    public void Begin(Exchange exchange)
    {
        if (_brokenBy is { } why)
        {
            exchange.Break(why);
            return;
        }

        if (_current is not null) throw new InvalidOperationException("a statement is under way on this connection");
        _current = exchange;
        _isCancelling = false;
        _deadline = _target.StatementTime is { } most ? Stopwatch.GetTimestamp() + Ticks(most) : long.MaxValue;
        try
        {
            exchange.Write(_outbox.Messages);
            _outbox.Flush(_socket!, _secure);
        }
        catch (Exception failure) when (failure is SocketException or IOException or NpgsqlException)
        {
            Break(failure);
        }
    }

    /// <summary>Sends what the exchange under way has to answer to the server.</summary>
    public void Reply(Action<MessageWriter> write)
    {
        write(_outbox.Messages);
        _outbox.Flush(_socket!, _secure);
    }

    /// <summary>Asks the server to end the statement under way; where that does not help, the answer is given up.</summary>
    public void Cancel(Exchange exchange)
    {
        if (_current != exchange || _isCancelling) return;
        _isCancelling = true;
        _deadline = Stopwatch.GetTimestamp() + Ticks(WireTarget.CancelTime);
        _ = CancelRequest.SendAsync(Loop, _target, ProcessId, Secret);
    }

    /// <summary>Says good-bye and closes, from any thread. An exchange under way is broken.</summary>
    public Task CloseAsync()
    {
        Loop.Post(new Closing(this));
        return _closed.Task;
    }

    /// <summary>It is of no more use: closes it, and says so to whoever waits.</summary>
    public void Break(Exception why)
    {
        if (_brokenBy is not null) return;
        Volatile.Write(ref _brokenBy, why);
        _socket?.Close(why);
        var current = _current;
        _current = null;
        current?.Break(why);
        _closed.TrySetResult();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private async Task ConnectAsync(Exchange start)
    {
        // Before anything else that the loop will end: what ends before it is awaited would leave the caller where it is.
        await Loop.EnterAsync();
        var socket = await Dialing.ConnectAsync(Loop, _target, Take).ConfigureAwait(false);
        _secure = await Dialing.SecureAsync(socket, _target).ConfigureAwait(false);
        socket.Ticking = Tick;
        socket.Ending = Break;
        if (_secure is null) socket.ReadWith(ReceivePlain);
        else _ = ReceiveSecureAsync(_secure);
        Begin(start);
    }

    private void Take(LoopSocket dialled)
    {
        _socket = dialled;
        if (_brokenBy is { } why) dialled.Close(why);
    }

    private void ReceivePlain()
    {
        try
        {
            var count = _socket!.Receive(_inbox.Room());
            if (count < 0) return;
            Received(count);
        }
        catch (Exception failure)
        {
            // A fault of the lab, too, must not end the loop under everybody else.
            Break(failure);
        }
    }

    private async Task ReceiveSecureAsync(SslStream secure)
    {
        try
        {
            while (!IsBroken) Received(await secure.ReadAsync(_inbox.RoomMemory()).ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            Break(failure);
        }
    }

    private void Received(int count)
    {
        if (count == 0)
        {
            Break(new IOException("The server closed the connection."));
            return;
        }

        _inbox.Add(count);
        while (_brokenBy is null && MessageReader.Cut(_inbox.Received, MessageReader.Longest, out var type, out var body) is > 0 and var length)
        {
            var finished = Dispatch(type, body);
            _inbox.Remove(length);
            finished?.Finish();
        }
    }

    /// <summary>Gives a message to whom it is for. Returns the exchange that ended with it.</summary>
    private Exchange? Dispatch(byte type, ReadOnlySpan<byte> body)
    {
        switch ((char)type)
        {
            case 'S':
                var parameter = new MessageReader(body);
                Parameters[parameter.Text()] = parameter.Text();
                parameter.End();
                return null;
            case 'N':
                var notice = ServerError.Read(body);
                Noticed?.Invoke(notice);
                return null;
            case 'A':
                var notification = new MessageReader(body);
                var (process, channel, payload) = (notification.Int32(), notification.Text(), notification.Text());
                notification.End();
                Notified?.Invoke(process, channel, payload);
                return null;
        }

        if (_current is not { } current)
        {
            if (type != (byte)'E') throw new WireProtocolException($"A message of type 0x{type:x2} came that nobody has asked for.");
            LastWords = ServerError.Read(body);
            return null;
        }

        if (!current.Take(type, body)) return null;
        _current = null;
        _deadline = long.MaxValue;
        return current;
    }

    private void Tick(long now)
    {
        if (now < _deadline || _current is not { } current) return;
        if (_isCancelling) Break(new TimeoutException("The server did not answer in time."));
        else Cancel(current);
    }

    private void SayGoodbye()
    {
        if (_brokenBy is null && _current is null && !_outbox.IsSending && _secure is null)
        {
            try
            {
                _outbox.Messages.Bare((byte)'X');
                _socket!.Send(_outbox.Messages.Written);
            }
            catch (SocketException)
            {
                // The server has gone first.
            }
        }

        Break(new ObjectDisposedException(nameof(WireConnection)));
    }

    private sealed class Closing(WireConnection connection) : ILoopWork
    {
        public void Run() => connection.SayGoodbye();

        public void Abandon() => connection._closed.TrySetResult();
    }
}
