using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Content;

/// <summary>A task for a learner who decides whose turn it is: find the order in which the sessions reach a goal, or say that there is none.</summary>
/// <param name="Id">Its key in the file: lower-case letters, digits and hyphens.</param>
/// <param name="Title">A few words for pickers.</param>
/// <param name="Text">What to try, in Markdown.</param>
/// <param name="Strategy">The id of the strategy that the sessions follow, one of the scenario's own.</param>
/// <param name="Sessions">How many sessions there are, 2 to <see cref="MostSessions"/>.</param>
/// <param name="Goal">What the finished run must show.</param>
/// <param name="Solution">A schedule that reaches the goal every time; null: no order does.</param>
/// <param name="Hints">From gentle to telling, 1 to <see cref="MostHints"/>.</param>
public sealed record Puzzle(
    string Id, string Title, string Text, string Strategy, int Sessions, PuzzleGoal Goal, IReadOnlyList<ScheduledStep>? Solution, IReadOnlyList<string> Hints)
{
    /// <summary>The fewest sessions, and as many as there are where the file does not say.</summary>
    public const int FewestSessions = 2;

    /// <summary>The most sessions.</summary>
    public const int MostSessions = 4;

    /// <summary>The most sessions of which the lab tries every order, so that "there is no such order" can be answered.</summary>
    public const int MostSessionsTried = 3;

    /// <summary>The most hints.</summary>
    public const int MostHints = 6;

    /// <summary>Whether the lab can find out that there is no such order.</summary>
    public bool CanTryEveryOrder => Sessions <= MostSessionsTried;
}

/// <summary>What a finished run must show: all that is not null or empty here, together. At least one is not.</summary>
public sealed record PuzzleGoal
{
    /// <summary>An invariant that must be violated.</summary>
    public Invariant? Breaks { get; init; }

    /// <summary>A SQLSTATE with which a statement must be rejected, whether or not the strategy handles it.</summary>
    public string? Raises { get; init; }

    /// <summary>True: a statement must have to wait for another session. False: none may.</summary>
    public bool? Waits { get; init; }

    /// <summary>What callers must be told: each answer at least as often as it stands here, whichever session gets it.</summary>
    public IReadOnlyList<Outcome> Told { get; init; } = [];

    /// <summary>How many rows the attempts must leave behind.</summary>
    public int? Rows { get; init; }
}
