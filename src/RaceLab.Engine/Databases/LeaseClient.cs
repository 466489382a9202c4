using System.Globalization;
using System.Security.Cryptography;
using RaceLab.Engine.Clusters;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Sessions;
using StackExchange.Redis;

namespace RaceLab.Engine.Databases;

/// <summary>
/// Takes leases in Redis for one worker or session, and gives them back
/// (<see href="https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/">distributed locks with Redis</see>).
/// </summary>
/// <param name="connection">Shared by all of a race; stays the caller's. A lease that is still held stays until it runs out: so it is when an application dies.</param>
/// <param name="prefix">Keeps its race apart from every other one that uses the same Redis.</param>
/// <param name="book">Where sessions are stepped; null in a race.</param>
internal sealed class LeaseClient(RedisConnection connection, string prefix, LeaseBook? book)
{
    /// <summary>How long a worker asks for a lease before it gives up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>SQLSTATE <c>lock_not_available</c>: Redis has no such codes, and this is what it means.</summary>
    private const string NotAvailable = "55P03";

    // Compares and deletes in one go: between two commands somebody else could have got the lease.
    private const string Compare = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

    private const int LongestWaitMs = 16;
    private static readonly TimeSpan SteppedPoll = TimeSpan.FromMilliseconds(1);

    /// <summary>Longer than any run is stepped or explored: there a lease runs out by a turn and never by itself. It goes in the end, even if the lab is killed.</summary>
    private static readonly TimeSpan SteppedLength = TimeSpan.FromHours(6);

    private readonly List<LeaseHold> _held = [];

    /// <summary>Takes a lease, waiting for it while somebody else holds it.</summary>
    /// <exception cref="ServerRefusedException">Redis is gone.</exception>
    public async ValueTask<StatementResult> TakeAsync(Gate gate, string?[] values, CancellationToken cancellation)
    {
        var hold = new LeaseHold(ActorOf(values), NameOf(gate, values), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), gate.Lease!.Length);
        try
        {
            if (!await (book is null ? PollAsync(hold, cancellation) : AwaitTurnAsync(hold, book, cancellation)).ConfigureAwait(false))
                return new StatementResult(StatementEnd.Rejected, 0, new SqlError(NotAvailable, null, $"The lease was not to be had within {Patience.TotalSeconds} s."));
            _held.Add(hold);
            return new StatementResult(StatementEnd.Answered, 1);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new StatementResult(StatementEnd.Lost, 0);
        }
    }

    /// <summary>Gives a lease back: with its token only if it is still the one that was taken, without it whosever it is by now.</summary>
    /// <returns>Rows: how many leases that freed, 0 or 1.</returns>
    /// <exception cref="ServerRefusedException">Redis is gone.</exception>
    public async ValueTask<StatementResult> GiveBackAsync(Gate gate, string?[] values)
    {
        var name = NameOf(gate, values);
        var at = _held.FindLastIndex(h => h.Name == name);
        var hold = _held[at];
        _held.RemoveAt(at);
        return new StatementResult(StatementEnd.Answered, await GiveBackAsync(hold, gate.Lease!.IsReleasedByToken).ConfigureAwait(false));
    }

    /// <summary>The attempt has failed and its application lives on: what it holds is given back, as a 'finally' does it.</summary>
    public async Task GiveBackAllAsync()
    {
        foreach (var hold in _held) await GiveBackAsync(hold, byToken: true).ConfigureAwait(false);
        _held.Clear();
    }

    /// <summary>A lease runs out, because its time is up: nobody asks its holder.</summary>
    public static async Task ExpireAsync(RedisConnection connection, LeaseBook book, LeaseHold hold)
    {
        await DeleteByTokenAsync(connection, hold).ConfigureAwait(false);
        book.Remove(hold.Name, hold.Token);
    }

    private static async Task<bool> DeleteByTokenAsync(RedisConnection connection, LeaseHold hold) =>
        (bool)await connection.AskAsync(redis => redis.ScriptEvaluateAsync(Compare, [hold.Name], [hold.Token])).ConfigureAwait(false);

    private async Task<long> GiveBackAsync(LeaseHold hold, bool byToken)
    {
        // Asked before: the moment it is free, somebody who waits may have it.
        var token = byToken ? hold.Token : book?.TokenOf(hold.Name);
        var freed = await (byToken ? DeleteByTokenAsync(connection, hold) : connection.AskAsync(redis => redis.KeyDeleteAsync(hold.Name))).ConfigureAwait(false);
        book?.Remove(hold.Name, token);
        return freed ? 1 : 0;
    }

    private async Task<bool> PollAsync(LeaseHold hold, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var wait = 1; !await TryAsync(hold, hold.Length).ConfigureAwait(false); wait = Math.Min(wait * 2, LongestWaitMs))
        {
            if (patience.IsCancellationRequested) return false;

            // Whoever waits comes at different moments, or all would come at the same one again.
            await Task.Delay(TimeSpan.FromMilliseconds((wait / 2.0) + (Random.Shared.NextDouble() * wait)), cancellation).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<bool> AwaitTurnAsync(LeaseHold hold, LeaseBook queue, CancellationToken cancellation)
    {
        var got = false;
        queue.Wait(hold.Actor, hold.Name);
        try
        {
            while (!queue.IsNext(hold.Actor, hold.Name) || !await TryAsync(hold, SteppedLength).ConfigureAwait(false))
                await Task.Delay(SteppedPoll, cancellation).ConfigureAwait(false);
            return got = true;
        }
        finally
        {
            queue.StopWaiting(hold.Actor, hold.Name, got ? hold : null);
        }
    }

    private Task<bool> TryAsync(LeaseHold hold, TimeSpan length) => connection.AskAsync(redis => redis.StringSetAsync(hold.Name, hold.Token, length, When.NotExists));

    // The number that its statements see as @worker.
    private static int ActorOf(string?[] values) => int.Parse(values[2]!, CultureInfo.InvariantCulture);

    private string NameOf(Gate gate, string?[] values) => $"{prefix}:{values[gate.Slot]}";
}
