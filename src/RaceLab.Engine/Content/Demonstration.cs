namespace RaceLab.Engine.Content;

/// <summary>
/// Something that a page claims and the lab can show: a schedule that is played, or a race that is run, and what must come of it. The tests hold every one of content to it.
/// </summary>
/// <param name="Scenario">The scenario's id.</param>
/// <param name="Strategy">The id of one of its strategies.</param>
/// <param name="Schedule">The order that is played; what it leaves open is played to its end. Empty where it is a race.</param>
/// <param name="Sessions">How many sessions play the schedule, 2 to <see cref="Puzzle.MostSessions"/>.</param>
/// <param name="Race">How it is raced; null where it is a schedule.</param>
/// <param name="Shows">What the finished run must show.</param>
/// <param name="Says">What it shows, in a sentence for the learner; null where the page around it says so.</param>
public sealed record Demonstration(
    string Scenario, string Strategy, IReadOnlyList<ScheduledStep> Schedule, int Sessions, RaceSize? Race, PuzzleGoal Shows, string? Says);

/// <summary>How hard a demonstration is raced.</summary>
/// <param name="Workers">1 to <see cref="MostWorkers"/>.</param>
/// <param name="Keys">1 to <see cref="MostKeys"/>.</param>
/// <param name="Attempts">Of each worker, 1 to <see cref="MostAttempts"/>.</param>
/// <param name="PauseMs">The longest pause in the race window, in milliseconds, 0 to <see cref="LongestPauseMs"/>.</param>
public sealed record RaceSize(int Workers, int Keys, int Attempts, int PauseMs)
{
    /// <summary>The most workers: few enough for any machine.</summary>
    public const int MostWorkers = 50;

    /// <summary>The most keys.</summary>
    public const int MostKeys = 1000;

    /// <summary>The most attempts of each worker.</summary>
    public const int MostAttempts = 1000;

    /// <summary>The longest pause.</summary>
    public const int LongestPauseMs = 100;
}
