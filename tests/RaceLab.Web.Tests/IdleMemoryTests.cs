using RaceLab.Engine.Databases;
using RaceLab.Web.Hosting;

namespace RaceLab.Web.Tests;

public sealed class IdleMemoryTests
{
    [Fact]
    public async Task Look_AfterLoad_TidiesAndTwiceMoreLaterAndNeverBesideLoad()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var permits = new ConnectionPermits(20);
        var tidied = 0;
        using var memory = new IdleMemory(permits, TimeProvider.System, () => tidied++);
        Assert.False(memory.Look() || memory.Look());

        using (await permits.TakeAsync(9, PermitUse.Load, null, cancellation)) Assert.False(memory.Look() || memory.Look());
        Assert.False(memory.Look());

        // What came and went between two looks was load, too.
        (await permits.TakeAsync(9, PermitUse.Alone, null, cancellation)).Dispose();
        Assert.False(memory.Look());
        Assert.True(memory.Look());
        Assert.False(memory.Look() || memory.Look());

        // Sessions that stand still are no load, neither while they are there nor when they go.
        using (await permits.TakeAsync(3, PermitUse.Idle, null, cancellation)) Assert.False(memory.Look() || memory.Look());
        Assert.True(memory.Look());
        for (var look = 7; look < 21; look++) Assert.False(memory.Look());
        Assert.True(memory.Look());
        for (var look = 0; look < 50; look++) Assert.False(memory.Look());
        Assert.Equal(3, tidied);
    }
}
