using System.Net;
using System.Net.Sockets;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;

namespace RaceLab.TakeHome.Tests;

/// <summary>A way over TCP, as generated tests take it, to the Redis that a lab started for itself on a Unix socket.</summary>
internal sealed class RedisDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly EndPoint _redis;
    private readonly Task _accepting;

    private RedisDoor(EndPoint redis)
    {
        _redis = redis;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it is.</summary>
    public string Address => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Opens one; null where this machine has no Redis, and strategies that need one are left out, too.</summary>
    public static async Task<RedisDoor?> OpenAsync(LabServer lab, CancellationToken cancellation) =>
        EmbeddedRedis.Find() is null ? null : new RedisDoor((await lab.Services.RedisAsync(cancellation)).EndPoint);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_closed.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var redis = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                await redis.ConnectAsync(_redis, _closed.Token);
                await using var behind = new NetworkStream(redis);
                var before = client.GetStream();
                await Task.WhenAny(before.CopyToAsync(behind, _closed.Token), behind.CopyToAsync(before, _closed.Token));
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
        {
            // Whoever is behind the door notices that it is shut.
        }
    }
}
