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
            "spectoken" => $"an insert that is not decided yet ({held.Target})",
            _ => $"{held.Kind} {held.Target}".TrimEnd(),
        };
    }

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
