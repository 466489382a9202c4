using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using RaceLab.Engine.Archive;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Databases;
using RaceLab.Engine.History;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Settings;

/// <summary>Which servers a lab uses.</summary>
public sealed record LabServersOptions
{
    /// <summary>An administrator's connection string for the server on which races happen (<c>ConnectionStrings:Lab</c>); null starts a private cluster.</summary>
    public string? Lab { get; init; }

    /// <summary>A connection string for the durable server (<c>ConnectionStrings:State</c>); null starts a private cluster.</summary>
    public string? State { get; init; }

    /// <summary>The address of a Redis (<c>ConnectionStrings:Redis</c>), such as redis://host:6379; null starts one when a strategy first needs it.</summary>
    public string? Redis { get; init; }

    /// <summary>False where nothing is to be kept, as on the command line: then there is no state server.</summary>
    public bool WithState { get; init; } = true;

    /// <summary>What is wrong with a connection string, in a sentence that does not quote it; null where it can be tried.</summary>
    public static string? FindFault(string connectionString)
    {
        try
        {
            _ = AdminTarget.Parse(connectionString);
            return null;
        }
        catch (ServerRefusedException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>How much the state server keeps of what is over.</summary>
    public HistoryLimits History { get; init; } = HistoryLimits.Default;

    /// <summary>See <see cref="EmbeddedClusterOptions.PostgresBin"/>.</summary>
    public string? PostgresBin { get; init; }

    /// <summary>See <see cref="EmbeddedClusterOptions.Home"/>.</summary>
    public string? Home { get; init; }
}

/// <summary>The servers of one lab, started where they are its own, and ended in order.</summary>
public sealed class LabServers : IAsyncDisposable
{
    private readonly EmbeddedCluster? _labCluster;
    private readonly EmbeddedCluster? _stateCluster;

    private LabServers((LabServer Server, EmbeddedCluster? Cluster) lab, (StateServer Server, EmbeddedCluster? Cluster)? state)
    {
        (Lab, _labCluster) = lab;
        if (state is { } durable) (State, _stateCluster) = durable;
    }

    /// <summary>Where races happen.</summary>
    public LabServer Lab { get; }

    /// <summary>Where finished races are kept; null without <see cref="LabServersOptions.WithState"/>.</summary>
    public StateServer? State { get; }

    /// <summary>Starts and opens what is asked for, both at once.</summary>
    /// <exception cref="ServerRefusedException">One of them cannot be had, with the reason; nothing is left running.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "What was opened belongs to the result, or is disposed before throwing.")]
    public static async Task<LabServers> StartAsync(LabServersOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        var lab = OpenLabAsync(options, logs, cancellation);
        var state = options.WithState ? OpenStateAsync(options, logs, cancellation) : null;
        try
        {
            await Task.WhenAll(lab, state ?? Task.CompletedTask).ConfigureAwait(false);
            return new LabServers(await lab.ConfigureAwait(false), state is null ? null : await state.ConfigureAwait(false));
        }
        catch
        {
            if (lab.IsCompletedSuccessfully) await EndLabAsync((await lab.ConfigureAwait(false)).Server, (await lab.ConfigureAwait(false)).Cluster).ConfigureAwait(false);
            if (state is { IsCompletedSuccessfully: true }) await EndAsync((await state.ConfigureAwait(false)).Server, (await state.ConfigureAwait(false)).Cluster).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends connections before servers, and both servers at once.</summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(EndLabAsync(Lab, _labCluster), State is null ? Task.CompletedTask : EndAsync(State, _stateCluster)).ConfigureAwait(false);

    private static async Task<(LabServer Server, EmbeddedCluster? Cluster)> OpenLabAsync(LabServersOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        var where = new EmbeddedClusterOptions { Kind = ClusterKind.Lab, PostgresBin = options.PostgresBin, Home = options.Home };
        if (options.Lab is not null) return (await LabServer.OpenAsync(options.Lab, LabServices.For(null, where, options.Redis, logs), logs, cancellation).ConfigureAwait(false), null);
        var cluster = await StartClusterAsync(ClusterKind.Lab, options, logs, cancellation).ConfigureAwait(false);
        var services = LabServices.For(cluster, where, options.Redis, logs);
        return (await OpenOrEndAsync(cluster, () => LabServer.OpenAsync(cluster.ConnectionString, isPrivate: true, LeftoverDatabases.Interval, services, logs, cancellation)).ConfigureAwait(false), cluster);
    }

    private static async Task<(StateServer Server, EmbeddedCluster? Cluster)> OpenStateAsync(LabServersOptions options, ILoggerFactory logs, CancellationToken cancellation)
    {
        if (options.State is not null) return (await StateServer.OpenAsync(options.State, options.History, cancellation).ConfigureAwait(false), null);
        var cluster = await StartClusterAsync(ClusterKind.State, options, logs, cancellation).ConfigureAwait(false);
        return (await OpenOrEndAsync(cluster, () => StateServer.OpenAsync(cluster.ConnectionString, options.History, cancellation)).ConfigureAwait(false), cluster);
    }

    private static Task<EmbeddedCluster> StartClusterAsync(ClusterKind kind, LabServersOptions options, ILoggerFactory logs, CancellationToken cancellation) =>
        EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { Kind = kind, PostgresBin = options.PostgresBin, Home = options.Home }, logs.CreateLogger<EmbeddedCluster>(), cancellation);

    private static async Task<T> OpenOrEndAsync<T>(EmbeddedCluster cluster, Func<Task<T>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What stands beside a server goes before the server itself.</summary>
    private static async Task EndLabAsync(LabServer server, EmbeddedCluster? cluster)
    {
        await server.Services.DisposeAsync().ConfigureAwait(false);
        await EndAsync(server, cluster).ConfigureAwait(false);
    }

    private static async Task EndAsync(IAsyncDisposable server, EmbeddedCluster? cluster)
    {
        await server.DisposeAsync().ConfigureAwait(false);
        if (cluster is not null) await cluster.DisposeAsync().ConfigureAwait(false);
    }
}
