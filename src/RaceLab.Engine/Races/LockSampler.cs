using System.Diagnostics;
using Npgsql;
using RaceLab.Engine.Autopsies;

namespace RaceLab.Engine.Races;

/// <summary>
/// Looks at the lock tables from outside while a race runs, a few times a second: who waits, and for whom
/// (<see href="https://www.postgresql.org/docs/current/monitoring-stats.html">pg_stat_activity</see>,
/// <see href="https://www.postgresql.org/docs/current/functions-info.html">pg_blocking_pids</see>). What happens between two looks it cannot see. It never disturbs the race: where it
/// fails, the race goes on without it, and says so; its database is then not looked at for its size either (<see cref="SizeWatch"/>).
/// </summary>
internal sealed class LockSampler : IAsyncDisposable
{
    /// <summary>The time between two looks, at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Of its time, a look may take one part in so many: where the server is slow, looks are fewer.</summary>
    private const int Moderation = 20;

    /// <summary>Of the time of a lab in which more races than so many are looked at, each has its part only: every look goes through all sessions of the server.</summary>
    private const int FullParts = 4;

    private const int MostSeen = 20_000;

    // pg_blocking_pids stops the whole lock manager for a moment: it is asked about a few waiting processes, and about none where nobody waits.
    private const string Waiting = """
        SELECT pid, wait_event, pg_catalog.pg_blocking_pids(pid)
        FROM (SELECT pid, wait_event FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 32) AS waiting
        """;

    private static int _looking;

    private readonly NpgsqlConnection? _connection;
    private readonly List<SeenWait> _seen = [];
    private string? _problem;
    private int _looks;
    private TimeSpan _elapsed;

    private LockSampler(NpgsqlConnection? connection, string? problem) => (_connection, _problem) = (connection, problem);

    /// <summary>Waits that were seen, in the order of time. To be read when <see cref="RunAsync"/> has ended.</summary>
    public IReadOnlyList<SeenWait> Seen => _seen;

    /// <summary>How often it looked.</summary>
    public LockLooks Looks => new(_looks, _looks == 0 ? 0 : _elapsed.TotalMilliseconds / _looks, _problem);

    /// <summary>Connects as the lab. Where that fails there will be no looks.</summary>
    public static async Task<LockSampler> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return new LockSampler(connection, null);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            return new LockSampler(null, $"The lock tables could not be looked at: {failure.Message}");
        }
    }

    /// <summary>Looks again and again until the race has ended. Never fails.</summary>
    /// <param name="track">Whose time it is.</param>
    /// <param name="workers">Whose waits are looked for.</param>
    /// <param name="size">Looks on the same connection, between two looks.</param>
    /// <param name="ended">The race has ended.</param>
    public async Task RunAsync(RaceTrack track, IReadOnlyList<RaceWorker> workers, SizeWatch size, CancellationToken ended)
    {
        if (_connection is null) return;
        var began = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _looking);
        try
        {
            await using var command = new NpgsqlCommand(Waiting, _connection);
            await command.PrepareAsync(ended).ConfigureAwait(false);
            while (!ended.IsCancellationRequested)
            {
                var look = Stopwatch.GetTimestamp();
                if (_seen.Count < MostSeen)
                {
                    await LookAsync(command, track, workers, ended).ConfigureAwait(false);
                    _elapsed = Stopwatch.GetElapsedTime(began);
                    _looks++;
                }

                await size.LookAsync(_connection, ended).ConfigureAwait(false);
                var rest = Stopwatch.GetElapsedTime(look) * Moderation * Math.Max(1, Volatile.Read(ref _looking) / FullParts);
                await Task.Delay(rest > Interval ? rest : Interval, track.Time, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The race is over.
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            _problem = $"From some time on the lock tables could not be looked at: {failure.Message}";
        }
        finally
        {
            Interlocked.Decrement(ref _looking);
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task LookAsync(NpgsqlCommand command, RaceTrack track, IReadOnlyList<RaceWorker> workers, CancellationToken ended)
    {
        var before = track.Now();
        await using var reader = await command.ExecuteReaderAsync(ended).ConfigureAwait(false);
        if (!await reader.ReadAsync(ended).ConfigureAwait(false)) return;
        var at = LiveTrack.Us(before + ((track.Now() - before) / 2));
        var numbers = new Dictionary<int, int>();
        foreach (var worker in workers)
            if (worker.ProcessId is { } process) numbers[process] = worker.Number + 1;
        do
        {
            if (!numbers.TryGetValue(reader.GetInt32(0), out var waiter)) continue;
            var holders = reader.GetFieldValue<int[]>(2).Where(numbers.ContainsKey).Select(pid => numbers[pid]).Distinct().ToArray();
            _seen.Add(new SeenWait(waiter, at, reader.IsDBNull(1) ? "" : reader.GetString(1), holders));
        }
        while (await reader.ReadAsync(ended).ConfigureAwait(false));
    }
}
