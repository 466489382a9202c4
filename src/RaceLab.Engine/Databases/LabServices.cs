using Microsoft.Extensions.Logging;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Databases;

/// <summary>What stands beside the lab's database, started when somebody first needs it: standbys of a private cluster, and a Redis. Thread-safe.</summary>
public sealed class LabServices : IAsyncDisposable
{
    private readonly StandbyPool? _standbys;

    private LabServices(StandbyPool? standbys) => _standbys = standbys;

    /// <summary>Nothing stands beside the database.</summary>
    public static LabServices None { get; } = new(null);

    /// <summary>What a lab has.</summary>
    /// <param name="cluster">The private cluster on which races happen; null for a server of one's own, whose standbys, where it has any, are not the lab's to hold back.</param>
    /// <param name="options">Where what is started lives.</param>
    /// <param name="logs">For what goes wrong in the background.</param>
    public static LabServices For(EmbeddedCluster? cluster, EmbeddedClusterOptions options, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logs);
        return new LabServices(cluster is null ? null : new StandbyPool(cluster, options, logs.CreateLogger<StandbyPool>()));
    }

    /// <summary>Why a service cannot be had here, in a sentence; null where it can, as far as is known without starting it.</summary>
    public string? LackOf(LabService service) => service switch
    {
        LabService.Replica when _standbys is null =>
            "It needs a standby whose replay the lab can hold back, and the lab starts one only beside a PostgreSQL of its own: leave out the connection string of the lab server (ConnectionStrings:Lab).",
        _ => null,
    };

    /// <summary>A standby, for the caller alone; made now where none is idle, which takes about a second.</summary>
    /// <exception cref="ServerRefusedException">None can be had, with the reason.</exception>
    public Task<Standby> RentStandbyAsync(CancellationToken cancellation) =>
        _standbys?.RentAsync(cancellation) ?? throw new ServerRefusedException(LackOf(LabService.Replica)!);

    /// <summary>Ends what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_standbys is not null) await _standbys.DisposeAsync().ConfigureAwait(false);
    }
}
