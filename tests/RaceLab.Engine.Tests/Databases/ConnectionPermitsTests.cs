using System.Collections.Concurrent;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Databases;

public sealed class ConnectionPermitsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_LargeRequestWaits_SmallOneDoesNotOvertake()
    {
        var permits = new ConnectionPermits(10);
        var held = await permits.TakeAsync(6, null, Cancellation);

        var large = permits.TakeAsync(8, null, Cancellation);
        var small = permits.TakeAsync(1, null, Cancellation);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        held.Dispose();
        (await large).Dispose();
        (await small).Dispose();
        Assert.Equal(10, permits.Free);
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_QueueMoves_EachIsToldTheirPlace()
    {
        var permits = new ConnectionPermits(1);
        var (second, third) = (new ConcurrentQueue<int>(), new ConcurrentQueue<int>());
        var held = await permits.TakeAsync(1, _ => Assert.Fail("Who need not wait has no place."), Cancellation);
        var first = permits.TakeAsync(1, null, Cancellation);
        var two = permits.TakeAsync(1, second.Enqueue, Cancellation);
        var three = permits.TakeAsync(1, third.Enqueue, Cancellation);

        held.Dispose();
        (await first).Dispose();
        (await two).Dispose();
        (await three).Dispose();

        Assert.Equal([2, 1], second);
        Assert.Equal([3, 2, 1], third);
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_FirstInQueueCancelled_TheNextThatFitsGoesIn()
    {
        var permits = new ConnectionPermits(4);
        using var held = await permits.TakeAsync(3, null, Cancellation);
        using var change = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var large = permits.TakeAsync(4, null, change.Token);
        var small = permits.TakeAsync(1, null, Cancellation);

        await change.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        Assert.Equal(1, permits.Free);
    }

    [Fact(Timeout = 10_000)]
    public async Task Dispose_Twice_GivesBackOnce()
    {
        var permits = new ConnectionPermits(5);
        var lease = await permits.TakeAsync(2, null, Cancellation);
        lease.Dispose();
        lease.Dispose();
        Assert.Equal(5, permits.Free);
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_MoreThanThereAre_IsRefusedInWords()
    {
        var permits = new ConnectionPermits(20);
        var refusal = await Assert.ThrowsAsync<ServerRefusedException>(() => permits.TakeAsync(21, null, Cancellation));
        Assert.Contains("20 connections", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => permits.TakeAsync(0, null, Cancellation));
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_Alone_WaitsForLoadAndKeepsItOut()
    {
        var permits = new ConnectionPermits(10);
        var places = new ConcurrentQueue<int>();
        var load = await permits.TakeAsync(1, null, Cancellation);
        var alone = permits.TakeAsync(2, PermitUse.Alone, places.Enqueue, Cancellation);
        var after = permits.TakeAsync(1, null, Cancellation);
        var alsoAlone = permits.TakeAsync(1, PermitUse.Alone, null, Cancellation);
        Assert.False(alone.IsCompleted);
        Assert.False(after.IsCompleted, "There is room for it, but it came later.");
        Assert.Equal([1], places);

        load.Dispose();
        var measuring = await alone;
        Assert.False(after.IsCompleted);

        measuring.Dispose();
        var loading = await after;
        Assert.False(alsoAlone.IsCompleted);

        loading.Dispose();
        (await alsoAlone).Dispose();
        Assert.Equal(10, permits.Free);
        (await permits.TakeAsync(10, null, Cancellation)).Dispose();
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_IdleSessions_NeitherHoldUpWhoIsAloneNorWaitForThem()
    {
        var permits = new ConnectionPermits(10);
        using var idle = await permits.TakeAsync(4, PermitUse.Idle, null, Cancellation);
        using var alone = await permits.TakeAsync(5, PermitUse.Alone, null, Cancellation).WaitAsync(Cancellation);
        (await permits.TakeAsync(1, PermitUse.Idle, null, Cancellation)).Dispose();

        var tooMany = permits.TakeAsync(2, PermitUse.Idle, null, Cancellation);
        Assert.False(tooMany.IsCompleted, "Connections are still counted.");
        alone.Dispose();
        (await tooMany).Dispose();
    }

    [Fact(Timeout = 10_000)]
    public async Task TakeAsync_IdleSessions_PassThoseWhoWaitForQuietAndTakeNothingFromThem()
    {
        var permits = new ConnectionPermits(10);
        using var load = await permits.TakeAsync(2, PermitUse.Load, null, Cancellation);
        var alone = permits.TakeAsync(5, PermitUse.Alone, null, Cancellation);
        var behind = permits.TakeAsync(1, PermitUse.Load, null, Cancellation);
        var first = await permits.TakeAsync(2, PermitUse.Idle, null, Cancellation).WaitAsync(Cancellation);

        var tooMany = permits.TakeAsync(1, PermitUse.Idle, null, Cancellation);
        Assert.False(tooMany.IsCompleted, "Those before it would have to wait for this connection, too.");
        first.Dispose();
        using var second = await tooMany.WaitAsync(Cancellation);
        Assert.False(alone.IsCompleted || behind.IsCompleted, "The load is still there.");
        load.Dispose();
        (await alone).Dispose();
        (await behind).Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task TakeAsync_FromManyThreads_NeverGivesMoreThanThereAre()
    {
        var permits = new ConnectionPermits(7);
        var (inUse, most, company) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 500; i++)
            {
                var count = random.Next(1, 8);
                using var change = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                var use = (PermitUse)random.Next(3);
                var taking = permits.TakeAsync(count, use, place => Assert.InRange(place, 1, 8), change.Token);
                if (random.Next(4) == 0) await change.CancelAsync();
                try
                {
                    using var lease = await taking;
                    var now = Interlocked.Add(ref inUse, count);
                    for (var seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);

                    // Whoever loads counts 1, whoever is alone counts 100: 100 and anything beside it would be seen.
                    var weight = use switch { PermitUse.Load => 1, PermitUse.Alone => 100, _ => 0 };
                    if (Interlocked.Add(ref company, weight) > 100) Assert.Fail("Somebody is beside one who asked to be alone.");
                    await Task.Yield();
                    Interlocked.Add(ref company, -weight);
                    Interlocked.Add(ref inUse, -count);
                }
                catch (OperationCanceledException) when (change.IsCancellationRequested)
                {
                }
            }
        }, Cancellation)));
        Assert.InRange(most, 1, 7);
        Assert.Equal(7, permits.Free);
    }
}
