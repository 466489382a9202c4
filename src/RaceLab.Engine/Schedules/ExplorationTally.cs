using System.Numerics;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;
using RaceLab.Engine.Races;

namespace RaceLab.Engine.Schedules;

/// <summary>Collects what executed schedules ended as, and counts the orders that each stands for.</summary>
internal sealed class ExplorationTally(Func<ProgramStep, ProgramStep, bool> independent, Likeness alike, int sessions)
{
    private readonly List<Run> _runs = [];
    private bool _retriesCut;

    public int Runs => _runs.Count;

    public void Add(List<Turn> turns, ScheduleResult result, bool retriesCut)
    {
        _runs.Add(new Run(turns, result));
        _retriesCut |= retriesCut;
    }

    public Exploration Summarize(RaceRequest request)
    {
        // How many turns each session is given: as many as the longest attempt of its role took.
        var program = request.Strategy.Program;
        // Each actor of the environment as many as it ever took.
        var actors = Math.Max(sessions, _runs.Max(r => r.Turns.Select(t => t.Session).DefaultIfEmpty().Max()));
        var longest = Enumerable.Range(1, actors).Select(s => (Role: RoleOf(s), Turns: _runs.Max(r => r.Turns.Count(t => t.Session == s)))).ToList();
        var turns = longest.Select(l => longest.Where(o => o.Role == l.Role).Max(o => o.Turns)).ToList();
        var names = alike.Namings(sessions);
        var weighed = _runs.Select(run => (Run: run, Orders: OrdersOf(run, turns) * names)).ToList();
        var ends = weighed
            .GroupBy(w => KeyOf(w.Run.Result))
            .Select(group => (group.Key, Outcome: Outcome([.. group])))
            .OrderByDescending(e => e.Outcome.IsViolation)
            .ThenByDescending(e => e.Outcome.Orders)
            .ToList();
        var outcomes = ends.ConvertAll(e => e.Outcome);
        var places = ends.Select((e, i) => (e.Key, i)).ToDictionary(e => e.Key, e => e.i);
        var all = OrderCount.All(turns);
        var played = weighed.Aggregate(BigInteger.Zero, (sum, w) => sum + w.Orders);
        return new Exploration
        {
            Scenario = request.Scenario.Id,
            Strategy = request.Strategy.Id,
            Sessions = sessions,
            Orders = all,
            Infeasible = all - played,
            Runs = _runs.Count,
            Outcomes = outcomes,
            Schedules =
            [
                .. weighed.Take(Explorer.KeptSchedules).Select(w => new ExploredSchedule(Entries(w.Run), places[KeyOf(w.Run.Result)], w.Orders)),
            ],
            Invariants = [.. request.Scenario.Invariants.Select(i => Judge(i, request.Strategy.Promises[i.Name], outcomes))],
            Elapsed = TimeSpan.Zero,
            PostgresVersion = "",
            Engine = RaceEngine.Wire,
            RetriesAtMost = Explorer.RetriesAtMost,
            RetriesCut = _retriesCut,
            IsComplete = true,
        };

        // The standby is one of a kind; the leases that run out are as alike as the sessions that hold them.
        (Role? Of, bool IsTime) RoleOf(int actor) => actor <= sessions ? (program.RoleOf(actor), false)
            : actor == sessions + 1 ? (null, true)
            : (program.RoleOf(actor - sessions - 1), true);
    }

    private static ExploredInvariant Judge(Invariant invariant, Promise promise, List<ExploredOutcome> outcomes)
    {
        var orders = outcomes.Where(o => o.Violations[invariant.Name] > 0).Aggregate(BigInteger.Zero, (sum, o) => sum + o.Orders);
        return new ExploredInvariant(invariant.Name, invariant.Title, promise, RaceTable.VerdictOf(promise, orders > 0 ? 1 : 0), orders);
    }

    private static string KeyOf(ScheduleResult result) => string.Join('|',
        result.Rows,
        string.Join(',', result.Invariants.Select(i => i.Violations)),
        string.Join(',', Told(result)),
        string.Join(',', SqlStates(result)),
        result.Played.Any(p => p.BlockedBy.Count > 0));

    private static IEnumerable<string> Told(ScheduleResult result) =>
        result.Outcomes.Select(o => o.ToString().ToLowerInvariant()).Order(StringComparer.Ordinal);

    private static IEnumerable<string> SqlStates(ScheduleResult result) =>
        result.Played.Where(p => p.Error is not null).Select(p => p.Error!.Value.SqlState).Order(StringComparer.Ordinal);

    private static ExploredOutcome Outcome(IReadOnlyList<(Run Run, BigInteger Orders)> runs)
    {
        var result = runs[0].Run.Result;
        return new ExploredOutcome(
            result.Rows,
            result.Invariants.ToDictionary(i => i.Name, i => i.Violations),
            [.. Told(result)],
            [.. SqlStates(result)],
            result.Played.Any(p => p.BlockedBy.Count > 0),
            runs.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Orders),
            runs.Count,
            [.. runs.MinBy(r => r.Run.Turns.Count).Run.Turns.Select(t => ScheduledStep.For(t.Session, t.Step))]);
    }

    /// <summary>A session's statements come back in the order in which it sent them, whatever the others do meanwhile.</summary>
    private static List<ExploredEntry> Entries(Run run)
    {
        var answers = run.Result.Played.GroupBy(p => p.Step).ToDictionary(g => g.Key, g => new Queue<PlayedStep>(g));
        return [.. run.Turns.Select((turn, place) =>
        {
            var entry = ScheduledStep.For(turn.Session, turn.Step);
            return new ExploredEntry(entry, answers[entry].Dequeue().BlockedBy, turn.LetGoBy == Turn.NotReleased ? place : turn.LetGoBy);
        })];
    }

    private BigInteger OrdersOf(Run run, List<int> turns) => OrderCount.Equivalent(
        [.. run.Turns.Select(t => t.Session - 1)],
        (a, b) => run.Turns[b].ReleasedBy == a || !independent(run.Turns[a].Step, run.Turns[b].Step),
        turns,
        alike);

    private sealed record Run(IReadOnlyList<Turn> Turns, ScheduleResult Result);
}
