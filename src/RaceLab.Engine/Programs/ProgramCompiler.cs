namespace RaceLab.Engine.Programs;

/// <summary>Turns a strategy's tree of steps into a <see cref="StepProgram"/>, and refuses trees that make no sense.</summary>
public sealed partial class ProgramCompiler
{
    private readonly List<ProgramStep> _steps = [];
    private readonly List<Instruction> _code = [];
    private readonly List<Block> _blocks = [];
    private readonly List<Loop> _loops = [];
    private readonly HashSet<string> _names = [];
    private readonly IReadOnlyList<Input> _drawn;
    private readonly IReadOnlyList<string> _given;
    private readonly List<string> _variables;
    private readonly HashSet<int> _leftItems = [];
    private string? _each;
    private string? _role;
    private int _roleSteps;
    private int _roleSlots;
    private int _block = -1;
    private ProgramStep? _lastSqlStep;
    private int _depth;
    private int _lineOfExcess;
    private IsolationLevel? _isolation;
    private bool _inTransaction;
    private int _savepoints;
    private WithinStep? _gate;

    private ProgramCompiler(IReadOnlyList<Input> drawn)
    {
        _drawn = drawn;
        _given = [.. StepProgram.Inputs, .. drawn.Select(i => i.Name)];
        _variables = [.. _given];
    }

    /// <summary>Compiles the steps of a strategy whose sessions all do the same.</summary>
    /// <exception cref="ProgramException">With the line of the step that is wrong.</exception>
    public static StepProgram Compile(IReadOnlyList<Step> steps, int line) => Compile([new RoleSteps(null, steps, line)]);

    /// <summary>Compiles all roles of a strategy into one program.</summary>
    /// <param name="roles">At least one.</param>
    /// <param name="inputs">What is drawn for each attempt, whatever its role: names that differ, and none of <see cref="StepProgram.Inputs"/>; null: nothing.</param>
    /// <exception cref="ProgramException">With the line of the step that is wrong.</exception>
    public static StepProgram Compile(IReadOnlyList<RoleSteps> roles, IReadOnlyList<Input>? inputs = null)
    {
        var compiler = new ProgramCompiler(inputs ?? []);
        var compiled = roles.Select(compiler.EmitRole).ToList();
        if (compiler._steps.Count > StepProgram.MostSteps)
        {
            throw new ProgramException(compiler._lineOfExcess,
                $"here begins what is too much: the strategy has {compiler._steps.Count} steps, and a race's log can number {StepProgram.MostSteps}. Pauses count, and what blocks bring along: BEGIN, COMMIT, ROLLBACK, back-offs, entering and leaving");
        }

        for (var i = 0; i < compiler._steps.Count; i++) compiler._steps[i].Index = i;
        return new StepProgram(compiled, compiler._steps, compiler._code, compiler._blocks, compiler._loops, compiler._drawn, compiler._variables) { Written = roles };
    }

    /// <summary>What a role's steps find and keep is its own: another role's is not known to it, since no session follows both.</summary>
    private Role EmitRole(RoleSteps role)
    {
        var entry = _code.Count;
        _role = role.Name;
        _roleSteps = _steps.Count;
        _roleSlots = _variables.Count;
        _lastSqlStep = null;
        Emit(role.Steps);
        _code.Add(new Instruction(Op.End, -1));
        RefuseSilentEnd(entry, role.Line);
        return new Role(role.Name, entry);
    }

    private void Emit(IReadOnlyList<Step> steps)
    {
        string? ends = null;
        foreach (var step in steps)
        {
            if (ends is not null) throw new ProgramException(step.Line, $"this step is never reached: the '{ends}' before it always ends the attempt");
            ends = step switch
            {
                SayStep { When: null } => "say",
                CrashStep { When: null, Delivery: null } => "crash",
                _ => null,
            };
            switch (step)
            {
                case SqlStep sql: EmitSql(sql); break;
                case PauseStep pause: EmitPause(pause); break;
                case SayStep say: EmitSay(say); break;
                case CrashStep crash: EmitCrash(crash); break;
                case WithinStep within: EmitBlock(within); break;
                case EachStep each: EmitLoop(each); break;
                default: throw new ProgramException(step.Line, $"a {step.GetType().Name} cannot be run");
            }
        }
    }

    private void Add(ProgramStep step, int line)
    {
        _steps.Add(step);
        if (_steps.Count == StepProgram.MostSteps + 1) _lineOfExcess = line;
    }

    private void EmitSql(SqlStep step)
    {
        if (_inTransaction && step.OnError.Rules.Any(r => r.Action == ErrorAction.Continue))
        {
            throw new ProgramException(step.Line,
                $"'{step.Name}' cannot continue after an error inside a transaction: PostgreSQL refuses every further statement (25P02). Put it within a savepoint and let that block's 'on error' continue, or write 'swallow' if that is the mistake to be shown");
        }

        if (!_inTransaction && step.OnError.Swallows)
            throw new ProgramException(step.Line, $"'{step.Name}' can swallow an error only inside a transaction: outside of one nothing has failed but the statement, and the word is 'continue'");

        if (step.On == StatementTarget.Replica) RefuseOnReplica(step);
        var skip = EmitSkip(step.When, step.Line);
        var slots = step.Sql.Parameters.Select(name => SlotOf(name, step.Line)).ToList();
        var keep = step.Keep.Select(k => new KeptSlot(k.Column, Define(k.Variable, step.Line))).ToList();
        if (_names.Contains(step.Name)) throw new ProgramException(step.Line, $"two steps are called '{step.Name}'");
        _names.Add(step.Name);
        var done = new ProgramStep(step.Name, StepKind.Statement, step.Sql, _depth, step.When?.Text, slots, keep, _inTransaction)
        {
            Isolation = _isolation,
            Role = _role,
            Target = step.On,
            InSavepoint = _savepoints > 0,
            Each = _each,
        };
        Add(done, step.Line);
        _code.Add(new Instruction(Op.Do, _block, done, OnError: step.OnError));
        _lastSqlStep = done;
        Land(skip);
    }

    private void RefuseOnReplica(SqlStep step)
    {
        if (_inTransaction)
            throw new ProgramException(step.Line, $"'{step.Name}' is on the replica, and a transaction is on one server, the primary: put it outside the block");
        if (step.Sql.MayWrite)
            throw new ProgramException(step.Line, $"'{step.Name}' is on the replica, which takes nothing but reads: it must begin with SELECT");
    }

    private void EmitPause(PauseStep step)
    {
        var skip = EmitSkip(step.When, step.Line);
        var done = Make("pause", StepKind.Pause, null, _inTransaction) with { Note = step.When?.Text };
        Add(done, step.Line);
        _code.Add(new Instruction(Op.Do, _block, done));
        Land(skip);
    }

    private void EmitSay(SayStep step)
    {
        if (step.Answer is Outcome.Rejected or Outcome.Unknown)
            throw new ProgramException(step.Line, "a strategy can say created, found, updated or failed; rejected and unknown are what happens to it");
        var skip = EmitSkip(step.When, step.Line);
        _code.Add(new Instruction(Op.Say, _block, Answer: step.Answer));
        for (var b = _block; b >= 0; b = _blocks[b].Parent)
            _code.Add(new Instruction(Op.Do, b, step.Answer == Outcome.Failed ? _blocks[b].RollbackStep : _blocks[b].CommitStep));
        _code.Add(new Instruction(Op.End, -1));
        Land(skip);
    }

    private void EmitCrash(CrashStep step)
    {
        var delivery = step.Delivery is { } number ? Condition.Parse($"@delivery = {number}") : null;
        var late = EmitSkip(delivery, step.Line);
        var skip = EmitSkip(step.When, step.Line);
        var note = string.Join(" and ", ((Condition?[])[delivery, step.When]).OfType<Condition>().Select(c => c.Text));
        var done = Make("crash", StepKind.Crash, null, _inTransaction) with { Note = note.Length == 0 ? null : note, Isolation = _isolation };
        Add(done, step.Line);
        _code.Add(new Instruction(Op.Do, _block, done));
        Land(late);
        Land(skip);
    }

    /// <summary>Makes a step that the block or the lab brings along: a second one of its name gets a number.</summary>
    private ProgramStep Make(string name, StepKind kind, string? sql, bool inTransaction)
    {
        var unique = name;
        for (var n = 2; !_names.Add(unique); n++) unique = $"{name}-{n}";
        return new ProgramStep(unique, kind, sql is null ? null : SqlText.Parse(sql), _depth, null, [], [], inTransaction)
        {
            Role = _role,
            InSavepoint = _savepoints > 0,
            Each = _each,
        };
    }

    /// <summary>Emits the jump around a conditional step. The target is filled in by <see cref="Land"/>.</summary>
    private int EmitSkip(Condition? when, int line)
    {
        if (when is null) return -1;
        _code.Add(when.Variable is { } variable
            ? new Instruction(Op.SkipUnless, _block, Condition: when, Slot: SlotOf(variable, line))
            : new Instruction(Op.SkipUnless, _block, Condition: when, Asked: StepOf(when, line)));
        return _code.Count - 1;
    }

    private void Land(int skip)
    {
        if (skip >= 0) _code[skip] = _code[skip] with { Target = _code.Count };
    }

    private ProgramStep StepOf(Condition when, int line)
    {
        if (when.InStep is null)
            return _lastSqlStep ?? throw new ProgramException(line, $"'{when.Text}' asks about a step before the first one");
        return _steps.Skip(_roleSteps).FirstOrDefault(s => s.Kind == StepKind.Statement && s.Name == when.InStep)
            ?? throw new ProgramException(line, $"'{when.Text}' asks about a step '{when.InStep}' that does not come before it");
    }

    private int SlotOf(string variable, int line)
    {
        var slot = FindSlot(variable);
        return slot >= 0
            ? slot
            : throw new ProgramException(line, $"@{variable} is not known here: known are {string.Join(", ", _variables.Where(v => FindSlot(v) >= 0).Distinct().Select(v => "@" + v))}");
    }

    private int FindSlot(string variable)
    {
        for (var slot = _variables.Count - 1; slot >= 0; slot--)
        {
            if (_variables[slot] == variable && !_leftItems.Contains(slot) && (slot < _given.Count || slot >= _roleSlots)) return slot;
        }

        return -1;
    }

    private int Define(string variable, int line)
    {
        if (_given.Contains(variable)) throw new ProgramException(line, $"@{variable} is given by the race and cannot be kept into");
        if (FindSlot(variable) is var slot and >= 0) return slot;
        _variables.Add(variable);
        return _variables.Count - 1;
    }

    /// <summary>Every way through a role must tell the caller something.</summary>
    private void RefuseSilentEnd(int entry, int line)
    {
        if (ReachesEnd(entry, _code.Count - 1))
            throw new ProgramException(line, "there is a way through these steps that ends without a 'say': the caller would never hear what happened");
    }

    /// <summary>Whether there is a way from one instruction to another that tells the caller nothing.</summary>
    private bool ReachesEnd(int entry, int end)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([entry]);
        while (open.TryPop(out var at))
        {
            if (!seen.Add(at)) continue;
            if (at == end) return true;
            if (at > end) continue;
            var instruction = _code[at];
            var rules = instruction.Opens >= 0 ? instruction.Opens : instruction.Block;
            if (rules >= 0 && _blocks[rules].Exit >= 0 && _blocks[rules].OnError.Rules.Any(r => r.Action == ErrorAction.Continue)) open.Push(_blocks[rules].Exit);
            if (instruction.Op == Op.Say || instruction.Step?.Kind == StepKind.Crash) continue;
            if (instruction.Op is Op.SkipUnless or Op.NextItem or Op.Jump) open.Push(instruction.Target);
            if (instruction.Op is not (Op.End or Op.Jump)) open.Push(at + 1);
        }

        return false;
    }
}
