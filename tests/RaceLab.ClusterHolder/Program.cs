// A lab to be killed: starts the private servers named by its arguments (lab, state, standby of the last one, redis), says where they are, and holds them until its input closes.
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Sessions;

var clusters = new List<EmbeddedCluster>();
EmbeddedRedis? redis = null;
try
{
    foreach (var kind in args)
    {
        if (kind == "redis")
        {
            redis = await EmbeddedRedis.StartAsync(EmbeddedRedis.Find()!, null, CancellationToken.None);
            Console.WriteLine($"started {redis.ProcessId} {redis.Address.Place}");
            continue;
        }

        var options = new EmbeddedClusterOptions { Kind = Enum.Parse<ClusterKind>(kind, ignoreCase: true), Primary = clusters.LastOrDefault() };
        var cluster = await EmbeddedCluster.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        clusters.Add(cluster);
        Console.WriteLine($"started {cluster.ProcessId} {cluster.RootDirectory}");
    }

    await Console.In.ReadToEndAsync();
    return 0;
}
catch (ServerRefusedException refused)
{
    Console.WriteLine($"refused {refused.Message}");
    return 3;
}
finally
{
    if (redis is not null) await redis.DisposeAsync();
    for (var i = clusters.Count - 1; i >= 0; i--) await clusters[i].DisposeAsync();
}
