using RaceLab.Engine.Content;

namespace RaceLab.Engine.Races;

/// <summary>What is to be raced, with the content as it was when somebody pressed Run: later edits do not change a race under way.</summary>
public sealed record RaceRequest(Scenario Scenario, Strategy Strategy, Workload Workload)
{
    /// <summary>Whether it is measured with no other race and no exploration of this lab beside it; it waits for them, and they for it.</summary>
    public bool Alone { get; init; }
}

/// <summary>A race was not started: what was asked for cannot be had.</summary>
/// <param name="message">A sentence for the person who asked: what, why, what to do.</param>
public sealed class RaceRefusedException(string message) : Exception(message);
