using RaceLab.Engine.Races;

namespace RaceLab.Benchmarks.Runner;

/// <summary>Somebody who makes attempts as fast as possible.</summary>
internal interface IContender
{
    /// <summary>As reports call it.</summary>
    string Name { get; }

    /// <summary>
    /// The first second counts for nobody: pgbench's clients prepare each statement when they first need it, which the race runner does before its barrier, and code that only this strategy needs
    /// is compiled then. It is the same second for all, since what an attempt costs depends on how many keys are taken by then.
    /// </summary>
    static readonly TimeSpan Uncounted = TimeSpan.FromSeconds(1);

    /// <summary>Makes attempts in a database of its own, and looks at the table afterwards.</summary>
    /// <param name="length">For how long its speed counts, behind <see cref="Uncounted"/>; whole seconds.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LabException">What is in the table, or what was said of it, is wrong: then its speed says nothing.</exception>
    Task<Round> RunAsync(TimeSpan length, CancellationToken cancellation);
}

/// <summary>What somebody did in one round.</summary>
/// <param name="PerSecond">Attempts, in the time that counts.</param>
/// <param name="CpuUs">The client process's processor time for each attempt, in microseconds; null where it is not known.</param>
internal sealed record Round(double PerSecond, double? CpuUs)
{
    /// <summary>The race's own result; null of pgbench.</summary>
    public RaceResult? Result { get; init; }
}
