using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>Somebody who makes attempts as fast as possible.</summary>
internal interface IContender
{
    /// <summary>As reports call it.</summary>
    string Name { get; }

    /// <summary>Makes attempts for some time in a database of its own, and looks at the table afterwards.</summary>
    /// <exception cref="LabException">What is in the table, or what was said of it, is wrong: then its speed says nothing.</exception>
    Task<Round> RunAsync(TimeSpan length, CancellationToken cancellation);
}

/// <summary>What somebody did in one round.</summary>
/// <param name="PerSecond">Attempts.</param>
/// <param name="CpuUs">The client process's processor time for each attempt, in microseconds; null where it is not known.</param>
internal sealed record Round(double PerSecond, double? CpuUs)
{
    /// <summary>The race's own result; null of pgbench.</summary>
    public RaceResult? Result { get; init; }
}
