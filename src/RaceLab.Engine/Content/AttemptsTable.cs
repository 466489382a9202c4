namespace RaceLab.Engine.Content;

/// <summary>The table that the lab adds to every race's database and fills from its log when the race is over, for invariants to read.</summary>
public static class AttemptsTable
{
    /// <summary>Creates it. <c>said</c> is the outcome in a word; times are microseconds since the start barrier.</summary>
    public const string Sql = """
        CREATE TABLE attempts (
            attempt bigint PRIMARY KEY,
            worker int NOT NULL,
            key text NOT NULL,
            said text NOT NULL,
            retries int NOT NULL,
            sqlstate text,
            constraint_name text,
            started_us bigint NOT NULL,
            ended_us bigint NOT NULL
        )
        """;
}
