using Microsoft.Extensions.Logging;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Clusters;

/// <summary>What stands beside the lab's database, started when somebody first needs it: standbys of a private cluster, and a Redis. Thread-safe.</summary>
public sealed class LabServices : IAsyncDisposable
{
    private readonly StandbyPool? _standbys;
    private readonly RedisAddress? _redisAddress;
    private readonly string? _redisProgram;
    private readonly string? _home;
    private readonly SemaphoreSlim _starting = new(1);
    private EmbeddedRedis? _redis;

    private LabServices(StandbyPool? standbys, RedisAddress? redisAddress, string? redisProgram, string? home)
    {
        _standbys = standbys;
        _redisAddress = redisAddress;
        _redisProgram = redisProgram;
        _home = home;
    }

    /// <summary>Nothing stands beside the database.</summary>
    public static LabServices None { get; } = new(null, null, null, null);

    /// <summary>What a lab has.</summary>
    /// <param name="cluster">The private cluster on which races happen; null for a server of one's own, whose standbys, where it has any, are not the lab's to hold back.</param>
    /// <param name="options">Where what is started lives.</param>
    /// <param name="redis">The address of a Redis (<c>ConnectionStrings:Redis</c>); null: one is started, where this machine has the program.</param>
    /// <param name="logs">For what goes wrong in the background.</param>
    /// <exception cref="ServerRefusedException">The address cannot be read.</exception>
    public static LabServices For(EmbeddedCluster? cluster, EmbeddedClusterOptions options, string? redis, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logs);
        return new LabServices(
            cluster is null ? null : new StandbyPool(cluster, options, logs.CreateLogger<StandbyPool>()), redis is null ? null : RedisAddress.Parse(redis), EmbeddedRedis.Find(), options.Home);
    }

    /// <summary>What is wrong with the address of a Redis, in a sentence that does not quote it; null where it can be tried.</summary>
    public static string? FindRedisFault(string address)
    {
        try
        {
            _ = RedisAddress.Parse(address);
            return null;
        }
        catch (ServerRefusedException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Why a service cannot be had here, in a sentence; null where it can, as far as is known without starting it.</summary>
    public string? LackOf(LabService service) => service switch
    {
        LabService.Replica when _standbys is null =>
            "It needs a standby whose replay the lab can hold back, and the lab starts one only beside a PostgreSQL of its own: leave out the connection string of the lab server (ConnectionStrings:Lab).",
        LabService.Redis when _redisAddress is null && _redisProgram is null =>
            "It needs a Redis, and there is none: install redis-server on this machine, and the lab starts one of its own; or give the address of one (ConnectionStrings:Redis).",
        _ => null,
    };

    /// <summary>A standby, for the caller alone; made now where none is idle, which takes about a second.</summary>
    /// <exception cref="ServerRefusedException">None can be had, with the reason.</exception>
    public Task<Standby> RentStandbyAsync(CancellationToken cancellation) =>
        _standbys?.RentAsync(cancellation) ?? throw new ServerRefusedException(LackOf(LabService.Replica)!);

    /// <summary>Ends what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (this == None) return;
        if (_standbys is not null) await _standbys.DisposeAsync().ConfigureAwait(false);
        await _starting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (_redis is not null) await _redis.DisposeAsync().ConfigureAwait(false);
        _starting.Dispose();
    }

    /// <summary>The process of the lab's own Redis; null where none was started.</summary>
    internal int? RedisProcessId => _redis?.ProcessId;

    /// <summary>Where the Redis is; the lab's own is started now where it does not run.</summary>
    /// <exception cref="ServerRefusedException">There is none, with the reason.</exception>
    internal async Task<RedisAddress> RedisAsync(CancellationToken cancellation)
    {
        if (LackOf(LabService.Redis) is { } lack) throw new ServerRefusedException(lack);
        if (_redisAddress is not null) return _redisAddress;
        await _starting.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_redis is { HasExited: true } gone)
            {
                _redis = null;
                await gone.DisposeAsync().ConfigureAwait(false);
            }

            _redis ??= await EmbeddedRedis.StartAsync(_redisProgram!, _home, cancellation).ConfigureAwait(false);
            return _redis.Address;
        }
        finally
        {
            _starting.Release();
        }
    }
}
