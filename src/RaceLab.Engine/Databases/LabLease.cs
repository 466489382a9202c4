using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Databases;

/// <summary>
/// A lab's sign of life on a server that others use as well: a session that holds an advisory lock on the lab's number for as long as the lab lives,
/// however it ends. The number is in the names of the lab's databases, so that another lab can tell whose they are and whether that lab still lives.
/// </summary>
internal sealed class LabLease : IAsyncDisposable
{
    /// <summary>The first half of every lab's lock, as <c>pg_locks.classid</c> shows it. Only a name.</summary>
    public const int LockClass = 726_163;

    /// <summary>How soon a lab whose session was lost has a new one, when the server lets it.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnection _connection;
    private readonly int _number;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _keeping;

    private LabLease(NpgsqlConnection connection, int number, ILogger log)
    {
        _connection = connection;
        _number = number;
        _log = log;
        _keeping = Task.Run(KeepAsync);
    }

    /// <summary>What the names of this lab's databases and roles begin with.</summary>
    public string Prefix => PrefixOf(_number);

    /// <summary>The beginning of the names of a lab's databases and roles.</summary>
    public static string PrefixOf(int number) => string.Create(CultureInfo.InvariantCulture, $"racelab_{number:x6}_");

    /// <summary>A number for a lab: 24 bits.</summary>
    public static int NewNumber() => RandomNumberGenerator.GetInt32(1 << 24);

    /// <summary>Takes a number that no living lab has and no leftover bears. Null on a server whose advisory locks cannot be seen to work.</summary>
    /// <exception cref="NpgsqlException">The server is gone.</exception>
    public static async Task<LabLease?> TakeAsync(NpgsqlConnectionStringBuilder admin, ILogger log, CancellationToken cancellation)
    {
        var target = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { ApplicationName = "racelab lease", Pooling = false };
        var connection = new NpgsqlConnection(target.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            for (var tries = 0; tries < 10; tries++)
            {
                var number = NewNumber();
                if (await TryLockAsync(connection, number, cancellation).ConfigureAwait(false)) return new LabLease(connection, number, log);
            }
        }
        catch (PostgresException unlike) when (unlike.Severity is not ("FATAL" or "PANIC"))
        {
            log.LogInformation(unlike, "This server has no advisory locks that can be seen: databases of labs that died on it are not cleared away");
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Lets the lock go. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>The lock counts only where it can be seen: whoever clears away leftovers goes by what is seen.</summary>
    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, int number, CancellationToken cancellation) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            SELECT NOT EXISTS (SELECT FROM pg_database WHERE starts_with(datname, @prefix))
               AND NOT EXISTS (SELECT FROM pg_roles WHERE starts_with(rolname, @prefix))
               AND pg_try_advisory_lock(@lockClass, @number)
            """,
            new { prefix = PrefixOf(number), lockClass = LockClass, number }, cancellationToken: cancellation)).ConfigureAwait(false)
        && await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = @lockClass AND objid = @number AND pid = pg_backend_pid())",
            new { lockClass = LockClass, number }, cancellationToken: cancellation)).ConfigureAwait(false);

    private async Task KeepAsync()
    {
        using var beats = new PeriodicTimer(Beat);
        var lost = false;
        try
        {
            while (await beats.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                try
                {
                    if (_connection.State != System.Data.ConnectionState.Open)
                    {
                        await _connection.CloseAsync().ConfigureAwait(false);
                        await _connection.OpenAsync(_closing.Token).ConfigureAwait(false);
                    }

                    // Taken anew where the session is new; where it is the old one, this is its proof of life.
                    var held = new CommandDefinition(
                        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = @lockClass AND objid = @number AND pid = pg_backend_pid()) OR pg_try_advisory_lock(@lockClass, @number)",
                        new { lockClass = LockClass, number = _number }, cancellationToken: _closing.Token);
                    await _connection.ExecuteScalarAsync<bool>(held).ConfigureAwait(false);
                    lost = false;
                }
                catch (Exception failure) when (AdminTarget.IsServerTrouble(failure))
                {
                    if (!lost) _log.LogWarning(failure, "The session that marks this lab as alive was lost; it is opened again as soon as the server lets it");
                    lost = true;
                }
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The lab ends.
        }
    }
}
