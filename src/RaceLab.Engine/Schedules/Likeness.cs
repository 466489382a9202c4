using System.Numerics;
using RaceLab.Engine.Content;

namespace RaceLab.Engine.Schedules;

/// <summary>
/// Which sessions would do the same under each other's name, so that one order stands for all that differ only in such names. Sessions of
/// different roles, or in different instances of the application, never are alike; those of one role in one instance are, where the program does not depend on who they are.
/// </summary>
/// <param name="Roles">Sessions that stand so many apart have the same role and instance; null where no two sessions are alike.</param>
/// <param name="Sessions">How many sessions there are: what takes turns behind them is the environment, and like nothing.</param>
internal readonly record struct Likeness(int? Roles, int Sessions = int.MaxValue)
{
    /// <summary>No session is like another.</summary>
    public static Likeness None => new(null);

    /// <summary>The session, from 1, that is like this one and comes before it; null where there is none.</summary>
    public int? Before(int session) => session <= Sessions && session - Roles is { } first and > 0 ? first : null;

    /// <summary>In how many ways sessions that are alike can change names.</summary>
    /// <param name="sessions">How many sessions there are.</param>
    public BigInteger Namings(int sessions)
    {
        // The k-th session of its role may take any of k places among them.
        var ways = BigInteger.One;
        for (var session = 1; session <= sessions; session++) ways *= Roles is { } roles ? ((session - 1) / roles) + 1 : 1;
        return ways;
    }

    /// <summary>The likeness of a strategy's sessions.</summary>
    /// <param name="strategy">What they follow.</param>
    /// <param name="sessions">How many there are.</param>
    /// <param name="anonymous">Whether nothing depends on which session of a role is which.</param>
    public static Likeness Of(Strategy strategy, int sessions, bool anonymous)
    {
        if (!anonymous) return new Likeness(null, sessions);
        var (roles, instances) = (strategy.Program.Roles.Count, strategy.Instances);
        return new Likeness(roles / (int)BigInteger.GreatestCommonDivisor(roles, instances) * instances, sessions);
    }
}
