namespace RaceLab.Engine.Programs;

/// <summary>How many turns an attempt of a role can take at most in a schedule, as far as the program's structure tells.</summary>
public static class LongestAttempt
{
    /// <summary>
    /// An upper bound, since steps that exclude each other are counted one after another. Pauses and back-offs take no turn. Null where only running it
    /// tells: a loop has as many rounds as its list has items.
    /// </summary>
    /// <param name="role">The steps of the role.</param>
    /// <param name="retriesAtMost">How often a block is run again at most, whatever its own rule allows beyond that.</param>
    /// <param name="deliveries">How often an attempt arrives at most; each arrival after the first takes a turn, too.</param>
    public static long? TurnsAtMost(RoleSteps role, int retriesAtMost, int deliveries)
    {
        ArgumentNullException.ThrowIfNull(role);
        return Of(role.Steps, retriesAtMost) is { } once ? (once * deliveries) + deliveries - 1 : null;
    }

    private static long? Of(IReadOnlyList<Step> steps, int retriesAtMost) =>
        steps.Aggregate((long?)0, (sum, step) => sum + Of(step, retriesAtMost));

    private static long? Of(Step step, int retriesAtMost) => step switch
    {
        SqlStep or CrashStep => 1,
        PauseStep or SayStep => 0,
        WithinStep within => (Of(within.Steps, retriesAtMost) + Edges(within.Kind)) * (1 + Math.Min(within.Retry?.AtMost ?? 0, retriesAtMost)),
        _ => null,
    };

    /// <summary>A block is entered and left. A savepoint whose RELEASE is rejected is rolled back to after that; a transaction whose COMMIT is rejected is over.</summary>
    private static long Edges(BlockKind kind) => kind == BlockKind.Savepoint ? 3 : 2;
}
