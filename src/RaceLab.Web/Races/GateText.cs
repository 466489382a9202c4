using RaceLab.Engine.Programs;

namespace RaceLab.Web.Races;

/// <summary>What happens in the application, and not in the database, in words.</summary>
public static class GateText
{
    /// <summary>Entering or leaving a block of the application.</summary>
    public static string Of(Gate gate, bool enters)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return (gate.Kind, gate.Connection) switch
        {
            (BlockKind.Mutex, _) => enters ? $"lock the mutex for @{gate.Variable} in this instance of the application" : "unlock the mutex",
            (BlockKind.SingleFlight, _) => enters ? $"make the call for @{gate.Variable}, or wait for the one that this instance is making" : "share the answer with all who wait for it",
            (_, { IsServerAbsent: true }) => enters ? "open a connection to a server that is not there" : "close the connection",
            (_, { Pool: { } size }) => enters ? $"take a connection of this instance’s pool ({Figures.Count(size, "connection", "connections")})" : OfReturn(gate.Connection),
            _ => enters ? "open a connection" : "close the connection",
        };
    }

    private static string OfReturn(ConnectionUse use) => use.Reset switch
    {
        PoolReset.WhenReturned => "reset the connection’s session and give it back to the pool",
        PoolReset.WhenTaken => "give the connection back to the pool; its session is reset when it is taken again",
        _ => "give the connection back to the pool, with all that its session holds",
    };
}
