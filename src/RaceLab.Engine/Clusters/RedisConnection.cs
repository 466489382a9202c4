using System.Globalization;
using System.Net.Sockets;
using System.Text;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>A connection to a Redis, one command at a time.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RedisAddress _address;
    private readonly NetworkStream _stream;
    private readonly RespReader _reader;

    private RedisConnection(RedisAddress address, NetworkStream stream)
    {
        _address = address;
        _stream = stream;
        _reader = new RespReader(stream);
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="ServerRefusedException">It cannot be reached, or refuses the log-in.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisAddress address, CancellationToken cancellation)
    {
        var socket = address.EndPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        RedisConnection? connection = null;
        try
        {
            await socket.ConnectAsync(address.EndPoint, patience.Token).ConfigureAwait(false);
            connection = new RedisConnection(address, new NetworkStream(socket, ownsSocket: true));
            if (address.Password is { } password)
                await connection.DoAsync(address.User is { } user ? ["AUTH", user, password] : ["AUTH", password], cancellation).ConfigureAwait(false);
            if (address.Database > 0) await connection.DoAsync(["SELECT", address.Database.ToString(CultureInfo.InvariantCulture)], cancellation).ConfigureAwait(false);
            return connection;
        }
        catch (Exception failure)
        {
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            if (failure is SocketException) throw new ServerRefusedException($"Redis at {address.Place} cannot be reached: {failure.Message}. Start it, or correct its address.", failure);
            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new ServerRefusedException($"Redis at {address.Place} did not answer within {Patience.TotalSeconds} s. See whether it runs.", failure);
            throw;
        }
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <returns>The answer's text; null where it says "nothing".</returns>
    /// <exception cref="ServerRefusedException">The connection is gone, no answer came in time, or Redis refused.</exception>
    public async Task<string?> DoAsync(string[] command, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await _stream.WriteAsync(Encode(command), patience.Token).ConfigureAwait(false);
            var answer = await _reader.ReadAsync(patience.Token).ConfigureAwait(false);
            if (!answer.IsError) return answer.Text;
            throw new ServerRefusedException($"Redis at {_address.Place} refused {command[0]}: {answer.Text}");
        }
        catch (RespException strange)
        {
            throw new ServerRefusedException($"What answers at {_address.Place} is no Redis: {strange.Message}. Correct the address.", strange);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
        {
            throw new ServerRefusedException($"Redis at {_address.Place} went away. {gone.Message}", gone);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerRefusedException($"Redis at {_address.Place} did not answer within {Patience.TotalSeconds} s. See whether it runs.");
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static byte[] Encode(string[] command)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var word in command) text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
