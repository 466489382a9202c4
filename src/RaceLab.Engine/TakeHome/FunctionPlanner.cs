using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Plans the function of one role: walks its tree of steps once, for every language.</summary>
internal sealed class FunctionPlanner
{
    private readonly bool _commitsExplicitly;
    private readonly NameUses _uses;
    private readonly List<PlannedName> _declared = [];
    private int _blocks;

    private FunctionPlanner(NameUses uses, bool commitsExplicitly)
    {
        _uses = uses;
        _commitsExplicitly = commitsExplicitly;
    }

    /// <summary>Plans a role.</summary>
    /// <param name="role">Its steps, as they were compiled.</param>
    /// <param name="commitsExplicitly">As <see cref="ITakeHomeWriter.CommitsExplicitly"/> says.</param>
    /// <param name="drawn">What is drawn for each attempt.</param>
    /// <exception cref="NotExpressibleException">A construct that no language is told how to say.</exception>
    public static PlannedFunction Plan(RoleSteps role, bool commitsExplicitly, IReadOnlyList<PlannedDraw> drawn)
    {
        var (steps, connection) = role.Steps is [WithinStep { Kind: BlockKind.Connection } around] ? (around.Steps, around.Connection) : (role.Steps, null);
        var uses = NameUses.Of(steps, [.. drawn.Select(d => d.Input)]);
        var planner = new FunctionPlanner(uses, commitsExplicitly);
        var body = planner.PlanList(steps, 0, []).Nodes;
        return new PlannedFunction(role.Name, body, planner._declared, [.. StepProgram.Inputs.Where(uses.IsUsed)], uses.SomeValueIsSentAgain)
        {
            Drawn = [.. drawn.Where(d => uses.IsUsed(d.Input.Name))],
            Connection = connection,
        };
    }

    private Planning PlanList(IReadOnlyList<Step> steps, int from, IReadOnlyList<PlannedBlock> around)
    {
        var nodes = new List<Planned>();
        for (var i = from; i < steps.Count; i++)
        {
            switch (steps[i])
            {
                case SqlStep sql:
                    nodes.Add(OnlyWhen(sql, sql.When, PlanSend(sql, around)));
                    break;
                case PauseStep pause:
                    nodes.Add(OnlyWhen(pause, pause.When, new PlannedWindow()));
                    break;
                case CrashStep crash:
                    nodes.Add(OnlyWhen(crash, crash.When, new PlannedCrash(crash.Delivery)));
                    if (crash is { Delivery: null, When: null }) return new Planning(nodes, false, false);
                    break;
                case SayStep say:
                    var carried = MustCarry(around) && say.Answer != Outcome.Failed;
                    var answer = new PlannedAnswer(say.Answer, around, carried);
                    if (say.When is null) return new Planning([.. nodes, answer], false, carried);
                    if (!carried)
                    {
                        nodes.Add(OnlyWhen(say, say.When, answer));
                        break;
                    }

                    var rest = PlanList(steps, i + 1, around);
                    return new Planning([.. nodes, new PlannedChoice(Question(say, say.When), [answer], rest.Nodes)], rest.Reaches, true);
                case WithinStep within:
                    var (block, carries) = PlanBlock(within, around);
                    nodes.Add(block);
                    var goesOn = block.FallsThrough;
                    if (carries)
                    {
                        var behind = goesOn ? PlanList(steps, i + 1, around) : new Planning([], false, false);
                        var on = MustCarry(around);
                        return new Planning([.. nodes, new PlannedDelivery(around, !goesOn, on, behind.Nodes)], behind.Reaches, behind.Carries || on);
                    }

                    if (!goesOn) return new Planning(nodes, false, false);
                    break;
                case EachStep each:
                    var rounds = PlanList(each.Steps, 0, around);
                    nodes.Add(new PlannedLoop(each, rounds.Nodes, [.. _uses.SetOnlyIn(each).Where(_declared.Contains)], rounds.Carries));
                    if (!rounds.Carries) break;
                    var later = PlanList(steps, i + 1, around);
                    return new Planning([.. nodes, new PlannedDelivery(around, false, true, later.Nodes)], later.Reaches, true);
                default:
                    throw new NotExpressibleException(KnownParts.NoWordsFor(steps[i]));
            }
        }

        return new Planning(nodes, true, false);
    }

    private (PlannedBlock Block, bool Carries) PlanBlock(WithinStep step, IReadOnlyList<PlannedBlock> around)
    {
        if (step.Kind is not (BlockKind.Transaction or BlockKind.Savepoint or BlockKind.Mutex or BlockKind.SingleFlight or BlockKind.Lease))
            throw new NotExpressibleException(KnownParts.NoWordsFor(step));
        var block = new PlannedBlock(step, ++_blocks) { Around = around };

        // A shared call is a function of its own: what is told inside leaves that, and the blocks further out are left by whoever has called it.
        var body = PlanList(step.Steps, 0, step.Kind == BlockKind.SingleFlight ? [block] : [block, .. around]);
        block.Body = body.Nodes;
        block.ReachesEnd = body.Reaches || body.Carries;
        block.FallsThrough = body.Reaches || step.OnError.Rules.Any(r => r.Action == ErrorAction.Continue);
        block.Sets = [.. _uses.SetOnlyIn(step).Where(_declared.Contains)];
        return (block, body.Carries);
    }

    private PlannedSend PlanSend(SqlStep step, IReadOnlyList<PlannedBlock> around)
    {
        var asksRows = _uses.AsksRowsOf(step);
        var rows = new PlannedName(step.Name, NameKind.Rows);
        var rowsDeclared = asksRows && !_uses.IsLocal(rows);
        if (rowsDeclared) Declare(rows);
        var keep = new List<PlannedKeep>();
        foreach (var (column, variable) in step.Keep.Where(k => _uses.IsUsed(k.Variable)))
        {
            var name = _uses.NameOf(variable);
            var declared = !_uses.IsLocal(name);
            if (declared) Declare(name);
            keep.Add(new PlannedKeep(column, name, declared));
        }

        return new PlannedSend(step, asksRows, rowsDeclared, keep, around);
    }

    private void Declare(PlannedName name)
    {
        if (!_declared.Contains(name)) _declared.Add(name);
    }

    private Planned OnlyWhen(Step step, Condition? when, Planned node) => when is null ? node : new PlannedChoice(Question(step, when), [node], []);

    private PlannedQuestion Question(Step step, Condition when) =>
        new(when.Variable is { } variable ? _uses.NameOf(variable) : new PlannedName(_uses.StepAskedBy(step), NameKind.Rows), when.Operator, when.Literal);

    /// <summary>
    /// Where an answer inside a block also ends a transaction further out, its COMMIT must come behind the inner block, whose handlers are not for it.
    /// </summary>
    private bool MustCarry(IReadOnlyList<PlannedBlock> around) => _commitsExplicitly && around.Skip(1).Any(b => b.IsOfDatabase);

    /// <param name="Nodes">What was planned.</param>
    /// <param name="Reaches">Whether the end is reached without an answer.</param>
    /// <param name="Carries">Whether it is reached with one that is to be told further out.</param>
    private readonly record struct Planning(IReadOnlyList<Planned> Nodes, bool Reaches, bool Carries);
}
