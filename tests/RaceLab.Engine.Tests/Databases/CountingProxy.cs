using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RaceLab.Engine.Tests.Databases;

/// <summary>
/// Stands between a client and PostgreSQL and counts how often the server says that it is the client's turn
/// (<see href="https://www.postgresql.org/docs/current/protocol-message-formats.html">ReadyForQuery</see>): once for each round trip, whoever the client is.
/// </summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _forwarding;
    private int _readies;

    private CountingProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _forwarding = ForwardAsync();
    }

    /// <summary>Round trips so far, the one that ended the log-in among them.</summary>
    public int RoundTrips => Volatile.Read(ref _readies);

    /// <summary>The way to the server for one connection.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public static CountingProxy To(string connectionString) => new(connectionString);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        await _forwarding;
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task ForwardAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_ended.Token);
            var isLocal = _server.Host!.StartsWith('/');
            using var server = isLocal ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(isLocal ? new UnixDomainSocketEndPoint($"{_server.Host}/.s.PGSQL.{_server.Port}") : new DnsEndPoint(_server.Host, _server.Port), _ended.Token);
            await using var behind = new NetworkStream(server);
            await Task.WhenAny(client.GetStream().CopyToAsync(behind, _ended.Token), AnswerAsync(behind, client.GetStream()));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or IOException)
        {
            // The test is over, or its client has gone.
        }
    }

    /// <summary>Message by message: a letter, a length that counts itself, and the rest.</summary>
    private async Task AnswerAsync(Stream server, Stream client)
    {
        var message = new byte[1 << 16];
        while (true)
        {
            await server.ReadExactlyAsync(message.AsMemory(0, 5), _ended.Token);
            var length = 1 + BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1));
            await server.ReadExactlyAsync(message.AsMemory(5, length - 5), _ended.Token);
            if (message[0] == (byte)'Z') Interlocked.Increment(ref _readies);
            await client.WriteAsync(message.AsMemory(0, length), _ended.Token);
        }
    }
}
