using RaceLab.Engine.Schedules;

namespace RaceLab.Web.Schedules;

/// <summary>Lines of the lock tables in words.</summary>
public static class LockText
{
    /// <summary>What is locked.</summary>
    public static string Of(HeldLock held)
    {
        ArgumentNullException.ThrowIfNull(held);
        return held.Kind switch
        {
            "advisory" => $"advisory lock {held.Target}",
            "transactionid" => $"transaction {held.Target}",
            "relation" or "tuple" or "page" => held.Target,
            GateWords.Mutex => $"the mutex for {held.Target}",
            GateWords.SingleFlight => $"the shared call for {held.Target}",
            GateWords.Connection => "a connection",
            "spectoken" => $"an insert that is not decided yet ({held.Target})",
            _ => $"{held.Kind} {held.Target}".TrimEnd(),
        };
    }

    /// <summary>A session, or what lies in the pool in the place of one.</summary>
    public static string Who(int session) => session == LockHolder.Pool ? "a connection in the pool" : $"session {session}";

    /// <summary>Sessions in a row: "session 1 and session 2".</summary>
    public static string Who(IEnumerable<int> sessions) => string.Join(" and ", sessions.Select(Who));

    /// <summary>The mode without what every mode's name ends in.</summary>
    public static string Mode(HeldLock held)
    {
        ArgumentNullException.ThrowIfNull(held);
        return held.Mode.EndsWith("Lock", StringComparison.Ordinal) ? held.Mode[..^"Lock".Length] : held.Mode;
    }

    /// <summary>Whether it says more than that a table is in use, which readers and writers always say and which keeps nobody out.</summary>
    public static bool IsTelling(HeldLock held)
    {
        ArgumentNullException.ThrowIfNull(held);
        return !held.IsGranted || held.Kind != "relation" || held.Mode is not ("AccessShareLock" or "RowExclusiveLock" or "RowShareLock");
    }
}
