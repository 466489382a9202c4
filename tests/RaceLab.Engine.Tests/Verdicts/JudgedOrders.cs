using System.Globalization;
using System.Numerics;
using RaceLab.Engine.Databases;
using RaceLab.Engine.Footprints;
using RaceLab.Engine.Races;
using RaceLab.Engine.Schedules;
using RaceLab.Engine.Sessions;

namespace RaceLab.Engine.Tests.Verdicts;

/// <summary>What somebody says about all orders of a program, in a form in which two judges can be compared line by line.</summary>
/// <param name="Orders">All of them.</param>
/// <param name="Infeasible">Those that cannot be played.</param>
/// <param name="Lines">One for each end and one for each invariant, sorted.</param>
internal sealed record JudgedOrders(BigInteger Orders, BigInteger Infeasible, IReadOnlyList<string> Lines)
{
    /// <summary>How many schedules were played for it.</summary>
    public int Runs { get; private init; }

    /// <summary>What an exploration says.</summary>
    public static JudgedOrders Of(Exploration explored) => new(explored.Orders, explored.Infeasible,
    [
        .. explored.Outcomes.Select(o => EndLine(o.Rows, o.Violations, o.Told, o.SqlStates, o.Waits, o.Orders)).Order(StringComparer.Ordinal),
        .. explored.Invariants.Select(i => InvariantLine(i.Name, i.Verdict, i.Orders)),
    ])
    {
        Runs = explored.Runs,
    };

    /// <summary>What schedules say that were all played, each with the number of orders that it is.</summary>
    public static JudgedOrders Of(GeneratedProgram program, BigInteger all, IReadOnlyList<(ScheduleResult Result, BigInteger Orders)> played)
    {
        var ends = played.GroupBy(p => EndLine(p.Result, BigInteger.Zero), (_, same) => EndLine(same.First().Result, Sum(same.Select(s => s.Orders))));
        var invariants = program.Scenario.Invariants.Select(i =>
        {
            var breaking = Sum(played.Where(p => p.Result.Invariants.Single(r => r.Name == i.Name).Violations > 0).Select(p => p.Orders));
            return InvariantLine(i.Name, RaceTable.VerdictOf(program.Strategy.Promises[i.Name], breaking > 0 ? 1 : 0), breaking);
        });
        return new JudgedOrders(all, all - Sum(played.Select(p => p.Orders)), [.. ends.Order(StringComparer.Ordinal), .. invariants]) { Runs = played.Count };
    }

    /// <summary>Whether both say the same.</summary>
    public bool Agrees(JudgedOrders other) => Orders == other.Orders && Infeasible == other.Infeasible && Lines.SequenceEqual(other.Lines);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Orders} orders, {Infeasible} infeasible\n  {string.Join("\n  ", Lines)}");

    private static string EndLine(ScheduleResult result, BigInteger orders) => EndLine(
        result.Rows,
        result.Invariants.ToDictionary(i => i.Name, i => i.Violations),
        result.Outcomes.Select(o => o.ToString().ToLowerInvariant()).Order(StringComparer.Ordinal),
        result.Played.Where(p => p.Error is not null).Select(p => p.Error!.Value.SqlState).Order(StringComparer.Ordinal),
        result.Played.Any(p => p.BlockedBy.Count > 0),
        orders);

    private static string EndLine(long rows, IReadOnlyDictionary<string, long> violations, IEnumerable<string> told, IEnumerable<string> sqlStates, bool waits, BigInteger orders) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{rows} rows, {string.Join(", ", violations.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key} {v.Value}"))}, told {string.Join(' ', told)}, [{string.Join(' ', sqlStates)}], {(waits ? "waits" : "no wait")}: {orders}");

    private static string InvariantLine(string name, Verdict verdict, BigInteger orders) => string.Create(CultureInfo.InvariantCulture, $"'{name}' {verdict}, broken by {orders}");

    private static BigInteger Sum(IEnumerable<BigInteger> numbers) => numbers.Aggregate(BigInteger.Zero, (sum, n) => sum + n);
}

/// <summary>A program has more schedules than a judge is given: its retries make more turns than the file tells.</summary>
internal sealed class TooManyOrdersException() : Exception("The program has more schedules than a judge plays.");

/// <summary>Of some statement nothing is known, so the explorer plays every order itself, and brute force would play the same ones.</summary>
internal sealed class NothingReducedException() : Exception("Nothing is reduced.");

/// <summary>The judges: the explorer as everybody has it, the explorer without any reduction, and each order by itself on a new database with new connections.</summary>
internal sealed class Judges(TestPostgres postgres, CancellationToken cancellation)
{
    /// <summary>The most schedules that a judge plays of one program.</summary>
    private const int MostRuns = 1_000;

    private Explorer Lab => new(postgres.Lab, TimeProvider.System);

    /// <summary>What the lab tells people, and what brute force says, on one stage: most of the time of a short program goes into connecting.</summary>
    /// <exception cref="NothingReducedException">The lab leaves out no order, so that both would play the same ones.</exception>
    /// <exception cref="ServerRefusedException">The lab does not explore it, or not at once.</exception>
    public async Task<(JudgedOrders Reduced, JudgedOrders BruteForce)> BothAsync(GeneratedProgram program)
    {
        var request = ScheduleRunner.RequestFor(program.Scenario, program.Strategy, program.Sessions);
        JudgedOrders? reduced = null;
        var brute = await LimitedAsync(async (progress, enough) =>
        {
            await using var stage = await FullServer.OutlastAsync(
                () => Stage.OpenAsync(postgres.Lab, request, Explorer.Settings, TimeProvider.System, enough), null, FullServer.Patience, TimeProvider.System, enough);
            if (stage.Footprint is { Refusal: null, IsKnown: false }) throw new NothingReducedException();
            reduced = JudgedOrders.Of(await Explorer.ExploreAsync(stage, request, Reduction.Of, progress));
            await stage.ResetAsync();
            return await Explorer.ExploreAsync(stage, request, static _ => Reduction.None, progress);
        });
        return (reduced!, JudgedOrders.Of(brute));
    }

    /// <summary>What the lab tells people.</summary>
    public async Task<JudgedOrders> ReducedAsync(GeneratedProgram program) => JudgedOrders.Of(await LimitedAsync((progress, enough) =>
        Lab.ExploreAsync(program.Scenario, program.Strategy, program.Sessions, progress, enough)));

    /// <summary>Every order by itself, with the explorer's own way back to the start.</summary>
    public Task<JudgedOrders> BruteForceAsync(GeneratedProgram program) => WithAsync(program, static _ => Reduction.None);

    /// <summary>With another idea of which orders stand for others.</summary>
    public async Task<JudgedOrders> WithAsync(GeneratedProgram program, Func<ProgramFootprint, Reduction> reduce) => JudgedOrders.Of(await LimitedAsync((progress, enough) =>
        Lab.ExploreAsync(program.Scenario, program.Strategy, program.Sessions, reduce, progress, enough)));

    /// <summary>Every order, each in a database of its own over connections of its own. It shares neither the search nor the way back to the start with the explorer.</summary>
    public Task<JudgedOrders> AfreshAsync(GeneratedProgram program) => AfreshAsync(program, MostRuns);

    /// <summary>The first order only, which tells whether the program can be played at all.</summary>
    public Task<JudgedOrders> OneAfreshAsync(GeneratedProgram program) => AfreshAsync(program, 1);

    private async Task<JudgedOrders> AfreshAsync(GeneratedProgram program, int most)
    {
        var request = ScheduleRunner.RequestFor(program.Scenario, program.Strategy, program.Sessions);
        var settings = new StageSettings { RetriesAtMost = Explorer.RetriesAtMost, DeadlockTimeout = ScheduleRunner.DeadlockTimeout };
        var played = new List<(List<int> Turns, ScheduleResult Result)>();
        var untried = new Stack<int[]>([[]]);
        while (played.Count < most && untried.TryPop(out var beginning))
        {
            await using var stage = await FullServer.OutlastAsync(
                () => Stage.OpenAsync(postgres.Lab, request, settings, TimeProvider.System, cancellation), null, FullServer.Patience, TimeProvider.System, cancellation);
            var turns = new List<int>();
            do
            {
                while (stage.Sessions.Where(s => s.MayTakeTurn).Select(s => s.Number).ToList() is { Count: > 0 } ready)
                {
                    var next = turns.Count < beginning.Length ? beginning[turns.Count] : ready[0];
                    Assert.Contains(next, ready);
                    if (turns.Count >= beginning.Length)
                        foreach (var other in ready.Skip(1)) untried.Push([.. turns, other]);
                    turns.Add(next);
                    await stage.TakeTurnAsync(stage.Sessions[next - 1]);
                }
            }
            while (await stage.AwaitReleaseAsync());

            played.Add((turns, await stage.JudgeAsync()));
        }

        if (played.Count == MostRuns && untried.Count > 0) throw new TooManyOrdersException();
        return Counted(program, played);
    }

    /// <summary>Every session has as many turns as its role ever took; the turns of one that has ended are empty, and may stand anywhere behind its last one.</summary>
    private static JudgedOrders Counted(GeneratedProgram program, List<(List<int> Turns, ScheduleResult Result)> played)
    {
        var longest = Enumerable.Range(1, program.Sessions).Select(s => played.Max(p => p.Turns.Count(t => t == s))).ToList();
        var roles = program.Strategy.Program.Roles.Count;
        List<int> turns = [.. longest.Select((_, i) => longest.Where((_, j) => j % roles == i % roles).Max())];
        return JudgedOrders.Of(program, OrderCount.All(turns),
            [.. played.Select(p => (p.Result, OrderCount.Equivalent([.. p.Turns.Select(t => t - 1)], static (_, _) => true, turns, Likeness.None)))]);
    }

    private async Task<Exploration> LimitedAsync(Func<IProgress<int>, CancellationToken, Task<Exploration>> explore)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var explored = await explore(new Limit(enough), enough.Token);
            Assert.True(explored.IsComplete);
            return explored;
        }
        catch (Exception failure) when (failure is not NothingReducedException && enough.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TooManyOrdersException();
        }
    }

    private sealed class Limit(CancellationTokenSource enough) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value > MostRuns) enough.Cancel();
        }
    }
}
