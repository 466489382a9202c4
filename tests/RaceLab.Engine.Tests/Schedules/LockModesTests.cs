using RaceLab.Engine.Schedules;

namespace RaceLab.Engine.Tests.Schedules;

public class LockModesTests
{
    [Theory]
    [InlineData("AccessShareLock", "ExclusiveLock", false)]
    [InlineData("AccessShareLock", "AccessExclusiveLock", true)]
    [InlineData("RowExclusiveLock", "RowExclusiveLock", false)]
    [InlineData("ShareLock", "ShareLock", false)]
    [InlineData("ShareLock", "RowExclusiveLock", true)]
    [InlineData("ShareRowExclusiveLock", "ShareRowExclusiveLock", true)]
    [InlineData("ExclusiveLock", "ShareLock", true)]
    [InlineData("SIReadLock", "AccessExclusiveLock", false)]
    public void Conflict_TwoModes_IsAsTheManualSays_WhicheverIsHeld(string one, string other, bool conflict)
    {
        Assert.Equal(conflict, LockModes.Conflict(one, other));
        Assert.Equal(conflict, LockModes.Conflict(other, one));
    }
}
