namespace RaceLab.Engine.Words;

/// <summary>PostgreSQL's condition names (<see href="https://www.postgresql.org/docs/current/errcodes-appendix.html">error codes</see>) for the SQLSTATEs that races meet.</summary>
public static class SqlStates
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["08001"] = "sqlclient_unable_to_establish_sqlconnection",
        ["08006"] = "connection_failure",
        ["23502"] = "not_null_violation",
        ["23503"] = "foreign_key_violation",
        ["23505"] = "unique_violation",
        ["23514"] = "check_violation",
        ["23P01"] = "exclusion_violation",
        ["25P02"] = "in_failed_sql_transaction",
        ["25P03"] = "idle_in_transaction_session_timeout",
        ["40001"] = "serialization_failure",
        ["40P01"] = "deadlock_detected",
        ["42501"] = "insufficient_privilege",
        ["53100"] = "disk_full",
        ["53200"] = "out_of_memory",
        ["53300"] = "too_many_connections",
        ["55P03"] = "lock_not_available",
        ["57014"] = "query_canceled",
        ["57P01"] = "admin_shutdown",
        ["57P02"] = "crash_shutdown",
        ["57P03"] = "cannot_connect_now",
    };

    /// <summary>The condition's name, or an empty text where it is not a usual one.</summary>
    public static string NameOf(string sqlState) => Names.GetValueOrDefault(sqlState, "");
}
