using System.Diagnostics;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Tests.Races;

/// <summary>Waits that last as long as they say.</summary>
public sealed class FullDelayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task WaitAsync_ManyAtOnce_NoneIsOverEarly()
    {
        var early = await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            // Waits of different lengths: with one length alone, nearly all end late enough by chance.
            var wait = TimeSpan.FromMilliseconds(4.7 + worker);
            var worst = TimeSpan.MaxValue;
            for (var i = 0; i < 100; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await FullDelay.WaitAsync(wait, Cancellation);
                var over = Stopwatch.GetElapsedTime(started) - wait;
                worst = over < worst ? over : worst;
            }

            return worst;
        }));
        Assert.All(early, over => Assert.True(over >= TimeSpan.Zero, $"{over.TotalMilliseconds} ms"));
    }

    [Fact]
    public void WaitAsync_NothingToWaitFor_IsOverAtOnce()
    {
        Assert.True(FullDelay.WaitAsync(TimeSpan.Zero, Cancellation).IsCompletedSuccessfully);
        Assert.True(FullDelay.WaitAsync(TimeSpan.FromMilliseconds(-1), Cancellation).IsCompletedSuccessfully);
    }

    [Fact(Timeout = 10_000)]
    public async Task WaitAsync_Cancelled_Throws()
    {
        using var cut = new CancellationTokenSource();
        var wait = FullDelay.WaitAsync(TimeSpan.FromHours(1), cut.Token);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
