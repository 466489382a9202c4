namespace RaceLab.Engine.Footprints;

/// <summary>
/// What PostgreSQL's own functions do beside computing. A function that is on no list is unknown, unless the server calls it immutable
/// (<see href="https://www.postgresql.org/docs/current/xfunc-volatility.html">function volatility categories</see>).
/// </summary>
internal static class KnownFunctions
{
    /// <summary>Stable, and dependent on nothing but their arguments and the session's own settings.</summary>
    private static readonly HashSet<string> _quiet =
    [
        "array_to_string", "concat", "concat_ws", "current_database", "current_schema", "current_setting", "date_part", "date_trunc", "extract", "format", "hashtext", "json_build_array",
        "json_build_object", "jsonb_build_array", "jsonb_build_object", "row_to_json", "timestamp", "timestamptz", "to_char", "to_date", "to_json", "to_jsonb", "to_number", "to_timestamp",
        "date", "text", "timestamptz_pl_interval", "timestamptz_mi_interval", "timestamptz_lt_timestamp", "timestamptz_le_timestamp",
        "timestamptz_gt_timestamp", "timestamptz_ge_timestamp", "timestamptz_eq_timestamp",
    ];

    private static readonly HashSet<string> _clock = ["now", "transaction_timestamp", "statement_timestamp"];

    private static readonly HashSet<string> _chance =
        ["random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "setseed", "uuid_generate_v1", "uuid_generate_v4", "gen_random_bytes"];

    /// <summary>Locks that end with the transaction, waits, and messages: ordered like a write.</summary>
    private static readonly HashSet<string> _ordered =
    [
        "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared", "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared", "pg_sleep", "pg_notify", "nextval", "setval", "pg_terminate_backend",
    ];

    /// <summary>The same, and the session is another one afterwards.</summary>
    private static readonly HashSet<string> _session =
    [
        "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared", "pg_advisory_unlock", "pg_advisory_unlock_shared", "pg_advisory_unlock_all",
        "currval", "lastval",
    ];

    private static readonly HashSet<string> _total = ["count", "min", "max", "lower", "upper", "hashtext", "hashtextextended", "bool_or", "bool_and", "every", "text_pattern_lt", "row_number", "array_to_string"];

    // As PostgreSQL names them: int8eq, text_ge, timestamptz_lt, booleq.
    private static readonly string[] _comparisons = ["eq", "ne", "lt", "le", "gt", "ge"];

    /// <summary>What a call of a function does.</summary>
    public static FunctionEffect EffectOf(ServerFunction function)
    {
        // Somebody who may write a function may also call it immutable; only a superuser can write one in C.
        if (!function.IsBuiltIn) return function is { IsImmutable: true, IsNative: true } ? FunctionEffect.None : IsChance(function.Name) ? FunctionEffect.Chance : FunctionEffect.Unknown;
        if (function.IsImmutable || _quiet.Contains(function.Name)) return FunctionEffect.None;
        if (_clock.Contains(function.Name)) return FunctionEffect.Clock;
        if (_chance.Contains(function.Name)) return FunctionEffect.Chance;
        if (_ordered.Contains(function.Name)) return FunctionEffect.Ordered;
        return _session.Contains(function.Name) ? FunctionEffect.Session : FunctionEffect.Unknown;
    }

    /// <summary>
    /// Whether a function of PostgreSQL's own has an answer for all values: comparisons, and a few more. Of others it is not known that they never fail.
    /// </summary>
    public static bool NeverFails(ServerFunction function) => function.IsBuiltIn && (_total.Contains(function.Name) || _comparisons.Any(c => function.Name.EndsWith(c, StringComparison.Ordinal)));

    /// <summary>Whether a name is that of a function whose answer nobody can repeat.</summary>
    public static bool IsChance(string name) => _chance.Contains(name);
}

/// <summary>What a function does beside computing, from the least to the most.</summary>
internal enum FunctionEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It reads the time at which the transaction or the statement began.</summary>
    Clock,

    /// <summary>Its answer differs each time.</summary>
    Chance,

    /// <summary>It locks, waits or counts, and others notice before COMMIT.</summary>
    Ordered,

    /// <summary>The same, and what it did to its session stays behind the transaction.</summary>
    Session,

    /// <summary>Nobody knows.</summary>
    Unknown,
}
