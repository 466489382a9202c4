// A lab to be killed: starts the private clusters named by its arguments (lab, state), says where they are, and holds them until its input closes.
using Microsoft.Extensions.Logging.Abstractions;
using RaceLab.Engine.Databases;

var clusters = new List<EmbeddedCluster>();
try
{
    foreach (var kind in args)
    {
        var options = new EmbeddedClusterOptions { Kind = Enum.Parse<ClusterKind>(kind, ignoreCase: true) };
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
    foreach (var cluster in clusters) await cluster.DisposeAsync();
}
