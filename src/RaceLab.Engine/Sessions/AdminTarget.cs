using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace RaceLab.Engine.Sessions;

/// <summary>How the lab itself connects: few connections, every statement bounded, and names looked up in <c>pg_catalog</c> alone.</summary>
internal static class AdminTarget
{
    private const int MostConnections = 4;

    // What a race's role could have put into a schema must never run with the lab's rights.
    private const string Pinned = "-c search_path=pg_catalog -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s";

    /// <summary>Reads a connection string and bounds what is done with it.</summary>
    /// <exception cref="ServerRefusedException">It is not one.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            var target = new NpgsqlConnectionStringBuilder(connectionString)
            {
                ApplicationName = "racelab",
                Pooling = true,
                MinPoolSize = 0,
                MaxPoolSize = MostConnections,
                Enlist = false,
            };
            if (string.IsNullOrEmpty(target.Host)) throw new ServerRefusedException("The connection string names no host: write at least Host=…;Username=….");
            if (string.IsNullOrEmpty(target.Database)) target.Database = "postgres";
            target.Options = $"{target.Options} {Pinned} -c statement_timeout=30s".Trim();
            return target;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            // The message is withheld: it may quote the password.
            throw new ServerRefusedException("The connection string cannot be read: write it as Host=…;Port=5432;Username=…;Password=…;Database=….");
        }
    }

    /// <summary>The same administrator, watching another database.</summary>
    public static string Watcher(NpgsqlConnectionStringBuilder admin, string database, int most) => new NpgsqlConnectionStringBuilder(admin.ConnectionString)
    {
        Database = database,
        ApplicationName = "racelab watcher",
        MaxPoolSize = most,
    }.ConnectionString;

    /// <summary>Runs work on a connection of the pool. A pooled connection that the server has closed meanwhile is replaced once.</summary>
    public static async Task<T> WithConnectionAsync<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        for (var first = true; ; first = false)
        {
            try
            {
                var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false)) return await work(connection).ConfigureAwait(false);
            }
            catch (NpgsqlException closed) when (first && WasClosed(closed))
            {
                source.Clear();
            }
        }
    }

    /// <summary>Asks for a sign of life.</summary>
    /// <exception cref="ServerRefusedException">There is none, with the reason.</exception>
    public static async Task PingAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        try
        {
            await WithConnectionAsync(source, connection => connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", cancellationToken: cancellation)), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsServerTrouble(failure))
        {
            throw new ServerRefusedException(ServerWords.Describe(failure, new NpgsqlConnectionStringBuilder(source.ConnectionString)), failure);
        }
    }

    /// <summary>Whether a failure is the server's or the network's, and not a fault of the lab.</summary>
    public static bool IsServerTrouble(Exception failure) => failure is DbException or SocketException or TimeoutException;

    private static bool WasClosed(NpgsqlException failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
        || (failure is not PostgresException && failure.InnerException is IOException or SocketException or null);
}
