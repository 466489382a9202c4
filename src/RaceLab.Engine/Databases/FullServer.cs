using Npgsql;

namespace RaceLab.Engine.Databases;

/// <summary>
/// A server whose connections somebody else has taken (53300): the lab's own budget cannot know of strangers. Waits for room, for a while.
/// </summary>
internal static class FullServer
{
    /// <summary>How long a race waits for room before it gives up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // The routine of the server that checks a role's own limit: messages are translated, SQLSTATEs are one and the same.
    private const string RoleLimit = "InitializeSessionUserId";

    /// <summary>Whether a failure comes from a server without a connection left. A limit of the role, which a strategy may have asked for, is none.</summary>
    public static bool IsCauseOf(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections, Routine: not RoleLimit }) return true;
        return false;
    }

    /// <summary>Does something again and again until the server has room for it. The last failure is thrown when patience ends.</summary>
    /// <param name="work">Leaves nothing open where it fails.</param>
    /// <param name="waiting">Told before each wait.</param>
    /// <param name="patience">The longest time to go on for.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="cancellation">Ends a wait.</param>
    public static async Task<T> OutlastAsync<T>(Func<Task<T>> work, Action? waiting, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception failure) when (IsCauseOf(failure) && time.GetElapsedTime(began) < patience)
            {
                waiting?.Invoke();
            }

            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
    }
}
