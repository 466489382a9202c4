using System.Globalization;
using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>What a race asks of its connections.</summary>
public sealed record SessionSettings
{
    /// <summary>DISCARD ALL without DEALLOCATE ALL: what Npgsql itself sends where statements are prepared.</summary>
    internal const string Reset = """
        SET SESSION AUTHORIZATION DEFAULT; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP
        """;

    /// <summary>PostgreSQL's <c>synchronous_commit</c>.</summary>
    public bool SynchronousCommit { get; init; } = true;

    /// <summary>The server ends a statement after this time with 57014, its waiting for locks included. Over 0.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The server ends a session that sits in a transaction without a statement for this long.</summary>
    public TimeSpan IdleInTransactionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>As <c>pg_stat_activity</c> shows it; the server keeps the first 63 bytes.</summary>
    public string ApplicationName { get; init; } = "racelab";

    /// <summary>Whether the wire engine sends statements without values by the simple query protocol, as psql does. Npgsql always uses the extended one.</summary>
    public bool SimpleQueries { get; init; }

    /// <summary>
    /// Whether each execution of a statement with values is planned for them, as the first five are
    /// (<see href="https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE">plan_cache_mode</see>): then it does not matter how often a session has sent it before.
    /// </summary>
    public bool PlansAnew { get; init; }

    /// <summary>A source of connections with these settings, without pooling.</summary>
    public NpgsqlDataSource SourceFor(string connectionString)
    {
        // Values travel as text: the driver need not ask the server about its types first.
        var builder = new NpgsqlDataSourceBuilder(Over(connectionString).ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    /// <summary>The same place with these settings.</summary>
    internal NpgsqlConnectionStringBuilder Over(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = 15,
            // The server's own limit comes first; this one is for a server that has stopped answering at all.
            CommandTimeout = (int)StatementTimeout.TotalSeconds + 15,
            ApplicationName = ApplicationName,
        };
        settings.Options = string.Create(CultureInfo.InvariantCulture,
            $"{settings.Options} -c synchronous_commit={(SynchronousCommit ? "on" : "off")} -c statement_timeout={StatementTimeout.TotalMilliseconds:F0} -c idle_in_transaction_session_timeout={IdleInTransactionTimeout.TotalMilliseconds:F0}{(PlansAnew ? " -c plan_cache_mode=force_custom_plan" : "")}").Trim();
        return settings;
    }
}
