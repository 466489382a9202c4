namespace RaceLab.Engine.Programs;

/// <summary>
/// How a strategy comes by its connections, where that is not the one that each worker has for itself: one is taken for each delivery of an attempt.
/// </summary>
public sealed record ConnectionUse
{
    /// <summary>The most connections in the pool of one instance.</summary>
    public const int LargestPool = 100;

    /// <summary>How many connections the pool of each instance has at most; null: there is no pool, and every attempt opens a connection and closes it.</summary>
    public int? Pool { get; init; }

    /// <summary>When what a session of the pool has set and locked is put away.</summary>
    public PoolReset Reset { get; init; }

    /// <summary>After which the server ends a statement with 57014; null: as for every other strategy. More than nothing, ten seconds at most.</summary>
    public TimeSpan? StatementTimeout { get; init; }

    /// <summary>
    /// How many connections the role may have at once (<see href="https://www.postgresql.org/docs/current/sql-alterrole.html">CONNECTION LIMIT</see>); null: as many as the server has.
    /// </summary>
    public int? RoleConnections { get; init; }

    /// <summary>Whether there is no server where the program looks for one.</summary>
    public bool IsServerAbsent { get; init; }
}

/// <summary>When a pool puts away what the last user of a connection has left in its session: settings, temporary tables, session-level advisory locks.</summary>
public enum PoolReset
{
    /// <summary>Never, as the pools of node-postgres and psycopg leave it by themselves.</summary>
    Never,

    /// <summary>When the connection is used again, as Npgsql does: until then it lies in the pool with all that it holds.</summary>
    WhenTaken,

    /// <summary>When it comes back, as PgBouncer does by server_reset_query in session pooling.</summary>
    WhenReturned,
}
