namespace RaceLab.Engine.Content;

/// <summary>
/// The race that suits a scenario: what the page and the command line begin with, and what the contract suite races it with. Schedules take the seed from it.
/// </summary>
/// <param name="Workers">2 to <see cref="MostWorkers"/>.</param>
/// <param name="Keys">1 to <see cref="MostKeys"/>.</param>
/// <param name="Attempts">Of each worker, 1 to <see cref="MostAttempts"/>.</param>
/// <param name="PauseLow">The shortest pause in the race window.</param>
/// <param name="PauseHigh">The longest, <see cref="LongestPause"/> at most.</param>
/// <param name="Seed">Where everything that is drawn is drawn from, 0 or more.</param>
public sealed record UsualWorkload(int Workers, int Keys, int Attempts, TimeSpan PauseLow, TimeSpan PauseHigh, int Seed)
{
    /// <summary>The most workers: what a small machine has room for.</summary>
    public const int MostWorkers = 64;

    /// <summary>The most keys.</summary>
    public const int MostKeys = 10_000;

    /// <summary>The most attempts of each worker.</summary>
    public const int MostAttempts = 10_000;

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Attempts of all workers together.</summary>
    public int Total => Workers * Attempts;
}
