namespace RaceLab.Engine.Schedules;

/// <summary>
/// Which lock modes keep each other out
/// (<see href="https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES">table 13.2, Conflicting Lock Modes</see>).
/// </summary>
internal static class LockModes
{
    private static readonly string[] _modes =
    [
        "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
    ];

    /// <summary>For each mode, in the order above, a 1 for every mode that it keeps out.</summary>
    private static readonly string[] _conflicts =
        ["00000001", "00000011", "00001111", "00011111", "00110111", "00111111", "01111111", "11111111"];

    /// <summary>Whether one may not be held while the other is. Modes as <c>pg_locks</c> writes them; one that is not in the table conflicts with nothing.</summary>
    public static bool Conflict(string held, string wanted)
    {
        var (one, other) = (Array.IndexOf(_modes, held), Array.IndexOf(_modes, wanted));
        return one >= 0 && other >= 0 && _conflicts[one][other] == '1';
    }
}
