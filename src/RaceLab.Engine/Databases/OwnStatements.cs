using System.Diagnostics;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>Statements that the lab itself sends for content: where the server refuses one, it is said whose it was.</summary>
internal static class OwnStatements
{
    private const string StatementTimeout = "SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'";

    /// <summary>Sends statements.</summary>
    /// <param name="connection">On which they are sent.</param>
    /// <param name="whose">Whose they are, as it stands in a sentence.</param>
    /// <param name="send">Sends them and reads all that they answer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StatementRefusedException">The server refuses one.</exception>
    /// <exception cref="NpgsqlException">The connection is gone.</exception>
    public static async Task<T> RunAsync<T>(NpgsqlConnection connection, string whose, Func<Task<T>> send, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await send().ConfigureAwait(false);
        }
        catch (PostgresException refused) when (StatementRefusedException.IsAboutAStatement(refused))
        {
            var took = Stopwatch.GetElapsedTime(began);
            var limit = refused.SqlState == PostgresErrorCodes.QueryCanceled ? await LimitAsync(connection, cancellation).ConfigureAwait(false) : null;
            throw new StatementRefusedException(new RefusedStatement(whose, refused.SqlState, refused.MessageText, limit <= took ? limit : null), refused);
        }
    }

    /// <summary>The session's <c>statement_timeout</c>. The error alone does not say whether that ended a statement or somebody's request did, but for its words, which are translated.</summary>
    private static async Task<TimeSpan?> LimitAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            await using var command = new NpgsqlCommand(StatementTimeout, connection);
            return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is long milliseconds and > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null;
        }
        catch (NpgsqlException)
        {
            // What is already known is told without it.
            return null;
        }
    }
}
