namespace RaceLab.Engine.Content;

/// <summary>
/// The table that the lab adds to a race's database behind the scenario's schema and fills from its own log when the race is over, so that an
/// invariant may also ask what the callers were told.
/// </summary>
public static class AttemptsTable
{
    /// <summary>Its name, which a scenario's schema must leave free.</summary>
    public const string Name = "attempts";

    /// <summary>Makes it. Times are microseconds since the race began.</summary>
    public const string Sql = """
        CREATE TABLE attempts (
          attempt         bigint PRIMARY KEY,
          worker          int    NOT NULL,
          delivery        int    NOT NULL,
          key             text   NOT NULL,
          said            text   NOT NULL,
          retries         int    NOT NULL,
          sqlstate        text,
          constraint_name text,
          started_us      bigint NOT NULL,
          ended_us        bigint NOT NULL
        )
        """;
}
