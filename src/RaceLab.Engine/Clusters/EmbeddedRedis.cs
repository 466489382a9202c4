using System.Net.Sockets;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>A Redis that the lab starts for itself, on a Unix socket in a directory that only the server's user can enter. It keeps nothing, and ends with the lab, however that ends.</summary>
internal sealed class EmbeddedRedis : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly string[] UsualPlaces = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"];
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly ClusterSlot _slot;
    private readonly GuardedProcess _process;
    private int _disposed;

    private EmbeddedRedis(ClusterSlot slot, GuardedProcess process, RedisAddress address)
    {
        _slot = slot;
        _process = process;
        Address = address;
    }

    public RedisAddress Address { get; }

    public int ProcessId => _process.ProcessId;

    public bool HasExited => _process.HasExited;

    /// <summary>The program's path, or null where this machine has none.</summary>
    public static string? Find() => OperatingSystem.IsWindows()
        ? null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(UsualPlaces).Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="program">The path of redis-server.</param>
    /// <param name="configuredHome">Where the lab's servers live; null: the default.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ServerRefusedException">It did not start, with the reason.</exception>
    public static async Task<EmbeddedRedis> StartAsync(string program, string? configuredHome, CancellationToken cancellation)
    {
        var user = ServerUser.ForThisProcess();
        var home = await ClusterHome.OpenAsync(configuredHome, user, cancellation).ConfigureAwait(false);
        var slot = home.TakeRun();
        GuardedProcess? process = null;
        try
        {
            await user.MakeDirectoryAsync(slot.Directory, cancellation).ConfigureAwait(false);
            await user.MakeDirectoryAsync(slot.Data, cancellation).ConfigureAwait(false);
            var address = new RedisAddress(new UnixDomainSocketEndPoint(Path.Combine(slot.Directory, "redis.sock")));
            process = GuardedProcess.Start(user, slot, lasts: false,
            [
                program, "--port", "0", "--unixsocket", address.Place, "--unixsocketperm", "700", "--daemonize", "no",
                "--dir", slot.Data, "--pidfile", Path.Combine(slot.Data, LeftoverServer.RedisPidFile), "--save", "", "--appendonly", "no", "--maxmemory", "64mb",
            ]);
            await process.WaitUntilReadyAsync("Redis", AnswersAsync, StartPatience, cancellation).ConfigureAwait(false);
            return new EmbeddedRedis(slot, process, address);

            async Task<bool> AnswersAsync(CancellationToken token)
            {
                try
                {
                    var connection = await RedisConnection.OpenAsync(address, token).ConfigureAwait(false);
                    await using var closing = connection.ConfigureAwait(false);
                    return await connection.AskAsync(redis => redis.PingAsync()).ConfigureAwait(false) >= TimeSpan.Zero;
                }
                catch (ServerRefusedException)
                {
                    return false;
                }
            }
        }
        catch
        {
            if (process is not null) await process.DisposeAsync().ConfigureAwait(false);
            await GiveUpAsync(slot).ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _process.DisposeAsync().ConfigureAwait(false);
        await GiveUpAsync(_slot).ConfigureAwait(false);
    }

    private static async Task GiveUpAsync(ClusterSlot slot)
    {
        using (slot)
        {
            try
            {
                await slot.RemoveAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // The next start sweeps.
            }
        }
    }
}
