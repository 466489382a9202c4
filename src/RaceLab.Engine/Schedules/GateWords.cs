using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>What is held in the application, as it is called beside the server's kinds of locks.</summary>
public static class GateWords
{
    /// <summary>A lock in one instance.</summary>
    public const string Mutex = "mutex";

    /// <summary>A call under way, whose answer others wait for.</summary>
    public const string SingleFlight = "single-flight";

    /// <summary>A connection of a pool.</summary>
    public const string Connection = "connection";

    internal static string Of(BlockKind kind) => kind switch
    {
        BlockKind.Mutex => Mutex,
        BlockKind.SingleFlight => SingleFlight,
        _ => Connection,
    };
}
