using RaceLab.Engine.Programs;

namespace RaceLab.Engine.TakeHome;

/// <summary>Writes the body of one planned function: what stands where is decided, how it is spelt is each language's own.</summary>
/// <param name="code">Where to.</param>
/// <param name="function">What.</param>
/// <param name="names">How the language spells the function's names.</param>
internal abstract class ProgramWriter(CodeText code, PlannedFunction function, Identifiers names)
{
    protected CodeText Code { get; } = code;

    protected PlannedFunction Function { get; } = function;

    protected Identifiers Names { get; } = names;

    /// <summary>Writes steps in their order.</summary>
    protected void WriteAll(IReadOnlyList<Planned> nodes)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            // What belongs to the statement before, such as the answer that depends on it, stays close to it.
            if (i > 0 && !(nodes[i] is PlannedAnswer or PlannedChoice { Then: [PlannedAnswer] } && nodes[i - 1] is PlannedSend or PlannedChoice { Then: [PlannedAnswer] })) Code.Gap();
            Write(nodes[i], i == nodes.Count - 1);
        }
    }

    /// <summary>A tree of questions, as the language writes it.</summary>
    protected abstract void WriteChoice(PlannedChoice choice);

    /// <summary>A statement, with what is kept of its answer, and its handlers.</summary>
    protected abstract void WriteSend(PlannedSend send);

    /// <summary>The race window.</summary>
    protected abstract void WriteWindow();

    /// <summary>A place at which the application may die.</summary>
    protected abstract void WriteCrash(PlannedCrash crash);

    /// <summary>An answer to the caller.</summary>
    protected abstract void WriteAnswer(PlannedAnswer answer);

    /// <summary>An answer that was noted in the block before.</summary>
    protected abstract void WriteDelivery(PlannedDelivery delivery);

    /// <summary>A loop over a list.</summary>
    protected abstract void WriteLoop(PlannedLoop loop);

    /// <summary>A block.</summary>
    /// <param name="block">It.</param>
    /// <param name="isLast">Whether nothing stands behind it in its list.</param>
    protected abstract void WriteBlock(PlannedBlock block, bool isLast);

    /// <summary>The given values that a statement or a question uses.</summary>
    protected static bool IsInput(PlannedName name) => name.Kind != NameKind.Rows && StepProgram.Inputs.Contains(name.Name);

    /// <summary>How code calls a value: one that is given or drawn, an item, or one that was kept.</summary>
    protected string NameOf(string variable) => StepProgram.Inputs.Contains(variable) ? variable : Names.For(new PlannedName(variable, NameKind.Value));

    /// <summary>Sets names to what they were before anything was found and kept.</summary>
    /// <param name="forgotten">Which.</param>
    /// <param name="nothing">How the language calls a value that is not there.</param>
    /// <param name="end">What ends a statement.</param>
    protected void Forget(IReadOnlyList<PlannedName> forgotten, string nothing = "null", string end = ";")
    {
        foreach (var name in forgotten) Code.Line($"{Names.For(name)} = {(name.Kind == NameKind.Rows ? "0" : nothing)}{end}");
    }

    /// <summary>Runs of rules with one action, in their order: the first match counts.</summary>
    protected static IEnumerable<(ErrorAction Action, IReadOnlyList<ErrorRule> Rules)> Handlers(ErrorRules rules)
    {
        var run = new List<ErrorRule>();
        foreach (var rule in rules.Rules)
        {
            if (run.Count > 0 && run[0].Action != rule.Action)
            {
                yield return (run[0].Action, run);
                run = [];
            }

            run.Add(rule);
            if (rule is { SqlState: null, Constraint: null }) break;
        }

        if (run.Count > 0) yield return (run[0].Action, run);
    }

    /// <summary>Whether one of the rules is for every error.</summary>
    protected static bool CatchesAll(IReadOnlyList<ErrorRule> rules) => rules.Any(r => r is { SqlState: null, Constraint: null });

    /// <summary>Whether a statement's text can be indented anew: no string constant of it goes over a line's end.</summary>
    protected static bool CanBeIndented(string sql) => !sql.Contains("$$", StringComparison.Ordinal) && sql.Split('\n').All(l => l.Count(c => c == '\'') % 2 == 0);

    private void Write(Planned node, bool isLast)
    {
        switch (node)
        {
            case PlannedSend send: WriteSend(send); break;
            case PlannedChoice choice: WriteChoice(choice); break;
            case PlannedWindow: WriteWindow(); break;
            case PlannedCrash crash: WriteCrash(crash); break;
            case PlannedAnswer answer: WriteAnswer(answer); break;
            case PlannedDelivery delivery: WriteDelivery(delivery); break;
            case PlannedLoop loop: WriteLoop(loop); break;
            case PlannedBlock block: WriteBlock(block, isLast); break;
            default: throw new InvalidOperationException($"a {node.GetType().Name} was planned, and no writer knows it");
        }
    }
}
