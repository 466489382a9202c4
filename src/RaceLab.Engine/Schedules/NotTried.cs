namespace RaceLab.Engine.Schedules;

/// <summary>What no exploration tries, in the words in which the page, the table and the JSON document say it.</summary>
public static class NotTried
{
    /// <summary>Statements are the smallest steps.</summary>
    public const string HalfDone =
        "Two statements that run at the same moment, each half done: a schedule sends one after the other, so two UPDATEs of several rows that deadlock half-way are not found.";

    /// <summary>Plans are made for each execution.</summary>
    public const string SixthExecution =
        "What changes with the sixth execution of a prepared statement: each execution is planned for its values, as the first five are. A step that sets plan_cache_mode plays the others.";

    /// <summary>The boundaries of an exploration.</summary>
    public const string Elsewhere = "More sessions, other statements in between, crashes elsewhere, and other servers.";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Always { get; } = [HalfDone, SixthExecution, Elsewhere];
}
