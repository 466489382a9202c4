using System.Text.RegularExpressions;
using Npgsql;
using RaceLab.Engine.Content;
using RaceLab.Engine.Programs;

namespace RaceLab.Engine.Footprints;

/// <summary>
/// What the statements of a strategy do, as the server itself tells: the ground on which an exploration may leave out orders, and what has to be put back between two schedules.
/// </summary>
internal sealed partial class ProgramFootprint
{
    // In the order of StepProgram.Inputs.
    private const int AttemptSlot = 1;
    private const int WorkerSlot = 2;

    private readonly StepProgram _program;
    private readonly Footprint?[] _steps;

    private ProgramFootprint(StepProgram program, Footprint?[] steps)
    {
        _program = program;
        _steps = steps;
        ReadsClock = steps.Any(s => s is { ReadsClock: true });
        LocksOutReaders = steps.Any(s => s is { LocksOutReaders: true });
        IsKnown = steps.All(s => s is not { Effect: StatementEffect.Unknown });
    }

    /// <summary>Why the strategy cannot be explored; null where it can.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Why sessions of one role are not taken for alike, in half a sentence; null where they are.</summary>
    public string? WhyNotAlike { get; private init; }

    /// <summary>How the database comes back to where it was before a schedule.</summary>
    public StartOver StartOver { get; private init; }

    /// <summary>Whether a session may play a second schedule: nothing that it did stays with it.</summary>
    public bool KeepsSessions { get; private init; }

    /// <summary>Whether a transaction that asks for no level is SERIALIZABLE.</summary>
    public bool IsSerializable { get; private init; }

    /// <summary>Whether any statement asks when a transaction began.</summary>
    public bool ReadsClock { get; }

    /// <summary>Whether any statement keeps readers out of a table.</summary>
    public bool LocksOutReaders { get; }

    /// <summary>Whether something is known of every statement. Where it is not, one may change what the others mean: a trigger may be made, a view replaced, a path set.</summary>
    public bool IsKnown { get; }

    /// <summary>Why steps are played in every order though some of them may commute, in half a sentence each, by the steps' names.</summary>
    public IEnumerable<string> Unknown => _program.Steps.Where(s => Of(s) is { Effect: StatementEffect.Unknown }).Select(s => $"'{s.Name}': {Of(s)!.Why}");

    /// <summary>Whether a step may be rejected for a value that it meets while its transaction may hold locks: the rejection lets go of them.</summary>
    public bool MayLetGo(ProgramStep step) => step.InTransaction && Of(step) is { MayFail: true }
        && _program.Steps.Any(s => s.Role == step.Role && s.InTransaction && Of(s) is { Effect: not StatementEffect.Reads });

    /// <summary>What a step's statement does; null for a step that has none.</summary>
    public Footprint? Of(ProgramStep step) => step.Index < 0 ? null : _steps[step.Index];

    /// <summary>Asks the server.</summary>
    /// <param name="scenario">Whose queries judge.</param>
    /// <param name="strategy">Whose program.</param>
    /// <param name="connection">Open, as the race's role, with the tables as they are at the start and <c>Include Error Detail</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ProgramFootprint> ReadAsync(Scenario scenario, Strategy strategy, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var steps = strategy.Program.Steps;
        var trees = new ParseNode?[steps.Count];
        var judges = new List<ParseNode?>();
        ParseNode? rows;
        var asking = await ParseTrees.OnAsync(connection, cancellation).ConfigureAwait(false);
        await using (asking.ConfigureAwait(false))
        {
            foreach (var step in steps.Where(s => s is { Kind: StepKind.Statement, Sql: not null })) trees[step.Index] = await asking.AskAsync(step.Sql!, cancellation).ConfigureAwait(false);
            foreach (var invariant in scenario.Invariants) judges.Add(await asking.AskAsync(invariant.Query, 0, cancellation).ConfigureAwait(false));
            rows = await asking.AskAsync(scenario.Rows, 0, cancellation).ConfigureAwait(false);
        }

        var facts = await ServerFacts.ReadAsync(connection, cancellation).ConfigureAwait(false);
        await facts.LearnAsync(connection, trees.Concat(judges).Append(rows).OfType<ParseNode>(), cancellation).ConfigureAwait(false);
        var reader = new FootprintReader(facts);
        var footprints = steps.Select(s => s is { Kind: StepKind.Statement, Sql: { } sql } ? reader.Read(sql, trees[s.Index]) : null).ToArray();
        var known = new Trees(strategy.Program, trees, [.. judges.OfType<ParseNode>()], rows);
        var isKnown = footprints.All(f => f is not { Effect: StatementEffect.Unknown });
        return new ProgramFootprint(strategy.Program, footprints)
        {
            IsSerializable = facts.IsSerializable,
            Refusal = RefusalOf(scenario, strategy, facts) ?? ChanceIn(known, facts, reader.Chance),
            WhyNotAlike = !isKnown || judges.Contains(null) || rows is null || judges.Append(rows).Any(j => reader.Of(j!).Effect == StatementEffect.Unknown)
                ? "what a statement does is not known"
                : await WhyNotAlikeAsync(known, facts, connection, cancellation).ConfigureAwait(false),
            KeepsSessions = footprints.All(f => f is not { LeavesSessionState: true }),
            StartOver = !isKnown || facts.HasFreeSequences ? StartOver.NewDatabase
                : await HasRowsAsync(facts, connection, cancellation).ConfigureAwait(false) ? facts.OtherObjects.Count == 0 ? StartOver.BuildAgain : StartOver.NewDatabase
                : facts.HasUsedSequences ? StartOver.NewDatabase : StartOver.Empty,
        };
    }

    private static async Task<bool> HasRowsAsync(ServerFacts facts, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(facts.AnyRowsQuery, connection);
        await using var disposing = command.ConfigureAwait(false);
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>What reaches beyond the database of a schedule cannot be put back.</summary>
    private static string? RefusalOf(Scenario scenario, Strategy strategy, ServerFacts facts)
    {
        foreach (var step in strategy.Program.Steps.Where(s => s is { Kind: StepKind.Statement, Sql: not null }))
            if (BeyondTheDatabase().IsMatch(step.Sql!.Written)) return $"The step '{step.Name}' changes what is not in the database of a schedule (roles, settings of the server, prepared transactions), so that no schedule could begin where the one before began.";
        if (BeyondTheDatabase().IsMatch($"{scenario.Schema}\n{scenario.KeyRows?.Statement.Written}\n{strategy.Setup}"))
            return "The schema or the setup changes what is not in the database of a schedule (roles, settings of the server, prepared transactions), so that it cannot be put back.";
        foreach (var function in facts.OwnFunctions)
            if (BeyondTheDatabase().IsMatch(function.Source)) return $"The function {function.Name} changes what is not in the database of a schedule (roles, settings of the server, prepared transactions), so that no schedule could begin where the one before began.";
        foreach (var invariant in scenario.Invariants)
            if (AttemptTimes().IsMatch(invariant.Query)) return $"The invariant '{invariant.Name}' asks how long attempts took, and in a schedule no time passes.";
        return null;
    }

    /// <summary>Why what happens depends on chance or on the time of day; null where it does not.</summary>
    private static string? ChanceIn(Trees trees, ServerFacts facts, HashSet<string> chance)
    {
        // What a function or a block of code does with such a value, nobody can see.
        if (facts.OwnFunctions.FirstOrDefault(f => Chance().IsMatch(f.Source)) is { } function)
            return Decides($"the function {function.Name} calls {Chance().Match(function.Source).Value}, and what it does with the value cannot be seen from outside");
        foreach (var step in trees.Program.Steps.Where(s => s is { Kind: StepKind.Statement, Sql: not null } && (trees.Steps[s.Index]?.IsCommand ?? true)))
            if (Chance().Match(step.Sql!.Written) is { Success: true } called) return Decides($"the step '{step.Name}' calls {called.Value}");
        if (chance.Count == 0) return null;
        var flow = new OpaqueFlow(facts, node => facts.FunctionsIn(node).Any(id => facts.FunctionOf(id) is { } f && KnownFunctions.EffectOf(f) == FunctionEffect.Chance));
        trees.Follow(flow);
        var look = flow.Look ?? trees.LookByProgram(flow)
            ?? flow.Columns.SelectMany(c => facts.RulesOf(c.Table).Where(r => LooksAt(r, c.Column) && r.Kind is not ("unique" or "reference"))).Select(r => $"{r.What} looks at it").FirstOrDefault();
        return look is null ? null : Decides($"{string.Join(", ", chance)} gives a value, and {look}");

        static string Decides(string what) => $"What happens depends on chance or on the time of day: {what}. The same schedule would end in another way each time, so that nothing can be proven.";
    }

    private static async Task<string?> WhyNotAlikeAsync(Trees trees, ServerFacts facts, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var program = trees.Program;
        if (program.Drawn.Count > 0) return "each attempt is given values of its own";
        if (program.Steps.Any(s => s.Sql is { } sql && sql.Parameters.Contains("worker"))) return "a statement is told the worker's number";
        var flow = new OpaqueFlow(facts, _ => false);
        flow.Mark(AttemptSlot);
        flow.Mark(WorkerSlot);
        var attempts = facts.TableNamed(AttemptsTable.Name);
        if (attempts is not null)
        {
            flow.Mark(attempts.Id, 1);
            flow.Mark(attempts.Id, 2);
        }

        trees.Follow(flow);
        if ((flow.Look ?? trees.LookByProgram(flow)) is { } look) return $"what tells sessions apart decides: {look}";
        var stored = flow.Columns.Where(c => c.Table != attempts?.Id).ToList();
        if (stored.SelectMany(c => facts.RulesOf(c.Table).Where(r => LooksAt(r, c.Column))).FirstOrDefault() is { } rule) return $"what tells sessions apart is stored, and {rule.What} looks at it";
        if (stored.Count > 0 && await ServerFacts.HaveValuesAsync(connection, stored, cancellation).ConfigureAwait(false)) return "the tables have numbers of attempts at the start";
        return null;
    }

    private static bool LooksAt(TableRule rule, int column) => rule.Columns.Contains(column);

    [GeneratedRegex(@"\b(alter|create|drop)\s+(role|user|group|system|database|tablespace)\b|\bprepare\s+transaction\b|\b(commit|rollback)\s+prepared\b|\b(grant|revoke)\s+\w+\s+(to|from)\b", RegexOptions.IgnoreCase)]
    private static partial Regex BeyondTheDatabase();

    [GeneratedRegex(@"\b(started_us|ended_us)\b", RegexOptions.IgnoreCase)]
    private static partial Regex AttemptTimes();

    [GeneratedRegex(@"\b(random|random_normal|gen_random_uuid|uuidv4|uuidv7|uuid_generate_v1|uuid_generate_v4|gen_random_bytes|clock_timestamp|timeofday|setseed)\s*\(", RegexOptions.IgnoreCase)]
    private static partial Regex Chance();

    /// <summary>All trees of a strategy.</summary>
    private sealed record Trees(StepProgram Program, ParseNode?[] Steps, IReadOnlyList<ParseNode> Judges, ParseNode? Rows)
    {
        /// <summary>Until nothing new is learned: a column may be read before it is written.</summary>
        public void Follow(OpaqueFlow flow)
        {
            do
            {
                flow.HasLearned = false;
                foreach (var step in Program.Steps)
                {
                    if (Steps[step.Index] is not { } tree) continue;
                    var opaque = flow.Follow(tree, step.ValueSlots);
                    foreach (var kept in step.Keep.Where(k => opaque.Contains(k.Column))) flow.Mark(kept.Slot);
                }

                foreach (var judge in Judges)
                    if (flow.Follow(judge, []).Count > 0) flow.Note("an invariant returns it");
                if (Rows is not null) flow.Follow(Rows, []);
            }
            while (flow.HasLearned);
        }

        /// <summary>Where the program itself looks at a value, in half a sentence; null: nowhere.</summary>
        public string? LookByProgram(OpaqueFlow flow)
        {
            if (Program.Instructions.Any(i => i.Op == Op.SkipUnless && i.Asked is null && flow.Slots.Contains(i.Slot))) return "a 'when' asks for it";
            if (Program.Loops.Any(l => flow.Slots.Contains(l.ListSlot))) return "a loop goes through it";
            return Program.Steps.Any(s => s.Gate is { Slot: >= 0 } gate && flow.Slots.Contains(gate.Slot)) ? "a block is entered by it" : null;
        }
    }
}

/// <summary>How a database is put back to where it was before a schedule.</summary>
internal enum StartOver
{
    /// <summary>Its tables are emptied, and their sequences begin anew: they had no rows at the start, and steps change nothing but rows.</summary>
    Empty,

    /// <summary>Its tables are dropped and built again: steps change nothing but rows, and the schema makes nothing but tables.</summary>
    BuildAgain,

    /// <summary>Another database takes its place, and every session is a new one.</summary>
    NewDatabase,
}
