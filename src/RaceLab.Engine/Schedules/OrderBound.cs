using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Schedules;

/// <summary>What can be said of an exploration's number of orders before it is over, or of what that number is made of.</summary>
public static class OrderBound
{
    /// <summary>
    /// How many orders there are at most when sessions explore a strategy, from the structure of its program. Null where that does not tell: loops have as many
    /// rounds as their lists have items, and a standby or a lease that runs out takes turns of its own.
    /// </summary>
    /// <param name="scenario">How often attempts arrive.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">How many sessions.</param>
    /// <param name="retriesAtMost">How often a block is run again at most.</param>
    public static BigInteger? Of(Scenario scenario, Strategy strategy, int sessions, int retriesAtMost = Explorer.RetriesAtMost)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(strategy);
        var program = strategy.Program;
        if (program.Services.Contains(LabService.Replica) || program.Steps.Any(s => s.Gate is { Lease.MayRunOut: true })) return null;
        var turns = new List<int>();
        for (var session = 1; session <= sessions; session++)
        {
            var role = program.RoleOf(session).Name;
            var most = LongestAttempt.TurnsAtMost(program.Written.First(r => r.Name == role), retriesAtMost, scenario.Deliveries);
            if (most is not <= MostTurns) return null;
            turns.Add((int)most);
        }

        return OrderCount.All(turns);
    }

    /// <summary>How many schedules an exploration executes at most: one for each order, and never more than <see cref="Explorer.MaximumRuns"/>.</summary>
    /// <param name="scenario">How often attempts arrive.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="sessions">How many sessions.</param>
    public static int RunsAtMost(Scenario scenario, Strategy strategy, int sessions) =>
        Of(scenario, strategy, sessions) is { } orders && orders < Explorer.MaximumRuns ? (int)orders : Explorer.MaximumRuns;

    /// <summary>
    /// Whether sessions ran blocks again, so that the turns of their further tries are among those whose orders were counted. Looked for in the schedules that are kept.
    /// </summary>
    /// <param name="explored">What was counted.</param>
    /// <param name="program">What the sessions followed.</param>
    public static bool CountsRetries(Exploration explored, StepProgram program)
    {
        ArgumentNullException.ThrowIfNull(explored);
        ArgumentNullException.ThrowIfNull(program);
        if (explored.RetriesCut) return true;
        if (!program.Blocks.Any(b => b.Retry is not null)) return false;

        // A loop and a delivery send the same steps again as well.
        var once = program.Steps.Where(s => s.Each is null).Select(s => s.Name).ToHashSet();
        return explored.Schedules.Select(s => s.Entries.Select(e => e.Step)).Concat(explored.Outcomes.Select(o => (IEnumerable<ScheduledStep>)o.Witness)).Any(Repeats);

        bool Repeats(IEnumerable<ScheduledStep> entries)
        {
            var sent = new HashSet<ScheduledStep>();
            foreach (var entry in entries)
            {
                if (entry.Receiver is { } receiver) sent.RemoveWhere(s => s.Session == receiver);
                else if (!entry.IsTimesOwn && once.Contains(entry.Step) && !sent.Add(entry)) return true;
            }

            return false;
        }
    }

    /// <summary>Beyond any strategy that can be explored: whoever has more has too many orders to be worth a number.</summary>
    private const int MostTurns = 1_000;
}
