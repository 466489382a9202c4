using System.Globalization;
using System.Runtime.InteropServices;
using RaceLab.Engine.Clusters;

namespace RaceLab.Benchmarks;

/// <summary>On what something was measured.</summary>
/// <param name="System">The operating system.</param>
/// <param name="Processor">Its name, where the system tells it.</param>
/// <param name="Cores">How many.</param>
/// <param name="Dotnet">The runtime's version.</param>
/// <param name="Postgres">The server programs' version.</param>
/// <param name="LoadBefore">How many processes wanted a core in the minute before, where the system tells it: above 0 somebody else was busy.</param>
internal sealed record Machine(string System, string Processor, int Cores, string Dotnet, string Postgres, double? LoadBefore)
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string LoadFile = "/proc/loadavg";

    /// <summary>This machine.</summary>
    public static async Task<Machine> DescribeAsync(CancellationToken cancellation)
    {
        var binaries = await PostgresBinaries.FindAsync(null, cancellation).ConfigureAwait(false);
        var processor = File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        double? load = File.Exists(LoadFile) ? double.Parse((await File.ReadAllTextAsync(LoadFile, cancellation).ConfigureAwait(false)).Split(' ')[0], CultureInfo.InvariantCulture) : null;
        return new Machine(RuntimeInformation.OSDescription, processor ?? "unknown processor", Environment.ProcessorCount, Environment.Version.ToString(), binaries.Version.ToString(), load);
    }
}
