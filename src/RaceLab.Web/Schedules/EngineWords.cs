using RaceLab.Engine.Races;

namespace RaceLab.Web.Schedules;

/// <summary>What speaks to PostgreSQL for the sessions of a schedule, in words.</summary>
public static class EngineWords
{
    /// <summary>In a few words.</summary>
    public static string Name(RaceEngine engine) => engine == RaceEngine.Wire ? "the wire engine" : "Npgsql";

    /// <summary>In a sentence.</summary>
    public static string Of(RaceEngine engine) => engine == RaceEngine.Wire
        ? "The sessions run on the lab’s own client, the wire engine. Statements with values go by the extended query protocol, as in a race, all others by the simple one."
        : "The sessions run on Npgsql: the wire engine does not know what this system or this server asks for.";
}
